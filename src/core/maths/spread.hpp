// From where to where readings go.
//
// Invariant: missing readings do not count; of none the spread is empty, low above high.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace rle {

struct Spread {
    double low = 0.0;
    double high = 0.0;
    double width() const { return high - low; }
};

inline Spread spread_of(std::span<const double> v) {
    Spread out{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (const double x : v) {
        if (std::isnan(x)) continue;
        out = {std::min(out.low, x), std::max(out.high, x)};
    }
    return out;
}

}  // namespace rle
