// What a sensor really does, told from many quick readings: how often it is renewed, in what steps, and how
// late.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sensors/sensor_set.hpp"

namespace rle::sensors {

/// Measured on one channel; missing where the readings did not change enough to tell.
struct ProbeResult {
    std::optional<double>
        update_period_s;  ///< median time between changes; an upper bound where the quantity hardly moves
    std::optional<double> resolution;    ///< smallest change
    std::optional<double> step_delay_s;  ///< from a step of load until the reading is half way
};

/// The median time between changes of a reading, and the smallest change. Needs at least `kFewestChanges` of
/// them.
inline constexpr std::size_t kFewestChanges = 5;
ProbeResult measure_updates(std::span<const double> t_s, std::span<const double> values);

/// From `step_s` until the reading crosses the middle between its mean before the step and its mean over the
/// last third; missing where these differ by less than four standard deviations of the readings before the
/// step.
std::optional<double> measure_step_delay(std::span<const double> t_s, std::span<const double> values,
                                         double step_s);

/// Reads `set` as fast as every 2 ms for `seconds`; with `load`, all CPUs work during the second half. One
/// result a cell, device-major.
std::vector<ProbeResult> probe_timing(SensorSet& set, double seconds, bool load);

}  // namespace rle::sensors
