// What the rounding of the columns that drive a fit (power, ambient, fan) does to it: each distinct reading
// is off by one error in all its samples, and moves the whole path and with it the parameters
// (docs/method/balance.md, section 3).
//
// Invariant: linear in the errors, for the fit's own path, gains and reading of the power; no error is shared
// by two columns. A few distinct readings are followed one by one; of more, some draws of all their errors at
// once.
#pragma once

#include <Eigen/Core>

#include "core/thermal/thermal_search.hpp"

namespace rle::thermal {

struct InputScores {
    Eigen::MatrixXd covariance;  ///< of the scores, rows as Solution::free; 0 without rounding
    double left = 0.0;           ///< expected sum of squares that the errors leave behind the fit, degC^2
};

/// `inverse`: of the fit's information.
InputScores input_scores(const Problem& problem, const Solution& solution, const Eigen::MatrixXd& inverse);

}  // namespace rle::thermal
