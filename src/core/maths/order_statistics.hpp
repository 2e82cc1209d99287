// Medians and quantiles.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace rle {

/// The q-quantile, interpolated between order statistics (Hyndman & Fan 1996, type 7: numpy's default). NaN
/// if empty. Leaves the values in another order.
inline double quantile_reordering(std::vector<double>& values, double q) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double position = q * static_cast<double>(values.size() - 1);
    const auto below = values.begin() + static_cast<std::ptrdiff_t>(std::floor(position));
    std::nth_element(values.begin(), below, values.end());
    const double share = position - std::floor(position);
    if (share == 0.0) return *below;
    return *below + share * (*std::min_element(below + 1, values.end()) - *below);
}

inline double quantile(std::vector<double> values, double q) {
    return quantile_reordering(values, q);
}

inline double median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

}  // namespace rle
