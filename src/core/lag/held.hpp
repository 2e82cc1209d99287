// Series that stand still between the readings of a clock slower than the grid: a sensor that refreshes once
// a second, or a training step of two seconds, on a grid of 10 Hz.
//
// Only the rows at which such a series moves bring news. Where the news of two unrelated series come at the
// same few rows, all that they are fall together there, and their correlation over all rows scatters by far
// more than 1/sqrt(rows): it is to be judged by the rows that bring news, and by exchanging among these
// alone.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace rle {

/// A whitened series' own values: without the forecasts that carry it over gaps, where it has no residual.
class OwnValues {
  public:
    OwnValues(std::span<const double> filled, std::span<const double> residual)
        : filled_(filled), residual_(residual) {}
    std::size_t size() const { return filled_.size(); }
    /// NaN: none.
    double operator[](std::size_t t) const {
        return std::isfinite(residual_[t]) ? filled_[t] : std::numeric_limits<double>::quiet_NaN();
    }

  private:
    std::span<const double> filled_, residual_;
};

/// The rows, ascending, at which a series takes another value than the last one before it, the first
/// included. Empty where these do not come by a clock slower than the grid: their intervals are 4/3 rows or
/// more in the mean, and spread at most three quarters as widely as those of moves that come by chance (a
/// coarse or a resting series: geometric). Intervals of more than four times the median are pauses.
std::vector<std::size_t> clocked_moves(const OwnValues& series);

/// The same of the rows at which a series bends that goes straight between them, as where a slower clock's
/// readings were joined by lines; by more than a hundredth of what it bends by in the root mean square.
std::vector<std::size_t> clocked_bends(const OwnValues& series);

/// Of the residuals those of `rows`; mean square 1, NaN elsewhere. Needs one that is not 0.
std::vector<double> only_at(std::span<const std::size_t> rows, std::span<const double> residual);

}  // namespace rle
