// Levenberg-Marquardt on the sum of squared temperature errors (Marquardt 1963; Nielsen 1999 for the
// damping).
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "core/thermal_parameters.hpp"

namespace rle::thermal {

/// Where a search ended.
struct Solution {
    Shape shape;
    Theta theta{};
    std::vector<Slot> free;       ///< slot of each row of `information`
    std::vector<bool> pinned;     ///< of each, whether it stands at a bound
    Eigen::MatrixXd information;  ///< J'J, J the derivatives of the temperatures by the free parameters
    double sse = 0.0;             ///< degC^2
    std::size_t n = 0;            ///< temperatures compared

    double rmse() const { return std::sqrt(sse / static_cast<double>(n)); }
    double bic() const;
};

struct SearchOptions {
    int iterations = 60;
    double tolerance = 1e-10;  ///< relative fall of the sum of squares, and step, at which the search stops
};

/// Bounds within which the samples can tell anything at all.
Bounds bounds_of(const ThermalSamples& samples);

/// Descends from `start` (clamped into `bounds`).
Solution search(const ThermalSamples& samples, const Shape& shape, const Theta& start, const Bounds& bounds,
                const SearchOptions& options = {});

/// The sum of squares alone.
double sum_of_squares(const ThermalSamples& samples, const Shape& shape, const Theta& theta);

}  // namespace rle::thermal
