#include "core/thermal_interval.hpp"

#include <algorithm>
#include <cmath>

#include "core/thermal_simulate.hpp"

namespace rle::thermal {
namespace {

std::vector<double> residuals_of(const ThermalSamples& samples, const Solution& solution) {
    const std::vector<double> model = simulate_thermal(samples, constants_of(solution.theta, solution.shape));
    std::vector<double> out;
    out.reserve(model.size());
    for (std::size_t i = 0; i < model.size(); ++i) {
        if (!std::isnan(samples.temp_c[i])) out.push_back(samples.temp_c[i] - model[i]);
    }
    return out;
}

double lag_one(const std::vector<double>& r) {
    double mean = 0.0;
    for (const double x : r) mean += x / static_cast<double>(r.size());
    double top = 0.0;
    double bottom = 0.0;
    for (std::size_t i = 0; i < r.size(); ++i) {
        bottom += (r[i] - mean) * (r[i] - mean);
        if (i > 0) top += (r[i] - mean) * (r[i - 1] - mean);
    }
    return bottom > 0.0 ? top / bottom : 0.0;
}

}  // namespace

double resolution_of(const std::vector<double>& temp_c) {
    for (const double step : {1.0, 0.5, 0.25, 0.125, 0.1}) {
        const bool fits = std::all_of(temp_c.begin(), temp_c.end(), [&](double t) {
            return std::isnan(t) || std::abs(t / step - std::round(t / step)) < 1e-6;
        });
        if (fits) return step;
    }
    return 0.0;
}

double student_quantile(double nu) {
    const double z = 1.959963984540054;
    const double g1 = (z * z * z + z) / 4.0;
    const double g2 = (5.0 * std::pow(z, 5) + 16.0 * z * z * z + 3.0 * z) / 96.0;
    const double g3 = (3.0 * std::pow(z, 7) + 19.0 * std::pow(z, 5) + 17.0 * z * z * z - 15.0 * z) / 384.0;
    return z + g1 / nu + g2 / (nu * nu) + g3 / (nu * nu * nu);
}

Uncertainty uncertainty_of(const ThermalSamples& samples, const Solution& solution) {
    const std::vector<double> residuals = residuals_of(samples, solution);
    const auto n = static_cast<double>(residuals.size());
    const auto m = static_cast<Eigen::Index>(solution.free.size());
    const double step = resolution_of(samples.temp_c);
    Uncertainty u;
    u.covariance = Eigen::MatrixXd::Zero(m, m);
    u.autocorrelation = lag_one(residuals);
    const double left = std::max(n - static_cast<double>(m), 1.0);
    const double variance = std::max(solution.sse / left, step * step / 12.0);
    u.residual_sd = std::sqrt(variance);
    const double rho = std::clamp(u.autocorrelation, 0.0, 0.98);
    const double inflation = (1.0 + rho) / (1.0 - rho);
    u.quantile = student_quantile(std::max(left / inflation, 4.0));

    std::vector<Eigen::Index> loose;
    for (Eigen::Index i = 0; i < m; ++i) {
        if (!solution.pinned[static_cast<std::size_t>(i)]) loose.push_back(i);
    }
    const auto k = static_cast<Eigen::Index>(loose.size());
    Eigen::MatrixXd a(k, k);
    Eigen::VectorXd scale(k);
    for (Eigen::Index i = 0; i < k; ++i)
        scale[i] = std::sqrt(std::max(
            solution.information(loose[static_cast<std::size_t>(i)], loose[static_cast<std::size_t>(i)]),
            1e-30));
    for (Eigen::Index i = 0; i < k; ++i) {
        for (Eigen::Index j = 0; j < k; ++j) {
            a(i, j) =
                solution.information(loose[static_cast<std::size_t>(i)], loose[static_cast<std::size_t>(j)]) /
                (scale[i] * scale[j]);
        }
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(a);
    u.singular = eigen.eigenvalues()[0] < 1e-10;
    const Eigen::VectorXd inverse = eigen.eigenvalues().cwiseMax(1e-10).cwiseInverse();
    const Eigen::MatrixXd inv =
        eigen.eigenvectors() * inverse.asDiagonal() * eigen.eigenvectors().transpose();
    for (Eigen::Index i = 0; i < k; ++i) {
        for (Eigen::Index j = 0; j < k; ++j) {
            u.covariance(loose[static_cast<std::size_t>(i)], loose[static_cast<std::size_t>(j)]) =
                variance * inflation * inv(i, j) / (scale[i] * scale[j]);
        }
    }
    return u;
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
    return std::sqrt(std::max(gradient.dot(uncertainty.covariance * gradient), 0.0));
}

}  // namespace rle::thermal
