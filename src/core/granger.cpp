// Granger, "Investigating causal relations by econometric models and cross-spectral methods", Econometrica 37
// (1969): the F-test that statsmodels' grangercausalitytests calls ssr_ftest.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/autoregression.hpp"
#include "core/lag_products.hpp"
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

// The times at which the effect and all lags of both are present.
Rows usable_rows(std::span<const double> cause, std::span<const double> effect, int order) {
    Rows rows;
    std::size_t complete = 0;  // samples in a row, up to t - 1, that have both
    for (std::size_t t = 0; t < effect.size(); ++t) {
        const bool present = std::isfinite(effect[t]);
        if (complete >= static_cast<std::size_t>(order) && present) rows.add(t);
        complete = present && std::isfinite(cause[t]) ? complete + 1 : 0;
    }
    return rows;
}

// Cross-products of 1, effect(t-1 ... t-order), cause(t-1 ... t-order), effect(t).
MatrixXd products_of(std::span<const double> cause, std::span<const double> effect, int order,
                     const Rows& rows) {
    const MatrixXd sums =
        lag_products(TrendColumns(effect.size(), {}), {{effect, 0, order}, {cause, 1, order}}, rows);
    std::vector<Index> places{0};
    for (Index k = 2; k < sums.cols(); ++k) places.push_back(k);
    places.push_back(1);
    return sums(places, places);
}

// The columns in the same order, a row a time.
MatrixXd design(std::span<const double> cause, std::span<const double> effect, int order, const Rows& times) {
    MatrixXd rows(static_cast<Index>(times.count()), 2 * order + 2);
    Index i = 0;
    for (const Rows::Stretch& s : times.stretches()) {
        for (std::size_t t = s.begin; t < s.end; ++t, ++i) {
            rows(i, 0) = 1.0;
            for (int k = 1; k <= order; ++k) {
                rows(i, k) = effect[t - static_cast<std::size_t>(k)];
                rows(i, order + k) = cause[t - static_cast<std::size_t>(k)];
            }
            rows(i, 2 * order + 1) = effect[t];
        }
    }
    return rows;
}

// What the effect's own past leaves of it, and what both pasts leave. Missing where the lags are not
// independent.
struct TwoFits {
    double own = 0.0;
    double both = 0.0;
};

// By QR where that is quick, else from cross-products.
std::optional<TwoFits> fit_both(std::span<const double> cause, std::span<const double> effect, int order,
                                const Rows& rows) {
    if (rows.count() > kMostFitted) {
        const std::vector<double> rss = nested_rss(products_of(cause, effect, order, rows), order + 1);
        if (static_cast<int>(rss.size()) <= order) return std::nullopt;
        return TwoFits{rss.front(), rss.back()};
    }
    const MatrixXd x = design(cause, effect, order, rows);
    const VectorXd y = x.col(x.cols() - 1);
    const LeastSquares own = least_squares(x.leftCols(order + 1), y);
    const LeastSquares both = least_squares(x.leftCols(2 * order + 1), y);
    if (own.rank < order + 1 || both.rank < 2 * order + 1) return std::nullopt;
    return TwoFits{own.rss, both.rss};
}

Index freedom(const Rows& rows, int order) {
    return static_cast<Index>(rows.count()) - (2 * order + 1);
}

// The order whose regression on both pasts has the lowest BIC, all on the rows of the highest order. 0: none
// fits.
int best_order(std::span<const double> cause, std::span<const double> effect, int highest) {
    Rows rows = usable_rows(cause, effect, highest);
    while (highest > 1 && freedom(rows, highest) < kFewestFree) {
        highest = highest / 2;
        rows = usable_rows(cause, effect, highest);
    }
    if (freedom(rows, highest) < kFewestFree) return 0;
    rows = rows.spread(kMostFitted);
    const MatrixXd sums = products_of(cause, effect, highest, rows);
    std::vector<Index> places{0};
    for (Index k = 1; k <= highest; ++k) places.insert(places.end(), {k, highest + k});
    places.push_back(sums.cols() - 1);
    const std::vector<double> rss = nested_rss(sums(places, places), 1);
    const auto m = static_cast<double>(rows.count());
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

// Of standardised series.
std::optional<GrangerTest> test_at(std::span<const double> cause, std::span<const double> effect, int order) {
    const Rows rows = usable_rows(cause, effect, order);
    const Index free = freedom(rows, order);
    if (free < 1) return std::nullopt;
    const std::optional<TwoFits> rss = fit_both(cause, effect, order, rows);
    if (!rss || rss->both <= 0.0) return std::nullopt;
    GrangerTest test;
    test.order = order;
    test.df1 = order;
    test.df2 = static_cast<int>(free);
    test.f = std::max(0.0, (rss->own - rss->both) / rss->both * test.df2 / test.df1);
    test.p_value = f_upper_tail(test.f, test.df1, test.df2);
    return test;
}

std::optional<GrangerTest> at_best_order(std::span<const double> cause, std::span<const double> effect,
                                         int highest) {
    const int order = best_order(cause, effect, highest);
    return order > 0 ? test_at(cause, effect, order) : std::nullopt;
}

}  // namespace

std::optional<GrangerTest> granger_test(std::span<const double> cause, std::span<const double> effect,
                                        int order) {
    if (order < 1 || cause.size() != effect.size() || !varies(cause) || !varies(effect)) return std::nullopt;
    return test_at(standardised(cause), standardised(effect), order);
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
