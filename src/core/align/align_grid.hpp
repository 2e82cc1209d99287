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

/// Positions [first, past) of what a grid point takes; none where they are equal.
struct Taken {
    std::size_t first = 0, past = 0;
};

/// For each grid point the times (ascending) in [g - D/2, g + D/2), else the nearest within the tolerance.
std::vector<Taken> taken_at(std::span<const double> t_s, const Grid& grid, double tolerance_s);

/// Puts the columns of one stream on the grid; what complete ones take is looked for but once.
class Aggregator {
  public:
    /// `t_s` ascends and must outlive this.
    Aggregator(std::span<const double> t_s, const Grid& grid, double tolerance_s)
        : t_s_(t_s), grid_(grid), tolerance_s_(tolerance_s) {}

    /// For each grid point the aggregate of the `values` that it takes (one a time, NaN skipped), else NaN.
    std::vector<double> of(std::span<const double> values, Aggregate how);

  private:
    std::span<const double> t_s_;
    Grid grid_;
    double tolerance_s_;
    std::vector<Taken> of_complete_;
};

}  // namespace rle
