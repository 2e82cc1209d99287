// Which rows of long series are enough to draw them by.
//
// Invariant: no row is made up, and no spike or gap is lost: of each stretch of rows every series keeps its
// lowest and its highest value, and a row at which it is missing where there is one.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rle {

/// One of the series; all of them have one length.
struct DrawnSeries {
    std::span<const double> y;  ///< NaN is missing
    bool is_line = true;        ///< a row without a value breaks it; points stand for themselves
};

/// The rows, in ascending order, that stand for all of them in `stretches` stretches, the first and the last
/// row among them: at most three a series and a stretch, and two.
std::vector<std::size_t> extreme_rows(const std::vector<DrawnSeries>& series, std::size_t stretches);

}  // namespace rle
