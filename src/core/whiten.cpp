#include "core/whiten.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/autoregression.hpp"
#include "core/linear_algebra.hpp"
#include "core/series.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kRounds = 3;  // of carrying the gaps by forecasts and fitting again
// Of the mean square, so that the logarithm of a small residual stays finite.
constexpr double kLeastSquare = 0.002;

int best_ar_order(const NestedRegressions& regressions, const std::vector<Index>& columns) {
    const std::vector<double> rss = regressions.rss(columns);
    int best = 0;
    double best_score = std::numeric_limits<double>::infinity();
    for (int p = 0; p < static_cast<int>(rss.size()); ++p) {
        const double score = regressions.bic(rss[static_cast<std::size_t>(p)], p);
        if (score < best_score) {
            best_score = score;
            best = p;
        }
    }
    return best;
}

std::vector<Index> first(Index n) {
    std::vector<Index> columns;
    for (Index k = 0; k < n; ++k) columns.push_back(k);
    return columns;
}

std::vector<std::size_t> where_present(const std::vector<double>& series) {
    std::vector<std::size_t> at;
    for (std::size_t t = 0; t < series.size(); ++t) {
        if (std::isfinite(series[t])) at.push_back(t);
    }
    return at;
}

// log e(t)^2 regressed on the first columns of a polynomial basis.
struct LogSquares {
    VectorXd beta;
    double rss = 0.0;
};

LogSquares regress_log_squares(const std::vector<double>& errors, const MatrixXd& columns) {
    const std::vector<std::size_t> at = where_present(errors);
    double mean_square = 0.0;
    for (std::size_t t : at) mean_square += errors[t] * errors[t] / static_cast<double>(at.size());
    VectorXd y(static_cast<Index>(at.size()));
    for (Index i = 0; i < y.size(); ++i) {
        const double e = errors[at[static_cast<std::size_t>(i)]];
        y(i) = std::log(e * e + kLeastSquare * mean_square + std::numeric_limits<double>::min());
    }
    const LeastSquares fit = least_squares(columns(at, Eigen::all), y);
    return {fit.beta, fit.rss};
}

struct Scale {
    std::vector<double> value;  // of each residual
    int order = 0;
};

// AIC chooses the degree. A second round on what the first leaves undoes the bend of the floor under the
// logarithm.
Scale fit_scale(std::vector<double> errors, int max_order) {
    const MatrixXd basis = trend_columns(errors.size(), {max_order, {}});
    const auto m = static_cast<double>(where_present(errors).size());
    Scale scale{std::vector<double>(errors.size(), 1.0), 0};
    double best_score = std::numeric_limits<double>::infinity();
    for (int d = 0; d <= max_order; ++d) {
        const double rss = regress_log_squares(errors, basis.leftCols(d + 1)).rss;
        const double score = m * std::log(std::max(rss, 1e-300) / m) + 2.0 * d;
        if (score >= best_score) continue;
        best_score = score;
        scale.order = d;
    }
    for (int round = 0; scale.order > 0 && round < 2; ++round) {
        const VectorXd beta = regress_log_squares(errors, basis.leftCols(scale.order + 1)).beta;
        const VectorXd about_mean = product(basis.middleCols(1, scale.order), beta.tail(scale.order));
        for (std::size_t t = 0; t < errors.size(); ++t) {
            const double factor = std::exp(0.5 * about_mean(static_cast<Index>(t)));
            scale.value[t] *= factor;
            errors[t] /= factor;
        }
    }
    return scale;
}

void divide_by_scale(std::vector<double>& errors, const std::vector<double>& scale) {
    double square = 0.0, n = 0.0;
    for (std::size_t t = 0; t < errors.size(); ++t) {
        errors[t] /= scale[t];
        if (std::isfinite(errors[t])) {
            square += errors[t] * errors[t];
            n += 1.0;
        }
    }
    const double rms = std::sqrt(square / std::max(n, 1.0));
    if (rms > 0.0) {
        for (double& e : errors) e /= rms;
    }
}

}  // namespace

WhitenOptions whiten_options(std::size_t n_present, double dt_s) {
    const int n = static_cast<int>(std::min<std::size_t>(n_present, 1000000));
    const int memory = std::clamp(static_cast<int>(std::lround(std::min(8.0 / dt_s, 60.0))), 10, 60);
    WhitenOptions options;
    options.max_ar_order = std::min(memory, n / 8);
    options.max_trend_order = std::clamp(n / 20, 1, 5);
    return options;
}

namespace {

struct Choice {
    Trend trend;
    int ar = 0;
    double score = std::numeric_limits<double>::infinity();
};

// Every polynomial, alone and with every settling exponential, times every AR order up to max_ar.
Choice best_choice(const std::vector<double>& y, int max_trend, int max_ar) {
    const std::vector<double> taus = settling_candidates(y.size());
    const NestedRegressions regressions(y, interpolated(y), trend_columns(y.size(), {max_trend, taus}),
                                        max_ar);
    Choice best;
    const auto consider = [&](const Trend& trend, const std::vector<Index>& columns, int parameters) {
        const std::vector<double> rss = regressions.rss(columns);
        for (int p = 0; p < static_cast<int>(rss.size()); ++p) {
            const double score = regressions.bic(rss[static_cast<std::size_t>(p)], parameters + p);
            if (score < best.score) best = {trend, p, score};
        }
    };
    for (int order = 0; order <= max_trend; ++order) {
        std::vector<Index> columns = first(order + 1);
        consider({order, {}}, columns, order + 1);
        columns.push_back(0);
        for (std::size_t k = 0; k < taus.size(); ++k) {
            columns.back() = max_trend + 1 + static_cast<Index>(k);
            consider({order, {taus[k]}}, columns, order + 3);  // its height and its time constant
        }
    }
    return best;
}

}  // namespace

Trend choose_trend(std::span<const double> series, const WhitenOptions& options) {
    const std::vector<double> y = standardised(series);
    const Choice broad = best_choice(y, options.max_trend_order, options.max_ar_order);
    // Again with the samples that the highest order kept out: a fast settling lies wholly among them.
    return best_choice(y, options.max_trend_order, broad.ar).trend;
}

Whitened whiten(std::span<const double> series, const Trend& trend, const WhitenOptions& options) {
    const std::vector<double> y = standardised(series);
    const MatrixXd columns = trend_columns(y.size(), trend);
    const bool complete = count_present(y) == y.size();
    Whitened result;
    result.trend = trend;
    result.filled = interpolated(y);
    for (int round = 0; round < (complete ? 1 : kRounds); ++round) {
        const NestedRegressions regressions(y, result.filled, columns, options.max_ar_order);
        const int order = best_ar_order(regressions, first(columns.cols()));
        const Autoregression model = fit_autoregression(y, result.filled, columns, order);
        result.residual = forecast_errors(y, result.filled, columns, model);
        result.ar.assign(model.ar.data(), model.ar.data() + model.ar.size());
    }
    Scale scale = fit_scale(result.residual, options.max_scale_order);
    result.scale_order = scale.order;
    result.scale = std::move(scale.value);
    divide_by_scale(result.residual, result.scale);
    return result;
}

}  // namespace rle
