#include "core/delay_profile.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/linear_algebra.hpp"
#include "core/special_functions.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kSteps = 50;  // between two grid points
constexpr std::array kThetas{0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95};
constexpr std::size_t kMostRows = 20000;
constexpr double kOffGrid = 4.45;  // chi-squared(1) at 3.5 %

// Divided by (1 - theta B), which turns noise e(t) - theta e(t-1) into e(t).
std::vector<double> filtered(const std::vector<double>& series, double theta) {
    std::vector<double> result = series;
    for (std::size_t t = 1; t < result.size(); ++t) result[t] += theta * result[t - 1];
    return result;
}

// Cross-products of the effect and of the cause's lags 0..reach, after trend and the effect's own past are
// taken out.
struct Products {
    VectorXd with_effect;  // <effect, lag j>
    VectorXd square;       // <lag j, lag j>
    VectorXd with_next;    // <lag j, lag j+1>
    double effect = 0.0;   // <effect, effect>
    double rows = 0.0;
    double freedom = 0.0;

    // Share of the effect's square that the cause explains at lag j + f.
    double explained(Index j, double f) const {
        const bool between = f > 0.0;
        const double cross = (1.0 - f) * with_effect(j) + (between ? f * with_effect(j + 1) : 0.0);
        const double own = (1.0 - f) * (1.0 - f) * square(j) +
                           (between ? 2.0 * f * (1.0 - f) * with_next(j) + f * f * square(j + 1) : 0.0);
        if (own <= 0.0 || effect <= 0.0) return 0.0;
        return std::min(cross * cross / (own * effect), 1.0 - 1e-12);
    }
};

// Of a very long session the middle, which tells the lag more closely than any clock.
std::vector<std::size_t> usable(const Whitened& effect, std::size_t begin) {
    std::vector<std::size_t> at;
    for (std::size_t t = begin; t < effect.residual.size(); ++t) {
        if (std::isfinite(effect.residual[t])) at.push_back(t);
    }
    const std::size_t spare = at.size() > kMostRows ? at.size() - kMostRows : 0;
    return {at.begin() + static_cast<std::ptrdiff_t>(spare / 2),
            at.end() - static_cast<std::ptrdiff_t>(spare - spare / 2)};
}

Products make_products(const Whitened& effect, const Whitened& cause, int reach, int p, double theta) {
    const std::vector<double> y = filtered(effect.filled, theta);
    const std::vector<double> x = filtered(cause.filled, theta);
    const std::size_t begin = std::max<std::size_t>({1, effect.ar.size(), static_cast<std::size_t>(reach)});
    const std::vector<std::size_t> at = usable(effect, begin);
    const MatrixXd trend = trend_columns(y.size(), effect.trend);
    const auto m = static_cast<Index>(at.size());
    MatrixXd own(m, trend.cols() + p), both(m, reach + 2);  // the cause's lags, then the effect
    for (Index i = 0; i < m; ++i) {
        const std::size_t t = at[static_cast<std::size_t>(i)];
        own.row(i).head(trend.cols()) = trend.row(static_cast<Index>(t));
        for (int k = 1; k <= p; ++k) own(i, trend.cols() + k - 1) = y[t - static_cast<std::size_t>(k)];
        for (int k = 0; k <= reach; ++k) both(i, k) = x[t - static_cast<std::size_t>(k)];
        both(i, reach + 1) = y[t];
        own.row(i) /= effect.scale[t];
        both.row(i) /= effect.scale[t];
    }
    both = residuals(own, both);
    const auto lags = both.leftCols(reach + 1);
    const auto target = both.col(reach + 1);
    Products products;
    products.with_effect = cross_products(lags, target);
    products.square = lags.colwise().squaredNorm();
    products.with_next = VectorXd::Zero(reach + 1);
    for (Index j = 0; j < reach; ++j) products.with_next(j) = lags.col(j).dot(lags.col(j + 1));
    products.effect = target.squaredNorm();
    products.rows = static_cast<double>(m);
    products.freedom = static_cast<double>(m - own.cols());
    return products;
}

std::vector<int> own_orders(const Whitened& effect) {
    const int chosen = static_cast<int>(effect.ar.size());
    std::vector<int> orders{chosen};
    if (chosen != 1) orders.push_back(1);
    if (chosen > 2) orders.push_back(2);
    return orders;
}

// One direction: the cause's lags 0..reach, the best theta and p at each.
DelayProfile profile_side(const Whitened& effect, const Whitened& cause, int reach, double sign) {
    DelayProfile side;
    for (int j = 0; j <= reach; ++j) {
        for (int s = 0; s < (j < reach ? kSteps : 1); ++s) {
            side.points.push_back({sign * (j + static_cast<double>(s) / kSteps),
                                   -std::numeric_limits<double>::infinity(), s == 0});
        }
    }
    side.freedom = std::numeric_limits<double>::infinity();
    double uncoupled = -std::numeric_limits<double>::infinity();
    for (double theta : kThetas) {
        for (int p : own_orders(effect)) {
            if (theta > 0.0 && p == 0) continue;
            const Products products = make_products(effect, cause, reach, p, theta);
            const double penalty = (p + (theta > 0.0 ? 1 : 0)) * std::log(products.rows);
            const double base = -products.rows * std::log(std::max(products.effect, 1e-300)) - penalty;
            uncoupled = std::max(uncoupled, base);
            side.freedom = std::min(side.freedom, products.freedom);
            for (std::size_t i = 0; i < side.points.size(); ++i) {
                const double f = static_cast<double>(i % kSteps) / kSteps;
                const double gain =
                    -products.rows * std::log1p(-products.explained(static_cast<Index>(i / kSteps), f));
                side.points[i].log_likelihood_ratio =
                    std::max(side.points[i].log_likelihood_ratio, base + gain);
            }
        }
    }
    for (LikelyLag& point : side.points) point.log_likelihood_ratio -= uncoupled;
    return side;
}

}  // namespace

DelayProfile profile_delay(const Whitened& driver, const Whitened& response, int reach) {
    DelayProfile profile = profile_side(response, driver, reach, -1.0);
    const DelayProfile reverse = profile_side(driver, response, reach, 1.0);
    profile.points.insert(profile.points.end(), reverse.points.begin(), reverse.points.end());
    profile.freedom = std::max(1.0, std::min(profile.freedom, reverse.freedom));
    return profile;
}

DelayEstimate estimate_delay(const DelayProfile& profile, double alpha) {
    const auto less = [](const LikelyLag& a, const LikelyLag& b) {
        return a.log_likelihood_ratio < b.log_likelihood_ratio;
    };
    const LikelyLag best = *std::max_element(profile.points.begin(), profile.points.end(), less);
    LikelyLag on_grid;
    on_grid.log_likelihood_ratio = -std::numeric_limits<double>::infinity();
    for (const LikelyLag& point : profile.points) {
        if (point.on_grid && less(on_grid, point)) on_grid = point;
    }
    const bool off_grid = best.log_likelihood_ratio - on_grid.log_likelihood_ratio > kOffGrid;
    const double lag = off_grid ? best.lag : on_grid.lag;

    const double t = t_critical(alpha, profile.freedom);
    const double cut =
        profile.freedom * std::log1p(t * t / profile.freedom);  // the F test, as a likelihood ratio
    DelayEstimate estimate{lag, {lag, lag}};
    for (const LikelyLag& point : profile.points) {
        if (best.log_likelihood_ratio - point.log_likelihood_ratio > cut) continue;
        estimate.interval.low = std::min(estimate.interval.low, point.lag);
        estimate.interval.high = std::max(estimate.interval.high, point.lag);
    }
    return estimate;
}

}  // namespace rle
