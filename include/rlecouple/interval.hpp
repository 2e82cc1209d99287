// An interval estimate.
#pragma once

namespace rle {

/// A closed interval [low, high] in the unit of what it belongs to; a 95 % confidence interval unless said
/// otherwise.
struct Interval {
    double low = 0.0;
    double high = 0.0;

    double width() const { return high - low; }
    bool contains(double x) const { return low <= x && x <= high; }
};

}  // namespace rle
