// Finds the change of level that improves the regression of a series on a trend and its own past most.
//
// Every candidate is judged at every AR order at once, from its products with the regression's columns: what
// a column c adds to columns X is (c'e)^2 / (c'c - c'X (X'X)^-1 X'c), e being what X leaves of the series.
// The middle is searched on a coarse grid, then between its points: about a step's true place what it
// explains falls off slowly.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "core/lag/autoregression.hpp"
#include "core/lag/trend.hpp"

namespace rle {

struct ScoredChange {
    LevelChange change;
    double score = 0.0;  ///< BIC of the regression with it, at the best AR order
};

class LevelChangeSearch {
  public:
    /// `filled` is `series` with its gaps bridged, and stays where it is. Scores are comparable between bases
    /// of one series and one max_order.
    LevelChangeSearch(std::span<const double> series, const std::vector<double>& filled, const Trend& base,
                      int max_order);

    double score_without() const;  ///< BIC of the base, at the best AR order
    ScoredChange best() const;     ///< score infinite: nothing to try

  private:
    void factorise(const Eigen::MatrixXd& sums);
    double least_rss() const;
    double bic(double rss, int parameters) const;
    double products_with(double width, std::ptrdiff_t at, Eigen::VectorXd& with) const;
    double score(double width, std::ptrdiff_t at) const;
    ScoredChange refined(double width, std::ptrdiff_t at, std::ptrdiff_t gap) const;

    std::ptrdiff_t n_;  // samples of the session
    int parameters_;    // of the base
    int order_;         // lags
    Rows rows_;         // of the session that are looked at
    std::span<const double> filled_;
    Eigen::MatrixXd trend_;   // its columns at these rows
    Eigen::MatrixXd factor_;  // of trend, lags, series; on the diagonal the inverses, 0 for a column left out
    double square_ = 0.0;     // of the series
    std::vector<double> price_;  // what a parameter more makes of the RSS, by their number
};

}  // namespace rle
