// Gradient spikes, and what the response does around them.
//
// A spike is what predict and watch raise an alarm at (rlecouple/alarm.hpp), with their usual threshold.
#pragma once

#include <span>
#include <vector>

#include "rlecouple/alarm.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::report {

inline constexpr double kSpikeWindow_s = AlarmOptions{}.window_s;
inline constexpr double kSpikeThreshold = AlarmOptions{}.threshold;

/// Rows where a spike begins. `t_s` ascends; NaN is missing.
std::vector<std::size_t> find_spikes(std::span<const double> t_s, std::span<const double> driver);

/// The response around the spikes, relative to its mean over the `before_s` before each.
struct SpikeAverage {
    std::vector<double> offset_s;   ///< from the spike
    std::vector<double> mean;       ///< over spikes; NaN where none has a value
    std::vector<double> low, high;  ///< 95 % interval of the mean (Student's t); NaN below 3 spikes
    std::vector<std::size_t> n;     ///< spikes that count at this offset
    std::size_t spikes = 0;         ///< spikes with a baseline
};

/// Rows stand on a grid of step `dt_s`.
SpikeAverage average_around(std::span<const std::size_t> spikes, std::span<const double> response,
                            double dt_s, double before_s = 5.0, double after_s = 10.0);

/// The 97.5 % quantile of Student's t with `df` >= 1 degrees of freedom.
double student_t975(std::size_t df);

}  // namespace rle::report
