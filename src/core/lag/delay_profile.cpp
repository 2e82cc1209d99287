#include "core/lag/delay_profile.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

#include "core/lag/lag_products.hpp"
#include "core/lag/reading_noise.hpp"
#include "core/maths/in_parallel.hpp"
#include "core/maths/special_functions.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kSteps = 50;         // between two grid points
constexpr double kOffGrid = 4.45;  // chi-squared(1) at 3.5 %

// Lags of the cause, in samples.
struct Reach {
    int first = 0;
    int last = 0;
    bool observed = false;  // only rows in which none of them, nor the effect before, is missing
};

bool observed(const Whitened& effect, const Whitened& cause, std::size_t t, const Reach& reach) {
    if (!std::isfinite(effect.residual[t - 1])) return false;
    for (int j = reach.first; j <= reach.last; ++j) {
        if (!std::isfinite(cause.residual[t - static_cast<std::size_t>(j)])) return false;
    }
    return true;
}

// Cross-products of the effect and of the cause's lags, after trend and the effect's own past are
// taken out.
struct Products {
    VectorXd with_effect;  // <effect, lag j of the reach>
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

// The regression of the effect on its trend, its own past and one lag of the cause, all filtered by 1 / (1 -
// theta B), from the cross-products of the columns; of two lags of the cause only neighbours' count.
class Regression {
  public:
    Regression(const Whitened& effect, const Whitened& cause, Reach reach, double theta, int most_own)
        : trend_(effect.trend_columns().columns()), own_(most_own + 1) {
        const std::vector<double> y = filtered(effect.filled, theta);
        const std::vector<double> x = filtered(cause.filled, theta);
        const std::size_t begin =
            std::max<std::size_t>({1, effect.ar.size(), static_cast<std::size_t>(reach.last)});
        const Rows rows = rows_where(begin, y.size(), [&](std::size_t t) {
            return std::isfinite(effect.residual[t]) &&
                   (!reach.observed || observed(effect, cause, t, reach));
        });
        rows_ = static_cast<double>(rows.count());
        take(lag_products(effect.trend_columns(), {{y, 0, most_own}, {x, reach.first, reach.last, true}},
                          rows, effect.scale));
        for (; swept_ < trend_; ++swept_) sweep();
    }

    // With one more value of the effect's own past.
    void take_own() {
        sweep();
        ++swept_;
    }

    Products products() const {
        const Index target = own_sums_.rows() - 1;
        Products p;
        p.with_effect = with_cause_.col(target);
        p.square = square_;
        p.with_next = with_next_;
        p.effect = own_sums_(target, target);
        p.rows = rows_;
        p.freedom = rows_ - static_cast<double>(taken_);
        return p;
    }

  private:
    // The effect itself, its lag 0, comes last of its own.
    void take(const MatrixXd& sums) {
        std::vector<Index> own;
        for (Index k = 0; k < trend_ + own_; ++k) {
            if (k != trend_) own.push_back(k);
        }
        own.push_back(trend_);
        const Index lags = sums.cols() - trend_ - own_;
        const auto cause = sums.bottomRightCorner(lags, lags);
        own_sums_ = sums(own, own);
        with_cause_ = sums(Eigen::seqN(trend_ + own_, lags), own);
        before_ = own_sums_.diagonal();
        square_ = cause.diagonal();
        with_next_ = VectorXd::Zero(lags);
        with_next_.head(lags - 1) = cause.diagonal(1);
    }

    void sweep() {
        const Index k = swept_, rest = own_sums_.rows() - 1 - k;
        if (!sweep_out(own_sums_, k, before_(k))) return;
        ++taken_;
        const VectorXd with = with_cause_.col(k), shares = with / own_sums_(k, k);
        for (Index j = 1; j <= rest; ++j) with_cause_.col(k + j) -= own_sums_(k + j, k) * shares;
        square_ -= with.cwiseProduct(shares);
        with_next_.head(with.size() - 1) -=
            with.head(with.size() - 1).cwiseProduct(shares.tail(with.size() - 1));
    }

    Index trend_, own_, swept_ = 0, taken_ = 0;
    double rows_ = 0.0;
    MatrixXd own_sums_;    // of trend, own past, effect
    MatrixXd with_cause_;  // of the cause's lags with these, a column each
    VectorXd square_, with_next_, before_;
};

std::vector<int> own_orders(const Whitened& effect) {
    const int chosen = static_cast<int>(effect.ar.size());
    std::set<int> orders{chosen, 1};
    if (chosen > 2) orders.insert(2);
    return {orders.begin(), orders.end()};
}

// What one family of regressions, at one theta and order, says of every point.
struct Candidate {
    Products products;
    double left =
        0.0;  // of the effect's square without the cause, made larger for each parameter by its price
};

std::vector<Candidate> candidates(const Whitened& effect, const Whitened& cause, Reach reach) {
    std::vector<Candidate> out;
    const std::vector<int> orders = own_orders(effect);
    for (double theta : kThetas) {
        Regression regression(effect, cause, reach, theta, orders.back());
        int taken = 0;
        for (int p : orders) {
            if (theta > 0.0 && p == 0) continue;
            for (; taken < p; ++taken) regression.take_own();
            const Products products = regression.products();
            const double penalty = (p + (theta > 0.0 ? 1 : 0)) * std::log(products.rows);
            out.push_back({products, std::max(products.effect, 1e-300) * std::exp(penalty / products.rows)});
        }
    }
    return out;
}

// One direction: the cause's lags, the best theta and p at each. All families have the same rows, so that the
// likeliest leaves least, and one logarithm a point will do.
DelayProfile profile_side(const Whitened& effect, const Whitened& cause, Reach reach, double sign) {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    DelayProfile side;
    for (int j = reach.first; j <= reach.last; ++j) {
        for (int s = 0; s < (j < reach.last ? kSteps : 1); ++s)
            side.points.push_back({sign * (j + static_cast<double>(s) / kSteps), 0.0, s == 0});
    }
    side.freedom = std::numeric_limits<double>::infinity();
    double uncoupled = kNone, rows = 0.0;
    std::vector<double> coupled(side.points.size(), kNone);
    for (const auto& [products, left] : candidates(effect, cause, reach)) {
        uncoupled = std::min(uncoupled, left);
        side.freedom = std::min(side.freedom, products.freedom);
        rows = products.rows;
        for (std::size_t i = 0; i < coupled.size(); ++i) {
            const double f = static_cast<double>(i % kSteps) / kSteps;
            const double explained = products.explained(static_cast<Index>(i / kSteps), f);
            coupled[i] = std::min(coupled[i], left * (1.0 - explained));
        }
    }
    for (std::size_t i = 0; i < coupled.size(); ++i)
        side.points[i].log_likelihood_ratio = rows * std::log(uncoupled / coupled[i]);
    return side;
}

}  // namespace

DelayProfile profile_delay(const Whitened& driver, const Whitened& response, int low, int high,
                           bool all_observed) {
    const std::size_t most =
        kMostProfiled + static_cast<std::size_t>(std::max(std::abs(low), std::abs(high)));
    const std::size_t from = telling_part(driver, response, most);
    const Whitened x = driver.part(from, most), y = response.part(from, most);
    DelayProfile profile;
    profile.freedom = std::numeric_limits<double>::infinity();
    const auto take = [&profile](const DelayProfile& side) {
        profile.points.insert(profile.points.end(), side.points.begin(), side.points.end());
        profile.freedom = std::min(profile.freedom, side.freedom);
    };
    const auto [leads, follows] = in_parallel(
        low <= 0 && high >= 0 && worth_a_thread(x.residual.size()),
        [&] {
            return low <= 0 ? profile_side(y, x, {std::max(0, -high), -low, all_observed}, -1.0)
                            : DelayProfile{};
        },
        [&] {
            return high >= 0 ? profile_side(x, y, {std::max(0, low), high, all_observed}, 1.0)
                             : DelayProfile{};
        });
    if (low <= 0) take(leads);
    if (high >= 0) take(follows);
    profile.freedom = std::max(1.0, profile.freedom);
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

    const double t = t_critical(alpha, profile.freedom);
    const double cut =
        profile.freedom * std::log1p(t * t / profile.freedom);  // the F test, as a likelihood ratio
    const bool off_grid = best.log_likelihood_ratio - on_grid.log_likelihood_ratio > kOffGrid;
    DelayEstimate estimate{on_grid.lag, off_grid ? best.lag : on_grid.lag, {on_grid.lag, on_grid.lag}};
    for (const LikelyLag& point : profile.points) {
        if (best.log_likelihood_ratio - point.log_likelihood_ratio > cut) continue;
        estimate.interval.low = std::min(estimate.interval.low, point.lag);
        estimate.interval.high = std::max(estimate.interval.high, point.lag);
    }
    return estimate;
}

}  // namespace rle
