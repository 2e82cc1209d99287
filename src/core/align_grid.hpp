// Placing the rows of one stream on the grid.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rlecouple/quantities.hpp"

namespace rle {

/// The uniform grid: point i lies at start_s + i / hz.
struct Grid {
    double start_s = 0.0;
    double hz = 1.0;
    std::size_t size = 0;

    double at(std::size_t i) const { return start_s + static_cast<double>(i) / hz; }
};

/// A stream's rows in time order, and what was done to bring them there.
struct OrderedRows {
    std::vector<std::size_t> row;  ///< row of the input
    std::vector<double> t_s;       ///< its time, ascending
    std::size_t reordered = 0;     ///< rows that stood behind a later one
    std::size_t without_time = 0;

    std::size_t size() const { return row.size(); }
};

/// `candidates` are rows of the input; `t_s` is the whole input's time column. Equal times keep the order of
/// the input.
OrderedRows in_time_order(std::span<const std::size_t> candidates, std::span<const double> t_s);

/// For each grid point the position in `rows` of the nearest within the tolerance, ties to the earlier; -1:
/// none.
std::vector<std::ptrdiff_t> nearest_rows(const OrderedRows& rows, const Grid& grid, double tolerance_s);

/// For each grid point the aggregate of `values` (one a row of `rows`, NaN skipped) over [g - D/2, g + D/2),
/// else the value nearest within the tolerance, else NaN.
std::vector<double> aggregate(const OrderedRows& rows, std::span<const double> values, Aggregate how,
                              const Grid& grid, double tolerance_s);

}  // namespace rle
