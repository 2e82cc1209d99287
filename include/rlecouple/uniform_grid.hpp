// From a table's time column to a uniform grid: lags are seconds on it, never row offsets.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rle {

/// Point i of the grid lies at start_s + i * dt_s and takes its values from row row_of_point[i]; -1: no row
/// stands there.
struct UniformGrid {
    double start_s = 0.0;  ///< s
    double dt_s = 1.0;     ///< s
    std::vector<std::ptrdiff_t> row_of_point;
    std::vector<std::string> warnings;

    std::size_t size() const { return row_of_point.size(); }
    /// A column of the table on the grid; NaN where no row stands.
    std::vector<double> place(std::span<const double> column) const;
    /// The same; the column itself where every row stands at its own point.
    std::vector<double> place(std::vector<double>&& column) const;
};

/// The grid of step 1 / sample_hz, or of the table's own step, that starts at its first row; about the first
/// row, where the times jitter so much that a line through all of them fits better. Rows may
/// be missing and may stand in any order; a row counts for the point nearest to it. Throws
/// Error{insufficient_data} with fewer than two distinct times, Error{failed} where the times span a
/// senseless number of points, Error{usage} where sample_hz is not positive.
UniformGrid uniform_grid(std::span<const double> t_s, std::optional<double> sample_hz = std::nullopt);

/// The times count once more from where they began, as where two tables were appended: no time axis of one
/// session. Rows that only stand out of order do not.
bool starts_again(std::span<const double> t_s);

}  // namespace rle
