// Thermal sessions with known truth, and how well the fit gives it back: the thermal side of `calibrate`.
//
// Invariant: a session depends on its family, the seed and its number alone, and is stepped by a scheme of
// its own (midpoint, 10 ms), so that the fit is not held against its own simulation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rlecouple/thermal.hpp"

namespace rle {

/// Sessions of one kind: square-wave power at 1 Hz unless said, temperatures in whole degrees, the true
/// ambient at the start given.
struct ThermalFamily {
    std::string_view name;
    std::string_view about;  ///< one line
    double tau_low_s = 3.0;  ///< the (slow) time constant is drawn log-uniformly between these, s
    double tau_high_s = 60.0;
    double seconds = 90.0;     ///< length
    double half_low_s = 10.0;  ///< the half period of the power is drawn between these, s
    double half_high_s = 30.0;
    bool two_nodes = false;
    bool fan_steps = false;        ///< the fan changes speed every 120 s
    bool free_edges = false;       ///< the power steps between samples too
    double meter_average_s = 0.0;  ///< the meter's averaging time
    double ambient_drift_c = 0.0;  ///< the room warms by so much over the session
    bool ambient_logged = false;   ///< and the fit is told, in steps of ambient_step_c
    double meter_late_s = 0.0;     ///< a meter that gives the power of so long ago; not with an average
    double meter_fades_s = 0.0;    ///< a meter with this time constant; not with the ones above
    double interval_s = 1.0;       ///< between samples
    double ambient_step_c = 0.1;   ///< of a logged ambient
    double power_step_w = 0.0;     ///< the meter's readings are multiples of this; 0: as exact as a double
};

struct ThermalTruth {
    double tau_s = 0.0;       ///< slowest, at the mean hA
    double hA_w_per_c = 0.0;  ///< at the mean fan speed
    double C_j_per_c = 0.0;   ///< all nodes
    double ambient_c = 0.0;   ///< at the start
};

struct ThermalSession {
    ThermalSamples samples;
    ThermalTruth truth;
};

/// How the fits of one family came out. Relative errors are (fitted - true)/true.
struct ThermalScore {
    std::size_t n = 0;                     ///< sessions
    std::size_t told = 0;                  ///< of which tau and hA were told
    double tau_relative_bias = kMissing;   ///< median of the signed error
    double hA_relative_bias = kMissing;    ///< likewise
    double tau_relative_error = kMissing;  ///< median of the error's size
    double hA_relative_error = kMissing;   ///< likewise
    double tau_ci_coverage = kMissing;     ///< share of the 95 % intervals that hold the truth
    double hA_ci_coverage = kMissing;
    double right_model_rate = kMissing;  ///< one node or two, as it was
    double adequate_rate = kMissing;     ///< share of the fits that are called adequate
};

std::span<const ThermalFamily> thermal_families();
ThermalSession simulate_session(const ThermalFamily& family, std::uint64_t seed, std::size_t number);
ThermalScore score_thermal_family(const ThermalFamily& family, std::size_t sessions, std::uint64_t seed);

}  // namespace rle
