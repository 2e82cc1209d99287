// The lag test behind `tested`, the Granger tests and the coupling fit.
#pragma once

#include <optional>
#include <span>

#include "rlecouple/correlation.hpp"

namespace rle {

struct LagTestOptions {
    double max_lag_s = 3.0;          ///< longest lag searched, s
    double alpha = 0.05;             ///< level of the test
    unsigned long long seed = 1;     ///< everything random draws from it and is the same on every run
    double sensor_delay_s = 0.0;     ///< s; of the response's reading behind the driver's, taken off the lag
    double sensor_delay_sd_s = 0.0;  ///< its standard uncertainty, s, added to the lag's interval
    double pairing_sd_s = 0.0;       ///< spread of the alignment, s, added to the lag's interval
    /// How long a value of the driver stands where that is a training step longer than dt_s, s, else 0: the
    /// moment that it tells of is known to half of it.
    double step_s = 0.0;
};

/// Tests for coupling at any lag in [-max_lag_s, max_lag_s]. `driver` and `response` have one length and
/// stand on a grid of step dt_s; NaN is missing. Missing result: fewer than 30 pairs, or a series without
/// variance.
std::optional<TestedCorrelation> test_lag(std::span<const double> driver, std::span<const double> response,
                                          double dt_s, const LagTestOptions& options);

/// F-test of the lags of `cause` in a regression of `effect` on `order` own lags and an intercept, on the
/// rows where all lags are present. Missing result: too few rows, or a singular regression.
std::optional<GrangerTest> granger_test(std::span<const double> cause, std::span<const double> effect,
                                        int order);

/// Both directions, each at the order that BIC chooses.
GrangerPair granger_both(std::span<const double> driver, std::span<const double> response, double dt_s);

/// k by least squares at the given delay, its interval by Newey-West.
std::optional<CouplingFit> fit_coupling(std::span<const double> driver, std::span<const double> response,
                                        double dt_s, double delay_s);

}  // namespace rle
