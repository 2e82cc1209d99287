// Granger, "Investigating causal relations by econometric models and cross-spectral methods", Econometrica 37
// (1969): the F-test that statsmodels' grangercausalitytests calls ssr_ftest.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/lag/autoregression.hpp"
#include "core/lag/lag_products.hpp"
#include "core/lag/shifted_products.hpp"
#include "core/lag/whiten.hpp"
#include "core/maths/linear_algebra.hpp"
#include "core/maths/series.hpp"
#include "core/maths/special_functions.hpp"
#include "rlecouple/lag_test.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kFewestFree = 10;  // residual degrees of freedom below which an order is not tried

// The times at which both series and all lags of both are present: what is left of the table's whole rows, as
// any other program would be handed them.
Rows usable_rows(std::span<const double> cause, std::span<const double> effect, int order) {
    Rows rows;
    const auto past = static_cast<std::size_t>(order);
    for (std::size_t t = 0; t < effect.size(); ++t) {
        const std::size_t begin = t;  // of samples in a row that have both
        while (t < effect.size() && std::isfinite(effect[t]) && std::isfinite(cause[t])) ++t;
        if (begin + past < t) rows.add(begin + past, t);
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

// Sums of squares: what both pasts leave of the effect, and by how much less that is than what its own past
// leaves. Missing where the lags are not independent.
struct TwoFits {
    double both = 0.0;
    double gain = 0.0;
};

constexpr double kWellApart = 1e-8;  // least share of a column's square that the others before it leave

// The coefficients of the regression on the first `columns` of the swept products, with their signs turned.
VectorXd minus_beta(const MatrixXd& swept, Index columns) {
    const Index last = swept.rows() - 1;
    VectorXd beta(columns);
    for (Index k = columns - 1; k >= 0; --k) {
        const Index later = columns - 1 - k;
        beta(k) = (swept(last, k) - swept.col(k).segment(k + 1, later).dot(beta.tail(later))) / swept(k, k);
    }
    return -beta;
}

// By the normal equations for the coefficients and row by row for what they leave, which is as exact as by
// QR: an error of a coefficient counts by its square. Missing where the columns are too near to dependence.
std::optional<TwoFits> fit_by_products(std::span<const double> cause, std::span<const double> effect,
                                       int order, const Rows& rows) {
    MatrixXd sums = products_of(cause, effect, order, rows);
    const VectorXd before = sums.diagonal();
    for (Index k = 0; k < 2 * order + 1; ++k) {
        if (!(sums(k, k) > kWellApart * before(k))) return std::nullopt;
        sweep_out(sums, k, before(k));
    }
    const VectorXd own = minus_beta(sums, order + 1), both = minus_beta(sums, 2 * order + 1);
    const auto past = static_cast<std::size_t>(order);
    TwoFits fits;
    for (const Rows::Stretch& s : rows.stretches()) {
        const auto size = static_cast<Index>(s.size());
        const double *of_effect = effect.data() + s.begin, *of_cause = cause.data() + s.begin;
        const Eigen::Map<const VectorXd> target(of_effect, size);
        VectorXd by_own = target.array() + own(0), by_both = target.array() + both(0);
        add_filtered(of_effect - 1, {own.data() + 1, past}, {by_own.data(), s.size()});
        add_filtered(of_effect - 1, {both.data() + 1, past}, {by_both.data(), s.size()});
        add_filtered(of_cause - 1, {both.data() + 1 + past, past}, {by_both.data(), s.size()});
        fits.both += by_both.squaredNorm();
        fits.gain += (by_own - by_both).squaredNorm();
    }
    return fits;
}

std::optional<TwoFits> fit_by_qr(std::span<const double> cause, std::span<const double> effect, int order,
                                 const Rows& rows) {
    const MatrixXd x = design(cause, effect, order, rows);
    const VectorXd y = x.col(x.cols() - 1);
    const LeastSquares own = least_squares(x.leftCols(order + 1), y);
    const LeastSquares both = least_squares(x.leftCols(2 * order + 1), y);
    if (own.rank < order + 1 || both.rank < 2 * order + 1) return std::nullopt;
    return TwoFits{both.rss, own.rss - both.rss};
}

std::optional<TwoFits> fit_both(std::span<const double> cause, std::span<const double> effect, int order,
                                const Rows& rows) {
    if (rows.count() > kMostFitted) {
        const std::vector<double> rss = nested_rss(products_of(cause, effect, order, rows), order + 1);
        if (static_cast<int>(rss.size()) <= order) return std::nullopt;
        return TwoFits{rss.back(), rss.front() - rss.back()};
    }
    const std::optional<TwoFits> fits = fit_by_products(cause, effect, order, rows);
    return fits ? fits : fit_by_qr(cause, effect, order, rows);
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
    test.f = std::max(0.0, rss->gain / rss->both * test.df2 / test.df1);
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
