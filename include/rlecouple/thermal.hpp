// The thermal network behind `balance`: one node (C, hA) or two (die, heatsink), driven by the measured
// power.
//
//   one node    C dT/dt   = P - hA (T - T_ambient)
//   two nodes   C1 dT1/dt = P - k (T1 - T2)            T1, the die, is what the sensor reads
//               C2 dT2/dt = k (T1 - T2) - hA (T2 - T_ambient)
//   fan         hA = hA_still + hA_fan * fan^e         fan in [0, 1]; e is 0.8 (turbulent flow, Nu ~ Re^0.8,
//   Dittus &
//                                                      Boelter 1930) or 1, whichever fits
//
// Invariant of a simulation: between two samples the power is constant, and the step from one sample to the
// next is the exact solution of the linear equations, so that the sampling interval costs no accuracy. Units:
// s, degC, W, J/degC, W/degC.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "rlecouple/balance.hpp"

namespace rle {

/// What a fit is made from, as it lies somewhere. All spans have one length, but for the ones that may be
/// empty; t_s ascends strictly, power_w, fan and room have no gaps.
struct ThermalView {
    std::span<const double> t_s;        ///< s
    std::span<const double> temp_c;     ///< degC; NaN: not read, simulated through but not compared
    std::span<const double> power_w;    ///< W
    std::span<const double> fan;        ///< 0 standing, 1 full speed; empty: hA is constant
    std::span<const double> room = {};  ///< ambient temperature beside the constants' one; empty: it rests
    double room_step_c = 0.0;           ///< in which `room` was read; 0: none seen

    std::size_t size() const { return t_s.size(); }
    /// Samples [first, last).
    ThermalView slice(std::size_t first, std::size_t last) const;
    /// Mean of `room` over the interval [t_i, t_i+1), degC.
    double room_over(std::size_t i) const { return room.empty() ? 0.0 : 0.5 * (room[i] + room[i + 1]); }
};

/// The same, kept.
struct ThermalSamples {
    std::vector<double> t_s;        ///< s
    std::vector<double> temp_c;     ///< degC; NaN: not read, simulated through but not compared
    std::vector<double> power_w;    ///< W
    std::vector<double> fan;        ///< 0 standing, 1 full speed; empty: hA is constant
    std::vector<double> room = {};  ///< ambient temperature beside the constants' one, degC; empty: it rests
    double room_step_c = 0.0;       ///< in which `room` was read; 0: none seen

    std::size_t size() const { return t_s.size(); }
    operator ThermalView() const { return {t_s, temp_c, power_w, fan, room, room_step_c}; }
    /// Samples [first, last), kept.
    ThermalSamples slice(std::size_t first, std::size_t last) const;
};

/// What a fan at a share of its full speed adds of its full effect: fan^exponent.
double fan_effect(double fan, double exponent);

/// What a power reading says of the power between the samples.
enum class PowerReading {
    held,          ///< the power from this sample to the next
    sampled,       ///< the power at this instant: over the interval the mean of both ends, unsure by the step
                   ///< between them
    averaged,      ///< the mean since the sample before
    late,          ///< the power at t - shift, held
    late_sampled,  ///< the power at the instant t - shift: between two readings it moves from one to the
                   ///< other, unsure by the step between them
    trailing,      ///< the mean over the last `shift` seconds, more than one interval
    fading,        ///< a mean of the past whose weights fall by e in `shift` seconds
};

/// The constants of the network and its state at the first sample.
struct ThermalConstants {
    bool two_nodes = false;
    double hA_still = 1.0;  ///< W/degC with a standing fan, or of a constant hA
    double hA_fan = 0.0;    ///< W/degC that a full fan adds
    double C_die = 1.0;     ///< J/degC; the only node's where there is one
    double C_sink = 0.0;    ///< J/degC
    double coupling = 0.0;  ///< k, W/degC
    double fan_exponent = 0.8;
    double ambient_c = 21.0;     ///< degC
    double start_c = 21.0;       ///< T1 at the first sample
    double sink_start_c = 21.0;  ///< T2 at the first sample
    PowerReading reading = PowerReading::held;
    double power_shift_s = 0.0;  ///< of a late reading; of a mean over more than one interval its window, s

    double hA(double fan) const { return hA_still + hA_fan * fan_effect(fan, fan_exponent); }
};

/// Time constants at a given hA, slowest first, s.
std::vector<double> time_constants(const ThermalConstants& constants, double hA);

/// Mean power over each interval [t_i, t_i+1), W; the last entry, which has no interval, repeats its sample.
/// A reading holds until the next one.
std::vector<double> interval_power(const ThermalView& samples, const ThermalConstants& constants);

/// T1 at every sample, and T2 too where `sink_c` is given (T1 again with one node).
std::vector<double> simulate_thermal(const ThermalView& samples, const ThermalConstants& constants,
                                     std::vector<double>* sink_c = nullptr);

/// The same, but behind every interval longer than `longest_s` (a gap: nobody knows what the power did) the
/// model starts anew, from the state that fits the samples up to the next gap best.
std::vector<double> simulate_between_gaps(const ThermalView& samples, const ThermalConstants& constants,
                                          double longest_s, std::vector<double>* sink_c = nullptr);

struct ThermalOptions {
    double ambient_c = 21.0;   ///< degC
    bool fit_ambient = false;  ///< ambient_c is then the starting value
    bool two_nodes = true;     ///< may the two-node model be chosen?
    /// Nobody measured ambient_c: where another one plainly fits, it is taken, with a warning.
    bool ambient_assumed = false;
};

/// A fit and the constants that reproduce it.
struct ThermalResult {
    ThermalFit fit;
    ThermalConstants constants;
    bool usable = false;  ///< hA and C are known well enough to balance energies with
    std::vector<std::string> warnings;
};

/// Fits the network to the temperatures by simulating it (output error), chooses the model by BIC, and leaves
/// out what the data cannot tell, with a warning each (docs/method/balance.md).
ThermalResult fit_thermal(const ThermalView& samples, const ThermalOptions& options);

}  // namespace rle
