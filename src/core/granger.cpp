// Granger, "Investigating causal relations by econometric models and cross-spectral methods", Econometrica 37
// (1969): the F-test that statsmodels' grangercausalitytests calls ssr_ftest.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/autoregression.hpp"
#include "core/linear_algebra.hpp"
#include "core/series.hpp"
#include "core/special_functions.hpp"
#include "core/whiten.hpp"
#include "rlecouple/lag_test.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kFewestFree = 10;  // residual degrees of freedom below which an order is not tried

// One row a time at which the effect and all lags of both are present:
// 1, effect(t-1), cause(t-1), effect(t-2), cause(t-2), ..., effect(t).
MatrixXd design(std::span<const double> cause, std::span<const double> effect, int order) {
    std::vector<std::size_t> at;
    std::size_t complete = 0;  // samples in a row, up to t - 1, that have both
    for (std::size_t t = 0; t < effect.size(); ++t) {
        if (complete >= static_cast<std::size_t>(order) && std::isfinite(effect[t])) at.push_back(t);
        complete = std::isfinite(effect[t]) && std::isfinite(cause[t]) ? complete + 1 : 0;
    }
    MatrixXd rows(static_cast<Index>(at.size()), 2 * order + 2);
    for (Index i = 0; i < rows.rows(); ++i) {
        const std::size_t t = at[static_cast<std::size_t>(i)];
        rows(i, 0) = 1.0;
        for (int k = 1; k <= order; ++k) {
            rows(i, 2 * k - 1) = effect[t - static_cast<std::size_t>(k)];
            rows(i, 2 * k) = cause[t - static_cast<std::size_t>(k)];
        }
        rows(i, rows.cols() - 1) = effect[t];
    }
    return rows;
}

// RSS of the last column on the others; missing where they are not independent.
std::optional<double> regress(const MatrixXd& x, const VectorXd& y) {
    const LeastSquares fit = least_squares(x, y);
    return fit.rank == x.cols() ? std::optional(fit.rss) : std::nullopt;
}

// The order whose regression on both pasts has the lowest BIC, all on the rows of the highest order. 0: none
// fits.
int best_order(std::span<const double> cause, std::span<const double> effect, int highest) {
    MatrixXd rows = design(cause, effect, highest);
    while (highest > 1 && rows.rows() - rows.cols() + 1 < kFewestFree) {
        highest = highest / 2;
        rows = design(cause, effect, highest);
    }
    if (rows.rows() - rows.cols() + 1 < kFewestFree) return 0;
    const std::vector<double> rss = nested_rss(cross_products(rows, rows), 1);
    const auto m = static_cast<double>(rows.rows());
    int best = 0;
    double best_score = std::numeric_limits<double>::infinity();
    for (std::size_t p = 1; 2 * p < rss.size(); ++p) {
        const double score =
            m * std::log(std::max(rss[2 * p], 1e-300) / m) + static_cast<double>(2 * p + 1) * std::log(m);
        if (score < best_score) {
            best_score = score;
            best = static_cast<int>(p);
        }
    }
    return best;
}

std::optional<GrangerTest> at_best_order(std::span<const double> cause, std::span<const double> effect,
                                         int highest) {
    const int order = best_order(cause, effect, highest);
    return order > 0 ? granger_test(cause, effect, order) : std::nullopt;
}

}  // namespace

std::optional<GrangerTest> granger_test(std::span<const double> cause, std::span<const double> effect,
                                        int order) {
    if (order < 1 || cause.size() != effect.size() || !varies(cause) || !varies(effect)) return std::nullopt;
    const std::vector<double> x = standardised(cause), y = standardised(effect);
    const MatrixXd rows = design(x, y, order);
    const Index free = rows.rows() - (2 * order + 1);
    if (free < 1) return std::nullopt;
    const VectorXd target = rows.col(rows.cols() - 1);
    std::vector<Index> own{0};
    for (int k = 1; k <= order; ++k) own.push_back(2 * k - 1);
    const std::optional<double> restricted = regress(rows(Eigen::all, own), target);
    const std::optional<double> both = regress(rows.leftCols(rows.cols() - 1), target);
    if (!restricted || !both || *both <= 0.0) return std::nullopt;
    GrangerTest test;
    test.order = order;
    test.df1 = order;
    test.df2 = static_cast<int>(free);
    test.f = std::max(0.0, (*restricted - *both) / *both * test.df2 / test.df1);
    test.p_value = f_upper_tail(test.f, test.df1, test.df2);
    return test;
}

GrangerPair granger_both(std::span<const double> driver, std::span<const double> response, double dt_s) {
    GrangerPair pair;
    if (!varies(driver) || !varies(response)) return pair;
    const std::size_t n = std::min(count_present(driver), count_present(response));
    const int highest = std::max(1, whiten_options(n, dt_s).max_ar_order);
    const std::vector<double> x = standardised(driver), y = standardised(response);
    pair.driver_to_response = at_best_order(x, y, highest);
    pair.response_to_driver = at_best_order(y, x, highest);
    return pair;
}

}  // namespace rle
