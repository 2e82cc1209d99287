// 95 % intervals of whatever is computed from the parameters of a thermal fit.
#pragma once

#include <functional>

#include "core/thermal/thermal_search.hpp"

namespace rle::thermal {

/// How well the free parameters are known.
struct Uncertainty {
    Eigen::MatrixXd covariance;    ///< rows as Solution::free; 0 for a parameter that stands at a bound
    double quantile = 1.96;        ///< of Student's t at the errors' effective degrees of freedom
    double autocorrelation = 0.0;  ///< of the standardised errors, lag 1
    double ljung_box_p = 1.0;      ///< p-value of their whiteness (Ljung & Box 1978)
    double by_input_steps =
        0.0;  ///< of their variance what the rounding of power, ambient and fan makes, degC^2
};

/// The errors of rounding repeat wherever the temperature does, so their covariance is taken as that of a
/// rounded path of unknown phase (Bernoulli's second polynomial, by its Fourier series); what the residuals
/// show beyond it counts as noise, and, where it is autocorrelated, as correspondingly fewer samples. To this
/// comes the rounding of power, ambient and fan (input_scores.hpp).
Uncertainty uncertainty_of(const Problem& problem, const Solution& solution);

/// Uncertainty::by_input_steps alone.
double variance_by_input_steps(const Problem& problem, const Solution& solution);

/// By how much what a simulation leaves of the measured temperatures rises or fall over the session, degC, by
/// least squares; the standard error allows for their autocorrelation (first order).
struct Drift {
    double total_c = 0.0;
    double se_c = 0.0;
};
Drift drift_of(std::span<const double> t_s, std::span<const double> measured, std::span<const double> model);

/// Standard error of f(theta), by the delta method with central differences.
double standard_error(const Solution& solution, const Uncertainty& uncertainty,
                      const std::function<double(const Theta&)>& f);

/// 97.5 % quantile of Student's t (Cornish-Fisher expansion; Abramowitz & Stegun 26.7.5).
double student_quantile(double degrees_of_freedom);

}  // namespace rle::thermal
