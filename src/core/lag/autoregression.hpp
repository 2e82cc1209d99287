// An autoregression about a trend, by least squares, and its one-step forecasts over gaps.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "core/lag/lag_products.hpp"
#include "core/lag/trend.hpp"

namespace rle {

/// Residual sums of squares of the last column on the first `least`, `least` + 1, ... columns, from the
/// cross-products of all of them: one column after the other is swept out. Ends early where the regression
/// gets singular.
std::vector<double> nested_rss(Eigen::MatrixXd products, Eigen::Index least);

/// The columns 0 ... n - 1.
std::vector<Eigen::Index> first_columns(Eigen::Index n);

/// The rows of a regression of a series on lags up to `order`: where the sample is present, spread over the
/// session where they are more than kMostFitted.
Rows regression_rows(std::span<const double> series, int order);

/// Residual sums of squares of the regressions of a series on trend columns and its own lags 1..p, for every
/// p at once.
class NestedRegressions {
  public:
    /// `candidates` are all trend columns that will be asked for; rows whose sample is missing in `series`
    /// are left out, lags are taken from `filled`, which equals `series` where that is present.
    NestedRegressions(std::span<const double> series, const std::vector<double>& filled,
                      const TrendColumns& candidates, int max_order);

    /// For p = 0 ... max_order, on the given columns of the candidates; ends early where the regression gets
    /// singular.
    std::vector<double> rss(const std::vector<Eigen::Index>& trend_columns) const;

    /// The same lists for many trends at once: at [d][0] that of the first d + 1 candidates, d < nested, and
    /// at [d][1 + k] that of these and of candidate nested + k.
    using OfEach = std::vector<std::vector<std::vector<double>>>;
    OfEach rss_of_each(Eigen::Index nested) const;

    double rows() const { return rows_; }
    /// m log(RSS / m) + parameters log m, with a floor under the RSS for a series without noise.
    double bic(double rss, int parameters) const;

  private:
    Eigen::MatrixXd products_;  // of [candidates, lags 1..p, series]
    Eigen::Index candidates_;
    double rows_;
};

struct Autoregression {
    Eigen::VectorXd trend;  ///< coefficients of the trend columns
    Eigen::VectorXd ar;     ///< phi_1 ... phi_p
};

Autoregression fit_autoregression(std::span<const double> series, const std::vector<double>& filled,
                                  const TrendColumns& trend, int order);

/// One-step forecast errors, each divided by its standard deviation relative to a forecast from a complete
/// past (a Kalman filter); NaN where the sample is missing and for the first p. Gaps of `filled` become
/// forecasts on the way. Above 32,768 samples a gap unsettles no more than the last eight values, and after a
/// longer one the next p samples make a new start.
std::vector<double> forecast_errors(std::span<const double> series, std::vector<double>& filled,
                                    const TrendColumns& trend, const Autoregression& model);

}  // namespace rle
