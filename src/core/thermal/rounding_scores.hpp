// What the rounding of the temperatures does to a fit: the scores that waves along the fitted path leave on
// its parameters, for rounding errors are a sum of such waves (docs/method/balance.md, section 3).
//
// Invariant: one pass along the path, in memory that does not grow with it but for the path itself.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/thermal/thermal_search.hpp"
#include "core/thermal/whiteness.hpp"

namespace rle::thermal {

/// The k-th term of the Fourier series of rounding errors, k = 1, 2, ...
struct Harmonic {
    double turn = 0.0;   ///< rad/degC
    double share = 0.0;  ///< of the errors' variance, degC^2
};

struct PathScores {
    Eigen::MatrixXd covariance;  ///< of the scores, mean over the paths; rows as Solution::free
    Whiteness errors;            ///< standardised
    /// Where samples are missing: of the information what errors tell of which the filter has more than a
    /// reading's; 0 elsewhere.
    Eigen::MatrixXd unsure;
};

/// `offsets`: a column a path as likely as the fitted one, by how much each free parameter is off.
PathScores path_scores(const Problem& problem, const Solution& solution,
                       const std::vector<Harmonic>& harmonics, const Eigen::MatrixXd& offsets);

}  // namespace rle::thermal
