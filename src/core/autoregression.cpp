#include "core/autoregression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linear_algebra.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kSingular = 1e-11;    // share of a column that the ones before it leave
constexpr double kNoiseFloor = 1e-14;  // least RSS, as a share of the total

// Samples that can be regressed on `order` lags.
std::vector<std::size_t> usable(std::span<const double> series, int order) {
    std::vector<std::size_t> at;
    for (std::size_t t = static_cast<std::size_t>(order); t < series.size(); ++t) {
        if (std::isfinite(series[t])) at.push_back(t);
    }
    return at;
}

constexpr Index kChunk = 4096;  // rows at a time, so that a long session needs no table of all its lags

// Cross-products of [trend columns, lags 1..order, the sample itself] over the usable samples, and their
// number.
struct Products {
    MatrixXd sums;
    double rows = 0.0;
};

Products make_products(std::span<const double> series, const std::vector<double>& filled,
                       const MatrixXd& trend, int order) {
    const std::vector<std::size_t> at = usable(series, order);
    const Index width = trend.cols() + order + 1;
    Products products{MatrixXd::Zero(width, width), static_cast<double>(at.size())};
    const auto all = static_cast<Index>(at.size());
    for (Index begin = 0; begin < all; begin += kChunk) {
        MatrixXd rows(std::min(kChunk, all - begin), width);
        for (Index i = 0; i < rows.rows(); ++i) {
            const std::size_t t = at[static_cast<std::size_t>(begin + i)];
            rows.row(i).head(trend.cols()) = trend.row(static_cast<Index>(t));
            for (int k = 1; k <= order; ++k)
                rows(i, trend.cols() + k - 1) = filled[t - static_cast<std::size_t>(k)];
            rows(i, width - 1) = series[t];
        }
        add_cross_products(products.sums, rows);
    }
    return products;
}

// What is not known of the last p values: the covariance of their errors, in units of the innovation's
// variance.
class Uncertainty {
  public:
    explicit Uncertainty(const VectorXd& ar)
        : ar_(ar), spread_(MatrixXd::Zero(ar.size(), ar.size())), known_(true) {}

    // Variance of the next forecast's error.
    double forecast_variance() const { return known_ ? 1.0 : 1.0 + ar_.dot(product(spread_, ar_).col(0)); }

    // One step on. An observation gives the gains by which its error corrects the values before it.
    VectorXd advance(bool observed) {
        const Index p = ar_.size();
        if (p == 0 || (known_ && observed)) return {};
        const VectorXd with_new = product(spread_, ar_);
        MatrixXd next(p, p);
        next(0, 0) = 1.0 + ar_.dot(with_new);
        next.block(1, 0, p - 1, 1) = with_new.head(p - 1);
        next.block(0, 1, 1, p - 1) = with_new.head(p - 1).transpose();
        next.bottomRightCorner(p - 1, p - 1) = spread_.topLeftCorner(p - 1, p - 1);
        VectorXd gain;
        if (observed) {
            gain = next.col(0) / next(0, 0);
            next -= (gain * next.row(0)).eval();
        }
        spread_ = next;
        known_ = spread_.diagonal().maxCoeff() < 1e-9;
        if (known_) spread_.setZero();
        return gain;
    }

  private:
    const VectorXd& ar_;
    MatrixXd spread_;
    bool known_;
};

}  // namespace

std::vector<double> nested_rss(MatrixXd products, Index least) {
    const VectorXd before = products.diagonal();
    const Index last = products.rows() - 1;
    std::vector<double> rss;
    for (Index k = 0; k < last; ++k) {
        if (k >= least) rss.push_back(products(last, last));
        if (products(k, k) <= kSingular * before(k)) return rss;
        const Index rest = last - k;
        const VectorXd column = products.col(k).tail(rest);
        products.bottomRightCorner(rest, rest).noalias() -= column * (column / products(k, k)).transpose();
    }
    rss.push_back(products(last, last));
    return rss;
}

NestedRegressions::NestedRegressions(std::span<const double> series, const std::vector<double>& filled,
                                     const MatrixXd& candidates, int max_order)
    : candidates_(candidates.cols()) {
    Products products = make_products(series, filled, candidates, max_order);
    products_ = std::move(products.sums);
    rows_ = products.rows;
}

std::vector<double> NestedRegressions::rss(const std::vector<Index>& trend_columns) const {
    std::vector<Index> order = trend_columns;
    for (Index k = candidates_; k < products_.rows(); ++k) order.push_back(k);
    return nested_rss(products_(order, order), static_cast<Index>(trend_columns.size()));
}

double NestedRegressions::bic(double rss, int parameters) const {
    const double floor = kNoiseFloor * products_(products_.rows() - 1, products_.cols() - 1);
    return rows_ * std::log(std::max({rss, floor, std::numeric_limits<double>::min()}) / rows_) +
           parameters * std::log(rows_);
}

Autoregression fit_autoregression(std::span<const double> series, const std::vector<double>& filled,
                                  const MatrixXd& trend_columns, int order) {
    const MatrixXd sums = make_products(series, filled, trend_columns, order).sums;
    const Index columns = sums.cols() - 1;
    const VectorXd beta =
        least_squares(sums.topLeftCorner(columns, columns), sums.col(columns).head(columns)).beta;
    return {beta.head(trend_columns.cols()), beta.tail(order)};
}

std::vector<double> forecast_errors(std::span<const double> series, std::vector<double>& filled,
                                    const MatrixXd& trend_columns, const Autoregression& model) {
    const auto p = static_cast<std::size_t>(model.ar.size());
    std::vector<double> errors(series.size(), std::numeric_limits<double>::quiet_NaN());
    Uncertainty uncertainty(model.ar);
    for (std::size_t t = p; t < series.size(); ++t) {
        double forecast = trend_columns.row(static_cast<Index>(t)).dot(model.trend);
        for (std::size_t k = 0; k < p; ++k) forecast += model.ar(static_cast<Index>(k)) * filled[t - 1 - k];
        const double variance = uncertainty.forecast_variance();
        const bool observed = std::isfinite(series[t]);
        const VectorXd gain = uncertainty.advance(observed);
        if (!observed) {
            filled[t] = forecast;
            continue;
        }
        const double error = series[t] - forecast;
        for (Index k = 1; k < gain.size(); ++k) filled[t - static_cast<std::size_t>(k)] += gain(k) * error;
        filled[t] = series[t];
        errors[t] = error / std::sqrt(variance);
    }
    return errors;
}

}  // namespace rle
