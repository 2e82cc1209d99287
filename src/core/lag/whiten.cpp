#include "core/lag/whiten.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "core/lag/autoregression.hpp"
#include "core/lag/lag_products.hpp"
#include "core/maths/linear_algebra.hpp"
#include "core/maths/series.hpp"

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

// log e(t)^2 regressed on polynomials: the coefficients for each degree, and what each leaves.
struct LogSquares {
    std::vector<double> rss;  // of degree 0, 1, ...
    MatrixXd products;        // of [polynomials, log squares]
    double rows = 0.0;

    VectorXd beta(Index degree) const {
        return solve_definite(products.topLeftCorner(degree + 1, degree + 1),
                              products.col(products.cols() - 1).head(degree + 1));
    }
};

LogSquares regress_log_squares(const std::vector<double>& errors, const TrendColumns& polynomials) {
    double mean_square = 0.0;
    const auto n = static_cast<double>(count_present(errors));
    for (double e : errors) mean_square += std::isfinite(e) ? e * e / n : 0.0;
    const Rows rows = rows_where(0, errors.size(), [&](std::size_t t) {
                          return std::isfinite(errors[t]);
                      }).spread(kMostFitted);
    const auto logs =
        std::make_unique_for_overwrite<double[]>(errors.size());  // pages that no row needs stay
    for (const Rows::Stretch& s : rows.stretches()) {
        for (std::size_t t = s.begin; t < s.end; ++t) {
            const double square = errors[t] * errors[t] + kLeastSquare * mean_square;
            logs[t] = std::log(square + std::numeric_limits<double>::min());
        }
    }
    LogSquares fit;
    fit.products = lag_products(polynomials, {{{logs.get(), errors.size()}, 0, 0}}, rows);
    fit.rss = nested_rss(fit.products, 1);
    fit.rows = static_cast<double>(rows.count());
    return fit;
}

struct Scale {
    std::vector<double> value;  // of each residual; empty: 1
    int order = 0;
};

// Divides by exp of half the polynomial of these coefficients, its mean left out.
void divide_by_polynomial(const VectorXd& beta, std::vector<double>& errors, std::vector<double>& scale) {
    constexpr std::size_t kChunk = 4096;
    const Index degree = beta.size() - 1;
    const TrendColumns polynomials(errors.size(), Trend{static_cast<int>(degree)});
    for (std::size_t begin = 0; begin < errors.size(); begin += kChunk) {
        const std::size_t count = std::min(kChunk, errors.size() - begin);
        const VectorXd half =
            0.5 * product(polynomials.rows(begin, count).rightCols(degree), beta.tail(degree));
        for (std::size_t i = 0; i < count; ++i) {
            const double factor = std::exp(half(static_cast<Index>(i)));
            scale[begin + i] *= factor;
            errors[begin + i] /= factor;
        }
    }
}

// AIC chooses the degree. A second round on what the first leaves undoes the bend of the floor under the
// logarithm.
Scale fit_scale(std::vector<double>& errors, int max_order) {
    const TrendColumns polynomials(errors.size(), Trend{max_order});
    LogSquares fit = regress_log_squares(errors, polynomials);
    Scale scale;
    double best_score = std::numeric_limits<double>::infinity();
    for (int d = 0; d < static_cast<int>(fit.rss.size()); ++d) {
        const double rss = std::max(fit.rss[static_cast<std::size_t>(d)], 1e-300);
        const double score = fit.rows * std::log(rss / fit.rows) + 2.0 * d;
        if (score >= best_score) continue;
        best_score = score;
        scale.order = d;
    }
    if (scale.order == 0) return scale;
    scale.value.assign(errors.size(), 1.0);
    divide_by_polynomial(fit.beta(scale.order), errors, scale.value);
    fit = regress_log_squares(errors, polynomials);
    divide_by_polynomial(fit.beta(scale.order), errors, scale.value);
    return scale;
}

// To mean square 1; returns what they are divided by.
double normalise(std::vector<double>& errors) {
    double square = 0.0;
    for (double e : errors) square += std::isfinite(e) ? e * e : 0.0;
    const double rms = std::sqrt(square / std::max(static_cast<double>(count_present(errors)), 1.0));
    if (rms > 0.0) {
        for (double& e : errors) e /= rms;
    }
    return rms;
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

std::size_t telling_part(const Whitened& a, const Whitened& b, std::size_t most) {
    if (a.residual.size() <= most) return 0;
    constexpr std::size_t kPlaces = 8;   // beside the first
    constexpr double kMoves = 0.05;      // of the residuals' root mean square
    constexpr double kGoodEnough = 0.8;  // of the best place
    const auto moves = [](const Whitened& w, std::size_t t) {
        return std::abs(w.residual[t + 1] - w.residual[t]) > kMoves;
    };
    std::array<double, kPlaces + 1> pairs{};
    const std::size_t free = a.residual.size() - most;
    for (std::size_t k = 0; k <= kPlaces; ++k) {
        for (std::size_t t = free * k / kPlaces, end = t + most - 1; t < end; ++t)
            pairs[k] += moves(a, t) && moves(b, t) ? 1.0 : 0.0;
    }
    const auto best = std::max_element(pairs.begin(), pairs.end());
    if (pairs[kPlaces / 2] >= kGoodEnough * *best) return free / 2;
    return free * static_cast<std::size_t>(best - pairs.begin()) / kPlaces;
}

bool Whitened::has_gaps() const {
    return count_present(residual) + ar.size() < residual.size();
}

Whitened Whitened::part(std::size_t from, std::size_t count) const {
    if (from == 0 && residual.size() <= count) return *this;
    const std::size_t most = std::min(count, residual.size() - from);
    const auto cut = [&](const std::vector<double>& all) {
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(all.empty() ? 0 : from);
        return std::vector<double>(first, all.empty() ? first : first + static_cast<std::ptrdiff_t>(most));
    };
    Whitened out;
    out.residual = cut(residual);
    out.filled = cut(filled);
    out.scale = cut(scale);
    out.ar = ar;
    out.trend = trend;
    out.scale_order = scale_order;
    out.error_sd = error_sd;
    out.begin = begin + from;
    out.session = session;
    return out;
}

Whitened whiten(std::span<const double> series, const Trend& trend, const WhitenOptions& options) {
    std::vector<double> with_gaps = standardised(series);
    const TrendColumns columns(series.size(), trend);
    const bool complete = count_present(series) == series.size();
    Whitened result;
    result.trend = trend;
    result.session = series.size();
    result.filled = complete ? std::exchange(with_gaps, {}) : carried_forward(with_gaps);
    const std::vector<double>& y = complete ? result.filled : with_gaps;
    for (int round = 0; round < (complete ? 1 : kRounds); ++round) {
        const NestedRegressions regressions(y, result.filled, columns, options.max_ar_order);
        const int order = best_ar_order(regressions, first_columns(columns.columns()));
        const Autoregression model = fit_autoregression(y, result.filled, columns, order);
        result.residual = forecast_errors(y, result.filled, columns, model);
        result.ar.assign(model.ar.data(), model.ar.data() + model.ar.size());
    }
    Scale scale = fit_scale(result.residual, options.max_scale_order);
    result.scale_order = scale.order;
    result.scale = std::move(scale.value);
    result.error_sd = normalise(result.residual);
    return result;
}

}  // namespace rle
