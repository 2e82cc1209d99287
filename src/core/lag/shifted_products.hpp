// Sums of the products of one series with the shifts of another, and sums of the weighted shifts of one, on
// which correlations, regressions on lags and permutation tests spend their time.
//
// Invariant: a sum is the same, to the last bit, on every machine: the products of a shift are always added
// in the same four columns and these in the same order, whatever the width of the processor's registers, and
// no product is fused with its sum (the file is compiled so).
#pragma once

#include <cstddef>
#include <span>

namespace rle {

/// sums[k] += x[k] y[0] + x[k+1] y[1] + ... + x[k+n-1] y[n-1] for each k. Of x the samples are read that this
/// names, and no others. Added up a thousand products at a time, so that little is lost in long series.
void add_shifted_products(const double* x, const double* y, std::size_t n, std::span<double> sums);

/// out[t] += weights[0] x[t], then weights[1] x[t-1], and so on. x stands in a series that goes back far
/// enough.
void add_filtered(const double* x, std::span<const double> weights, std::span<double> out);

/// Sums are made of so many shifts at a time,
inline constexpr std::size_t kShiftsAtATime = 8;
/// or up to four times as many: then so many numbers are read before the first y and behind the last: zeros.
inline constexpr std::size_t kShiftMargin = 28;
/// The y are taken so many at a time.
inline constexpr std::size_t kShiftLanes = 4;

/// The same for a multiple of eight shifts and n a multiple of four, in one go; y has its margins.
void sum_shifted_products(const double* x, const double* y, std::size_t n, std::span<double> sums);

}  // namespace rle
