// Finds the change of level that improves the regression of a series on a trend and its own past most.
//
// Every candidate is judged at every AR order at once, from its products with the regression's columns: what
// a column c adds to columns X is (c'e)^2 / (c'c - c'X (X'X)^-1 X'c), e being what X leaves of the series.
// The middle is searched on a coarse grid, then between its points: about a step's true place what it
// explains falls off slowly.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "core/trend.hpp"

namespace rle {

struct ScoredChange {
    LevelChange change;
    double score = 0.0;  ///< BIC of the regression with it, at the best AR order
};

class LevelChangeSearch {
  public:
    /// `filled` is `series` with its gaps bridged. Scores are comparable between bases of one series and one
    /// max_order.
    LevelChangeSearch(std::span<const double> series, const std::vector<double>& filled, const Trend& base,
                      int max_order);

    double score_without() const;  ///< BIC of the base, at the best AR order
    ScoredChange best() const;     ///< score infinite: nothing to try

  private:
    // Values of a change about its middle: [i] at i - n samples from it.
    using Curve = Eigen::VectorXd;

    Curve curve(double width) const;
    void orthogonalise();
    double bic(double rss, int parameters) const;
    double score(const Curve& curve, std::ptrdiff_t at) const;
    ScoredChange refined(const Curve& curve, double width, std::ptrdiff_t at, std::ptrdiff_t gap) const;

    std::ptrdiff_t n_;  // samples of the session
    int parameters_;    // of the base
    Eigen::Index trend_;
    std::vector<std::ptrdiff_t> times_;  // of the rows
    Eigen::MatrixXd columns_;            // trend, lags: orthonormal, or 0 where nothing is left of one
    Eigen::VectorXd with_series_;        // products of the columns with the series
    Eigen::VectorXd series_;
};

}  // namespace rle
