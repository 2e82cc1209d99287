// How likely is each delay? The profile likelihood of the lag over a family of dynamic regressions:
//
//   y(t) = trend(t) + phi_1 y(t-1) + ... + phi_p y(t-p) + b x(t - delay) + e(t) - theta e(t-1)
//
// one equation for "the driver acts on the response" (lags <= 0) and one for the reverse (lags >= 0). theta
// covers noise of the reading beside noise of the process: relaxation plus white reading noise is exactly an
// ARMA(1,1). Between two grid points x is interpolated linearly. phi, b, trend and variance are profiled out
// by least squares, theta and p over a short list; what is left is a function of the lag alone (Box, Jenkins
// & Reinsel, "Time Series Analysis", ch. 12). A ccf of two prewhitened series smears the delay where the
// driver is autocorrelated or the reading noisy; this does not.
#pragma once

#include <vector>

#include "core/lag/whiten.hpp"
#include "rlecouple/interval.hpp"

namespace rle {

/// Rows of the regressions: of a longer session a part, which tells the lag more closely than any clock.
inline constexpr std::size_t kMostProfiled = 20000;

struct LikelyLag {
    double lag = 0.0;  ///< in samples; negative: the driver leads
    double log_likelihood_ratio =
        0.0;  ///< twice the log-likelihood over that of no coupling at all, less the penalty
    bool on_grid = false;
};

/// The profile, 50 points between two samples.
struct DelayProfile {
    std::vector<LikelyLag> points;
    double freedom = 0.0;  ///< residual degrees of freedom, at least 1: with 1 the points tell nothing
};

/// For the lags from `low` to `high`, in samples. `all_observed`: only on rows in which none of the cause's
/// samples at these lags is missing, nor the effect's before: what carried a gap there is a forecast that
/// knows of no cause.
DelayProfile profile_delay(const Whitened& driver, const Whitened& response, int low, int high,
                           bool all_observed = false);

struct DelayEstimate {
    double lag = 0.0;       ///< in samples: the likeliest grid point
    double fine_lag = 0.0;  ///< the same, unless the data reject every grid point at 3.5 %: then between two
    Interval interval;      ///< the lags that a likelihood-ratio test at `alpha` does not reject: their hull,
                            ///< with `lag` in it
};

DelayEstimate estimate_delay(const DelayProfile& profile, double alpha);

}  // namespace rle
