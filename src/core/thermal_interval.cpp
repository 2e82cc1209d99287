#include "core/thermal_interval.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "core/linear_algebra.hpp"
#include "core/thermal_simulate.hpp"

namespace rle::thermal {
namespace {

constexpr std::size_t kLongPath = 5000;  // samples; beyond, the path itself is known well
constexpr int kPaths = 24;
constexpr double kNothing = 1e-12;  // degC^2: what a parameter without any effect is said to have

// A standard normal number (Box & Muller 1958), the same on every platform.
double normal_from(std::mt19937_64& random) {
    const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1.0p-53; };
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

// Predictions with their derivatives, sample by sample.
struct Path {
    Eigen::MatrixXd gradient;   // a column a sample; 0 where no temperature was read
    std::vector<double> error;  // measured - predicted; NaN where no temperature was read
};

template <bool kTwoNodes, std::size_t N>
Path path_n(const Problem& problem, const Solution& s) {
    Path out;
    const auto m = static_cast<Eigen::Index>(s.free.size());
    out.gradient = Eigen::MatrixXd::Zero(m, static_cast<Eigen::Index>(problem.samples.size()));
    out.error.reserve(problem.samples.size());
    simulate<kTwoNodes, N>(problem.samples, problem.power, problem.alike(s.shape.fan), s.shape, s.theta,
                           s.free, s.gains, [&](std::size_t i, const Dual<N>& t) {
                               out.error.push_back(problem.samples.temp_c[i] - t.v);
                               if (std::isnan(out.error.back())) return;
                               for (Eigen::Index j = 0; j < m; ++j) {
                                   out.gradient(j, static_cast<Eigen::Index>(i)) =
                                       t.derivative(static_cast<std::size_t>(j));
                               }
                           });
    return out;
}

Path path_of(const Problem& problem, const Solution& s) {
    return s.shape.two_nodes ? path_n<true, 10>(problem, s) : path_n<false, 6>(problem, s);
}

std::vector<double> standardised(const Path& path, const Solution& s) {
    std::vector<double> out;
    for (std::size_t i = 0; i < path.error.size(); ++i) {
        if (!std::isnan(path.error[i])) out.push_back(path.error[i] * std::sqrt(s.gains.weight(i)));
    }
    return out;
}

double autocorrelation(const std::vector<double>& z, std::size_t lag) {
    double top = 0.0;
    double bottom = 0.0;
    for (std::size_t i = 0; i < z.size(); ++i) {
        bottom += z[i] * z[i];
        if (i >= lag) top += z[i] * z[i - lag];
    }
    return bottom > 0.0 ? top / bottom : 0.0;
}

// P(chi2 with `df` degrees of freedom > x), by Wilson & Hilferty (1931).
double chi_square_tail(double x, double df) {
    const double z = (std::cbrt(x / df) - (1.0 - 2.0 / (9.0 * df))) / std::sqrt(2.0 / (9.0 * df));
    return 0.5 * std::erfc(z / std::sqrt(2.0));
}

double ljung_box(const std::vector<double>& z) {
    const auto n = static_cast<double>(z.size());
    const std::size_t lags = std::min<std::size_t>(10, z.size() / 5);
    if (lags == 0) return 1.0;
    double q = 0.0;
    for (std::size_t k = 1; k <= lags; ++k) {
        const double r = autocorrelation(z, k);
        q += n * (n + 2.0) * r * r / (n - static_cast<double>(k));
    }
    return chi_square_tail(q, static_cast<double>(lags));
}

// Paths that are as likely as the fitted one: a fit is drawn towards whole steps, which would make the
// rounding errors of two plateaus look alike when they are not.
std::vector<std::vector<double>> likely_paths(const Problem& problem, const Solution& s, const Path& path,
                                              const Eigen::MatrixXd& covariance) {
    const std::vector<double> model =
        simulate_between_gaps(problem.samples, s.constants(), problem.longest_s);
    if (model.size() > kLongPath) return {model};
    const SymmetricEigen eigen = symmetric_eigen(covariance);
    const Eigen::MatrixXd root = eigen.vectors * eigen.values.cwiseMax(0.0).cwiseSqrt().asDiagonal();
    std::mt19937_64 random(1);
    std::vector<std::vector<double>> out;
    for (int draw = 0; draw < kPaths; ++draw) {
        Eigen::VectorXd z(root.cols());
        for (Eigen::Index i = 0; i < z.size(); ++i) z[i] = normal_from(random);
        const Eigen::VectorXd offset = cross_products(path.gradient, product(root, z));
        out.push_back(model);
        for (std::size_t i = 0; i < model.size(); ++i) out.back()[i] += offset[static_cast<Eigen::Index>(i)];
    }
    return out;
}

// The score that an error of the temperatures in the shape of `wave` leaves on the parameters.
Eigen::VectorXd score_of(const Problem& problem, const Solution& s, const Path& path,
                         const std::vector<double>& wave) {
    const std::vector<double> seen =
        filtered(problem.samples, problem.alike(s.shape.fan), s.constants(), s.gains, wave);
    Eigen::VectorXd score = Eigen::VectorXd::Zero(path.gradient.rows());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (std::isnan(path.error[i])) continue;
        score += path.gradient.col(static_cast<Eigen::Index>(i)) * (s.gains.weight(i) * seen[i]);
    }
    return score;
}

// Covariance of the scores that rounding makes along `model`; `left` is the variance that it leaves as white
// noise.
Eigen::MatrixXd rounding_scores(const Problem& problem, const Solution& s, const Path& path,
                                const std::vector<double>& model, double noise_variance, double& left) {
    const auto m = static_cast<Eigen::Index>(s.free.size());
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(m, m);
    const double q = problem.resolution;
    left = q * q / 12.0;
    if (q == 0.0) return out;
    const int harmonics = model.size() > kLongPath ? 2 : 8;
    std::vector<double> wave(model.size());
    for (int k = 1; k <= harmonics; ++k) {
        const double turn = 2.0 * std::numbers::pi * k / q;
        const double share = q * q / (2.0 * std::numbers::pi * std::numbers::pi * k * k) *
                             std::exp(-turn * turn * noise_variance);
        if (share < 1e-4 * q * q) break;
        left -= share;
        for (const double phase : {0.0, 0.5 * std::numbers::pi}) {
            for (std::size_t i = 0; i < model.size(); ++i) wave[i] = std::cos(turn * model[i] - phase);
            const Eigen::VectorXd score = score_of(problem, s, path, wave);
            out += product(share * score, score.transpose());
        }
    }
    return out;
}

// The information and its inverse, with a floor under what the samples say about any direction, so that one
// about which they say nothing gets a very large variance. A parameter at a limit of physics (a die without
// mass, a meter that cannot be later) is taken as known: zeros. One at a mere limit of the search is not.
struct Information {
    Eigen::MatrixXd floored;
    Eigen::MatrixXd inverse;
};

Information information_of(const Solution& s) {
    const auto m = static_cast<Eigen::Index>(s.free.size());
    Eigen::VectorXd scale = Eigen::VectorXd::Zero(m);
    Eigen::VectorXd back = Eigen::VectorXd::Zero(m);
    for (Eigen::Index i = 0; i < m; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const bool limit = s.free[at] == kDie || s.free[at] == kShift || s.free[at] == kFan;
        if (s.pinned[at] && limit) continue;
        back[i] = std::sqrt(std::max(s.information(i, i), kNothing));
        scale[i] = 1.0 / back[i];
    }
    Eigen::MatrixXd a = scale.asDiagonal() * s.information * scale.asDiagonal();
    for (Eigen::Index i = 0; i < m; ++i) {
        if (scale[i] == 0.0) a(i, i) = 1.0;
    }
    const SymmetricEigen eigen = symmetric_eigen(a);
    const Eigen::VectorXd values = eigen.values.cwiseMax(1e-12);
    return {back.asDiagonal() * eigen.with_values(values) * back.asDiagonal(),
            scale.asDiagonal() * eigen.with_values(values.cwiseInverse()) * scale.asDiagonal()};
}

}  // namespace

double student_quantile(double nu) {
    const double z = 1.959963984540054;
    const double g1 = (z * z * z + z) / 4.0;
    const double g2 = (5.0 * std::pow(z, 5) + 16.0 * z * z * z + 3.0 * z) / 96.0;
    const double g3 = (3.0 * std::pow(z, 7) + 19.0 * std::pow(z, 5) + 17.0 * z * z * z - 15.0 * z) / 384.0;
    return z + g1 / nu + g2 / (nu * nu) + g3 / (nu * nu * nu);
}

Uncertainty uncertainty_of(const Problem& problem, const Solution& s) {
    const Path path = path_of(problem, s);
    const std::vector<double> z = standardised(path, s);
    Uncertainty u;
    u.autocorrelation = autocorrelation(z, 1);
    u.ljung_box_p = ljung_box(z);
    const double rounding = problem.resolution * problem.resolution / 12.0;
    const double noise = std::max(s.residual_variance() - rounding, 0.0);
    const Information known = information_of(s);
    const Eigen::MatrixXd& inverse = known.inverse;
    const double rho = noise > 0.5 * rounding ? std::clamp(u.autocorrelation, 0.0, 0.98) : 0.0;
    const double inflation = (1.0 + rho) / (1.0 - rho);
    Eigen::MatrixXd scores = Eigen::MatrixXd::Zero(inverse.rows(), inverse.cols());
    const auto paths = likely_paths(problem, s, path, (noise + rounding) * inverse);
    double white = 0.0;
    for (const std::vector<double>& model : paths)
        scores += rounding_scores(problem, s, path, model, noise, white);
    scores /= static_cast<double>(paths.size());
    scores += (noise * inflation + white) * known.floored;
    u.covariance = product(inverse, product(scores, inverse));
    const double left = (static_cast<double>(s.n) - static_cast<double>(s.free.size())) / inflation;
    u.quantile = student_quantile(std::max(left, 4.0));
    return u;
}

Drift drift_of(std::span<const double> t_s, std::span<const double> residual) {
    double n = 0.0, mean_t = 0.0, mean_e = 0.0;
    for (std::size_t i = 0; i < residual.size(); ++i) {
        if (std::isnan(residual[i])) continue;
        n += 1.0;
        mean_t += t_s[i];
        mean_e += residual[i];
    }
    mean_t /= n;
    mean_e /= n;
    double tt = 0.0, te = 0.0;
    for (std::size_t i = 0; i < residual.size(); ++i) {
        if (std::isnan(residual[i])) continue;
        tt += (t_s[i] - mean_t) * (t_s[i] - mean_t);
        te += (t_s[i] - mean_t) * (residual[i] - mean_e);
    }
    if (n < 3.0 || tt <= 0.0) return {};
    const double slope = te / tt;
    std::vector<double> left;
    double square = 0.0;
    for (std::size_t i = 0; i < residual.size(); ++i) {
        if (std::isnan(residual[i])) continue;
        left.push_back(residual[i] - mean_e - slope * (t_s[i] - mean_t));
        square += left.back() * left.back();
    }
    const double rho = std::clamp(autocorrelation(left, 1), 0.0, 0.98);
    const double se = std::sqrt(square / (n - 2.0) / tt * (1.0 + rho) / (1.0 - rho));
    const double span = t_s.back() - t_s.front();
    return {slope * span, se * span};
}

double standard_error(const Solution& solution, const Uncertainty& uncertainty,
                      const std::function<double(const Theta&)>& f) {
    Eigen::VectorXd gradient(static_cast<Eigen::Index>(solution.free.size()));
    for (std::size_t i = 0; i < solution.free.size(); ++i) {
        constexpr double kStep = 1e-5;
        Theta up = solution.theta;
        Theta down = solution.theta;
        up[solution.free[i]] += kStep;
        down[solution.free[i]] -= kStep;
        gradient[static_cast<Eigen::Index>(i)] = (f(up) - f(down)) / (2.0 * kStep);
    }
    return std::sqrt(std::max(gradient.dot(product(uncertainty.covariance, gradient).col(0)), 0.0));
}

}  // namespace rle::thermal
