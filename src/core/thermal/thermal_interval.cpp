#include "core/thermal/thermal_interval.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "core/maths/linear_algebra.hpp"
#include "core/maths/special_functions.hpp"
#include "core/thermal/input_scores.hpp"
#include "core/thermal/rounding_scores.hpp"

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

// Paths that are as likely as the fitted one, by how far off their parameters are: a fit is drawn towards
// whole steps, which would make the rounding errors of two plateaus look alike when they are not.
Eigen::MatrixXd likely_offsets(std::size_t samples, const Eigen::MatrixXd& covariance) {
    if (samples > kLongPath) return Eigen::MatrixXd::Zero(covariance.rows(), 1);
    const SymmetricEigen eigen = symmetric_eigen(covariance);
    const Eigen::MatrixXd root = eigen.vectors * eigen.values.cwiseMax(0.0).cwiseSqrt().asDiagonal();
    std::mt19937_64 random(1);
    Eigen::MatrixXd out(covariance.rows(), kPaths);
    for (int draw = 0; draw < kPaths; ++draw) {
        Eigen::VectorXd z(root.cols());
        for (Eigen::Index i = 0; i < z.size(); ++i) z[i] = normal_from(random);
        out.col(draw) = product(root, z);
    }
    return out;
}

// The terms that are carried through the estimator as they are; noise dithers the rounding.
std::vector<Harmonic> harmonics_of(const Problem& problem, double noise_variance) {
    std::vector<Harmonic> out;
    const double q = problem.resolution;
    if (q == 0.0) return out;
    const int most = problem.samples.size() > kLongPath ? 2 : 8;
    for (int k = 1; k <= most; ++k) {
        const double turn = 2.0 * std::numbers::pi * k / q;
        const double share = q * q / (2.0 * std::numbers::pi * std::numbers::pi * k * k) *
                             std::exp(-turn * turn * noise_variance);
        if (share < 1e-4 * q * q) break;
        out.push_back({turn, share});
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

double degrees_of(const Solution& s) {
    return std::max(static_cast<double>(s.n) - static_cast<double>(s.free.size()), 1.0);
}

}  // namespace

double student_quantile(double nu) {
    const double z = kNormal975;
    const double g1 = (z * z * z + z) / 4.0;
    const double g2 = (5.0 * std::pow(z, 5) + 16.0 * z * z * z + 3.0 * z) / 96.0;
    const double g3 = (3.0 * std::pow(z, 7) + 19.0 * std::pow(z, 5) + 17.0 * z * z * z - 15.0 * z) / 384.0;
    return z + g1 / nu + g2 / (nu * nu) + g3 / (nu * nu * nu);
}

Uncertainty uncertainty_of(const Problem& problem, const Solution& s) {
    const double rounding = problem.resolution * problem.resolution / 12.0;
    const Information known = information_of(s);
    const Eigen::MatrixXd& inverse = known.inverse;
    const InputScores inputs = input_scores(problem, s, inverse);
    Uncertainty u;
    u.by_input_steps = inputs.left / degrees_of(s);
    const double noise = std::max(s.residual_variance() - rounding - u.by_input_steps, 0.0);
    const std::vector<Harmonic> harmonics = harmonics_of(problem, noise);
    const PathScores path = path_scores(problem, s, harmonics,
                                        likely_offsets(problem.samples.size(), (noise + rounding) * inverse));
    u.autocorrelation = path.errors.autocorrelation(1);
    u.ljung_box_p = path.errors.p_value();
    const double rho = noise > 0.5 * rounding ? std::clamp(u.autocorrelation, 0.0, 0.98) : 0.0;
    const double inflation = (1.0 + rho) / (1.0 - rho);
    double white = rounding;  // what of the rounding is left to white noise
    for (const Harmonic& harmonic : harmonics) white -= harmonic.share;
    const Eigen::MatrixXd lost = s.noise.temp_sd * s.noise.temp_sd * path.unsure;
    const Eigen::MatrixXd scores =
        path.covariance + inputs.covariance + (noise * inflation + white) * known.floored + lost;
    u.covariance = product(inverse, product(scores, inverse));
    u.quantile = student_quantile(std::max(degrees_of(s) / inflation, 4.0));
    return u;
}

double variance_by_input_steps(const Problem& problem, const Solution& s) {
    return input_scores(problem, s, information_of(s).inverse).left / degrees_of(s);
}

Drift drift_of(std::span<const double> t_s, std::span<const double> measured, std::span<const double> model) {
    double n = 0.0, mean_t = 0.0, mean_e = 0.0;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (std::isnan(measured[i] - model[i])) continue;
        n += 1.0;
        mean_t += t_s[i];
        mean_e += measured[i] - model[i];
    }
    mean_t /= n;
    mean_e /= n;
    double tt = 0.0, te = 0.0;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (std::isnan(measured[i] - model[i])) continue;
        tt += (t_s[i] - mean_t) * (t_s[i] - mean_t);
        te += (t_s[i] - mean_t) * (measured[i] - model[i] - mean_e);
    }
    if (n < 3.0 || tt <= 0.0) return {};
    const double slope = te / tt;
    Whiteness left;
    double square = 0.0;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (std::isnan(measured[i] - model[i])) continue;
        const double e = measured[i] - model[i] - mean_e - slope * (t_s[i] - mean_t);
        left.add(e);
        square += e * e;
    }
    const double rho = std::clamp(left.autocorrelation(1), 0.0, 0.98);
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
