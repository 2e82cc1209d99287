// The upper tail of the chi-squared distribution.
#pragma once

namespace rle {

/// P(X >= x) with `df` > 0 degrees of freedom: the regularised incomplete gamma function Q(df/2, x/2), by its
/// series (DLMF 8.7.1) below the mean and its continued fraction (DLMF 8.9.2, Lentz) above; relative error
/// about 1e-13.
double chi_squared_upper_tail(double x, double df);

}  // namespace rle
