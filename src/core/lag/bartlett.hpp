// By how much the memories of two unrelated series widen the spread of their correlation: its variance is not
// 1/n but about (1/n) sum over j of rho_x(j) rho_y(j) (Bartlett, J. R. Stat. Soc. 98, 1935).
#pragma once

#include <cstddef>
#include <span>

namespace rle {

/// That sum over |j| <= lags, at least 1. `x` and `y` have mean 0 and mean square 1; NaN: none. Of a long
/// session the middle 20,000 samples are looked at: the memory of a series is the same throughout it.
double bartlett_sum(std::span<const double> x, std::span<const double> y, std::size_t lags);

}  // namespace rle
