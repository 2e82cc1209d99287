// White noise of a reading beside noise of the process itself: together the errors of an autoregression are
// e(t) - theta e(t-1), and divided by (1 - theta B), with every column, they are e(t) again (Box, Jenkins &
// Reinsel, "Time Series Analysis", ch. 4).
#pragma once

#include <array>
#include <vector>

namespace rle {

/// The theta that regressions are tried with.
inline constexpr std::array kThetas{0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95};

/// The series divided by (1 - theta B).
inline std::vector<double> filtered(std::vector<double> series, double theta) {
    for (std::size_t t = 1; t < series.size(); ++t) series[t] += theta * series[t - 1];
    return series;
}

}  // namespace rle
