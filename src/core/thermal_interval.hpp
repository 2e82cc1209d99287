// 95 % intervals of whatever is computed from the parameters of a thermal fit.
#pragma once

#include <functional>
#include <optional>

#include "core/thermal_search.hpp"
#include "rlecouple/interval.hpp"

namespace rle::thermal {

/// The step in which the temperatures are given (1 where all are whole degrees), 0 where there is no such
/// step.
double resolution_of(const std::vector<double>& temp_c);

/// Covariance of the free parameters, zero for those that stand at a bound; missing where the data determine
/// none.
struct Uncertainty {
    Eigen::MatrixXd covariance;    ///< rows as Solution::free
    double quantile = 1.96;        ///< of Student's t at the residuals' effective degrees of freedom
    double residual_sd = 0.0;      ///< degC
    double autocorrelation = 0.0;  ///< of the residuals, lag 1
    bool singular = false;         ///< some combination of the parameters is not determined at all
};
Uncertainty uncertainty_of(const ThermalSamples& samples, const Solution& solution);

/// Standard error of f(theta), by the delta method with central differences.
double standard_error(const Solution& solution, const Uncertainty& uncertainty,
                      const std::function<double(const Theta&)>& f);

/// 97.5 % quantile of Student's t (Cornish-Fisher expansion; within 0.2 % from 4 degrees of freedom on).
double student_quantile(double degrees_of_freedom);

}  // namespace rle::thermal
