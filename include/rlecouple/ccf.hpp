// The cross-correlation function and the manual's reading of it.
#pragma once

#include <span>
#include <vector>

#include "rlecouple/correlation.hpp"

namespace rle {

/// The grid's steps in max_lag_s: a lag of exactly that belongs to the table, whatever dt_s rounds to. None
/// where max_lag_s is negative.
std::size_t lags_each_way(double max_lag_s, double dt_s);

/// r(l) = corr(response(t), driver(t + l)) for every lag on the grid with |l| <= max_lag_s, Pearson over the
/// pairs present, means and variances taken over those pairs. Both series have one length and stand on a grid
/// of step dt_s; NaN is missing.
std::vector<LagPoint> cross_correlation(std::span<const double> driver, std::span<const double> response,
                                        double dt_s, double max_lag_s);

/// Index of the lag of greatest |r|; of equal ones the shortest lag, then the one where the driver leads. -1:
/// no r at all.
int peak_index(std::span<const LagPoint> ccf);

/// The longest lag, in steps of the grid, at which r rests on enough pairs both ways: on a third of `n`, the
/// samples that have both, and on 20, but never more than two thirds of them are asked for. With fewer a few
/// samples at the session's ends would decide, and the greatest |r| be found where r is known worst.
std::size_t longest_told(std::span<const LagPoint> ccf, std::size_t n);

/// l < 0 driver_leads, l > 0 response_leads, 0 simultaneous.
CausalOrder causal_order_of(double lag_s);

/// Step 4 as written.
ManualCorrelation manual_correlation(std::span<const double> driver, std::span<const double> response,
                                     double dt_s, double max_lag_s);

Strength strength_of(double r_peak);

}  // namespace rle
