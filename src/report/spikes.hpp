// Gradient spikes, and what the response does around them.
//
// A spike is the onset of a run of samples whose robust z-score over the 30 s before exceeds 3.5; the score
// and its threshold are those of Iglewicz & Hoaglin, How to Detect and Handle Outliers (1993): 0.6745 (x -
// median) / MAD.
#pragma once

#include <span>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle::report {

inline constexpr double kSpikeWindow_s = 30.0;
inline constexpr double kSpikeThreshold = 3.5;
inline constexpr std::size_t kFewestBefore = 10;  ///< samples that the window must hold

/// Rows where a spike begins. `t_s` ascends; NaN is missing. A window without spread tells no spike from
/// noise.
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
