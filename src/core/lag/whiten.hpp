// Takes out of a series what its own past and a slow trend foretell: what remains is news, and only news can
// be compared with the news of another series by the textbook's correlation test (Haugh 1976).
//
//   y(t) = trend(t) + phi_1 y(t-1) + ... + phi_p y(t-p) + scale(t) e(t)
//
// Trend and p are chosen jointly by BIC (Schwarz 1978). scale is constant, or a log-polynomial where AIC
// wants one (Harvey 1976). A missing sample is carried by the model's own forecast (Jones 1980), so that a
// gap costs its own samples only. Invariant: the residuals have mean square 1; NaN where there is none.
// Everything is in units of the series' own SD.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/lag/trend.hpp"

namespace rle {

struct WhitenOptions {
    int max_trend_order = 4;
    int max_ar_order = 10;
    int max_scale_order = 3;
};

/// Limits for n samples at a step of dt_s: AR orders up to 8 s of memory, at least 10 samples, at most 60 and
/// at most an eighth of the samples; a trend of one degree for every 20 samples, at most 5.
WhitenOptions whiten_options(std::size_t n_present, double dt_s);

struct Whitened {
    std::vector<double> residual;  ///< as long as the series; NaN: none
    std::vector<double> filled;    ///< the standardised series, its gaps carried by forecasts
    std::vector<double> scale;     ///< of each residual; empty where scale_order is 0: 1 throughout
    std::vector<double> ar;        ///< phi_1 ... phi_p
    Trend trend;
    int scale_order = 0;
    double error_sd = 0.0;    ///< what the residuals were divided by, beside `scale`
    std::size_t begin = 0;    ///< place of the first sample in the session
    std::size_t session = 0;  ///< samples of the session

    bool has_gaps() const;  ///< beside the first p samples, which never have a residual
    TrendColumns trend_columns() const { return {session, trend, begin}; }
    /// `count` samples from `from` on, or as many as there are.
    Whitened part(std::size_t from, std::size_t count) const;
};

/// Whitens with this trend; the AR order is chosen by BIC, given the trend. Needs 20 samples present that
/// vary.
Whitened whiten(std::span<const double> series, const Trend& trend, const WhitenOptions& options);

/// Where a part of at most `most` samples of both begins that tells most of the pair: about the middle,
/// unless one of them is missing or rests there.
std::size_t telling_part(const Whitened& a, const Whitened& b, std::size_t most);

}  // namespace rle
