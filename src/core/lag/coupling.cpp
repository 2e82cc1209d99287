// d(response)/dt = a(t) - k driver(t - delay) - response / tau, by least squares on the grid.
//
// a(t) is the trend that BIC chooses. Noise of the reading would bias the relaxation, and with it k where the
// driver is autocorrelated; so the regression is filtered by 1 / (1 - theta B), theta from a short list
// (reading_noise.hpp). Interval: Newey & West, Econometrica 55 (1987), Bartlett weights to lag 4
// (n/100)^(2/9).
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/lag/reading_noise.hpp"
#include "core/lag/whitened_pair.hpp"
#include "core/maths/linear_algebra.hpp"
#include "core/maths/special_functions.hpp"
#include "rlecouple/lag_test.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kLeastKept = 0.3;  // of the response from one sample to the next, for k to be a rate
constexpr Index kFewestFree = 10;
constexpr double kAlpha = 0.05;
constexpr std::size_t kMostRows = 32768;  // of a longer session a part, which tells k to half a per cent
constexpr double kLeastFreedom = 0.05;    // of one row: 1 - leverage

// Columns: driver(t - delay), response(t-1), trend; target: response(t). Filtered, in units of the series'
// own SD.
struct Regression {
    MatrixXd x;
    VectorXd y;
    VectorXd before;  // response(t-1), unfiltered, for r2
    VectorXd target;  // response(t), unfiltered

    LeastSquares fit() const { return least_squares(x, y); }
    VectorXd errors(const VectorXd& beta) const { return y - product(x, beta).col(0); }
};

bool is_read(const Whitened& series, std::ptrdiff_t t) {
    return t >= 0 && std::isfinite(series.residual[static_cast<std::size_t>(t)]);
}

// On the rows whose samples were read: a forecast that carries a gap knows nothing of the cause, and one that
// later samples corrected knows their noise.
Regression make_regression(const Whitened& driver, const Whitened& response, double delay, double theta) {
    const std::vector<double> g = filtered(driver.filled, theta), y = filtered(response.filled, theta);
    const auto whole = static_cast<std::ptrdiff_t>(std::floor(delay));
    const double part = delay - static_cast<double>(whole);
    const auto n = static_cast<std::ptrdiff_t>(y.size());
    std::vector<std::ptrdiff_t> at;
    const bool gaps = driver.has_gaps() || response.has_gaps();
    for (std::ptrdiff_t t = std::max<std::ptrdiff_t>(1, whole + 1); t < n && t - whole < n; ++t) {
        if (!is_read(response, t)) continue;
        if (gaps && !(is_read(response, t - 1) && is_read(driver, t - whole))) continue;
        if (gaps && part > 0.0 && !is_read(driver, t - whole - 1)) continue;
        at.push_back(t);
    }
    const MatrixXd trend = response.trend_columns().rows(0, y.size());
    Regression r;
    r.x.resize(static_cast<Index>(at.size()), 2 + trend.cols());
    r.y.resize(r.x.rows());
    r.before.resize(r.x.rows());
    r.target.resize(r.x.rows());
    for (Index i = 0; i < r.x.rows(); ++i) {
        const std::ptrdiff_t t = at[static_cast<std::size_t>(i)];
        const auto lagged = static_cast<std::size_t>(t - whole), now = static_cast<std::size_t>(t);
        r.x(i, 0) = (1.0 - part) * g[lagged] + (part > 0.0 ? part * g[lagged - 1] : 0.0);
        r.x(i, 1) = y[now - 1];
        r.x.row(i).tail(trend.cols()) = trend.row(t);
        r.y(i) = y[now];
        r.before(i) = response.filled[now - 1];
        r.target(i) = response.filled[now];
    }
    return r;
}

Regression best_regression(const Whitened& driver, const Whitened& response, double delay) {
    Regression best;
    double best_score = std::numeric_limits<double>::infinity();
    for (double theta : kThetas) {
        Regression r = make_regression(driver, response, delay, theta);
        const auto m = static_cast<double>(r.y.size());
        const double score = m * std::log(std::max(r.fit().rss, 1e-300)) + (theta > 0.0 ? std::log(m) : 0.0);
        if (score >= best_score) continue;
        best_score = score;
        best = std::move(r);
    }
    return best;
}

// Standard error of the first coefficient, robust to autocorrelation and heteroscedasticity of the errors.
// Each error is divided by 1 - leverage (HC3): a few spikes carry most of the regression, and pull it towards
// their own errors. In short series the estimate is too small as often as not; the classical error is its
// floor.
double robust_se(const Regression& r, const VectorXd& beta) {
    const MatrixXd bread = inverse_definite(cross_products(r.x, r.x));
    const VectorXd leverage = product(r.x, bread).cwiseProduct(r.x).rowwise().sum();
    const VectorXd error = r.errors(beta).array() / (1.0 - leverage.array()).max(kLeastFreedom);
    const MatrixXd scores = r.x.array().colwise() * error.array();
    const auto m = static_cast<double>(r.y.size());
    const auto reach = static_cast<Index>(std::floor(4.0 * std::pow(m / 100.0, 2.0 / 9.0)));
    MatrixXd meat = cross_products(scores, scores);
    for (Index lag = 1; lag <= reach && lag < scores.rows(); ++lag) {
        const Index rest = scores.rows() - lag;
        const MatrixXd cross = cross_products(scores.bottomRows(rest), scores.topRows(rest));
        meat +=
            (1.0 - static_cast<double>(lag) / static_cast<double>(reach + 1)) * (cross + cross.transpose());
    }
    const double robust = bread.col(0).dot(product(meat, bread.col(0)).col(0));
    const double classical =
        r.errors(beta).squaredNorm() / (m - static_cast<double>(r.x.cols())) * bread(0, 0);
    return std::sqrt(std::max({robust, classical, 0.0}));
}

// By how much k grows when the driver is taken to act throughout a step instead of at its end: D / (tau (1 -
// exp(-D/tau))).
double throughout_factor(double phi) {
    return phi > 0.0 && phi < 1.0 ? -std::log(phi) / (1.0 - phi) : 1.0;
}

double share_explained(const Regression& r, const VectorXd& beta) {
    const VectorXd change = r.target - r.before;
    const double total = (change.array() - change.mean()).square().sum();
    const double left = r.errors(beta).squaredNorm();
    return total > 0.0 ? std::clamp(1.0 - left / total, 0.0, 1.0) : 0.0;
}

// k and its interval at one delay, both in units of the two series' SDs and samples.
struct Rate {
    Regression regression;
    VectorXd beta;
    Interval k;
};

std::optional<Rate> rate_at(const WhitenedPair& pair, double delay) {
    Rate rate;
    rate.regression = best_regression(pair.driver, pair.response, delay);
    const Regression& r = rate.regression;
    const Index free = r.x.rows() - r.x.cols();
    if (free < kFewestFree) return std::nullopt;
    rate.beta = r.fit().beta;
    const double k = -rate.beta(0);
    const double arm = t_critical(kAlpha, static_cast<double>(free)) * robust_se(r, rate.beta);
    const double factor = throughout_factor(rate.beta(1));
    rate.k = {std::min(k - arm, (k - arm) * factor), std::max(k + arm, (k + arm) * factor)};
    return rate;
}

// 0.3 s at 10 Hz is 3 samples, whatever it rounds to.
double samples_of(double seconds, double dt_s) {
    return std::round(seconds / dt_s * 1e6) * 1e-6;
}

}  // namespace

std::optional<CouplingFit> fit_coupling(const WhitenedPair& pair, double dt_s, double delay_s,
                                        Interval likely_delay_s) {
    const double delay = samples_of(delay_s, dt_s);
    const std::size_t most = kMostRows + static_cast<std::size_t>(std::abs(delay));
    WhitenedPair part;
    const std::size_t from = telling_part(pair.driver, pair.response, most);
    part.driver = pair.driver.part(from, most);
    part.response = pair.response.part(from, most);
    const std::optional<Rate> rate = rate_at(part, delay);
    if (!rate) return std::nullopt;
    Interval k = rate->k;
    for (double edge : {likely_delay_s.low, likely_delay_s.high}) {
        const double beside = std::clamp(samples_of(edge, dt_s), delay - 0.5, delay + 0.5);
        const std::optional<Rate> there = beside != delay ? rate_at(part, beside) : std::nullopt;
        if (there) k = {std::min(k.low, there->k.low), std::max(k.high, there->k.high)};
    }
    if (!std::isfinite(k.width()) || !std::isfinite(rate->beta(0))) return std::nullopt;
    const double unit = pair.response_sd / pair.driver_sd / dt_s;
    const double phi = rate->beta(1);
    CouplingFit fit;
    fit.k_per_s = -rate->beta(0) * unit;
    fit.k_ci95_per_s = Interval{k.low * unit, k.high * unit};
    fit.delay_s = delay_s;
    fit.r2 = share_explained(rate->regression, rate->beta);
    if (phi > 0.0 && phi < 1.0) fit.relaxation_s = dt_s / (1.0 - phi);
    fit.at_once = phi < kLeastKept;
    return fit;
}

std::optional<CouplingFit> fit_coupling(std::span<const double> driver, std::span<const double> response,
                                        double dt_s, double delay_s) {
    const std::optional<WhitenedPair> pair = whiten_pair(driver, response, dt_s);
    return pair ? fit_coupling(*pair, dt_s, delay_s, {delay_s, delay_s}) : std::nullopt;
}

}  // namespace rle
