// Series that stand still between the readings of a clock slower than the grid: a sensor that refreshes once
// a second, or a training step of two seconds, on a grid of 10 Hz.
//
// Only the rows at which such a series moves bring news. Where the news of two unrelated series come at the
// same few rows, all that they are fall together there, and their correlation over all rows scatters by far
// more than 1/sqrt(rows): it is to be judged by the rows that bring news, and by exchanging among these
// alone.
#pragma once

#include <span>
#include <vector>

namespace rle {

/// The rows, ascending, at which a series takes another value than the last one before it, the first
/// included.
std::vector<std::size_t> moves(std::span<const double> series);

/// The rows, ascending, at which a series bends that goes straight between them, as where a slower clock's
/// readings were joined by lines; by more than a hundredth of what it bends by in the root mean square.
std::vector<std::size_t> bends(std::span<const double> series);

/// Do such rows come by a clock slower than the grid? Their intervals are 4/3 rows or more in the mean, and
/// spread at most three quarters as widely as those of moves that come by chance (a coarse or a resting
/// series: geometric). Intervals of more than four times the median are pauses.
bool is_clocked(std::span<const std::size_t> rows);

/// Of the residuals those of `rows`; mean square 1, NaN elsewhere. Needs one that is not 0.
std::vector<double> only_at(std::span<const std::size_t> rows, std::span<const double> residual);

}  // namespace rle
