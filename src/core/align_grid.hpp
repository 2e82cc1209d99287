// Placing the rows of one stream on the grid.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rlecouple/quantities.hpp"

namespace rle {

/// A stretch of the uniform grid whose point k lies at start_s + k / hz: the points first, first + 1, ...
struct Grid {
    double start_s = 0.0;  ///< of point 0, whether it is in the stretch or not
    double hz = 1.0;
    std::size_t size = 0;
    std::size_t first = 0;

    double at(std::size_t i) const { return start_s + from_start(i); }
    double from_start(std::size_t i) const { return static_cast<double>(first + i) / hz; }
    /// Number, from point 0 on, of the cell [g - D/2, g + D/2) that holds a time; one that lies on an edge to
    /// within half a microsecond belongs to the later cell.
    double cell_of(double t_s) const;
    /// A step at this time lies in a cell of the stretch, or within the tolerance of one of its points.
    bool reaches(double t_s, double tolerance_s) const;
};

/// For each grid point the position in `t_s` (ascending) of the nearest within the tolerance, ties to the
/// earlier; -1: none.
std::vector<std::ptrdiff_t> nearest_rows(std::span<const double> t_s, const Grid& grid, double tolerance_s);

/// For each grid point the aggregate of `values` (one a time, NaN skipped) over [g - D/2, g + D/2), else the
/// value nearest within the tolerance, else NaN.
std::vector<double> aggregate(std::span<const double> t_s, std::span<const double> values, Aggregate how,
                              const Grid& grid, double tolerance_s);

}  // namespace rle
