#include "core/lag/autoregression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/lag/shifted_products.hpp"
#include "core/maths/linear_algebra.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNoiseFloor = 1e-14;  // least RSS, as a share of the total
constexpr double kLeastLeft = 1e-13;   // of a column's square, beside lags that are independent with it
constexpr std::size_t kDepth = 8;      // values that a gap unsettles in a long session
constexpr std::size_t kChunk = 4096;   // samples at a time

// Cross-products of [trend columns, lags 1..order, the sample itself] over the usable samples, and their
// number.
struct Products {
    MatrixXd sums;
    double rows = 0.0;
};

Products make_products(std::span<const double> series, const std::vector<double>& filled,
                       const TrendColumns& trend, int order) {
    const Rows rows = regression_rows(series, order);
    std::vector<Index> places;
    for (Index k = 0; k < trend.columns(); ++k) places.push_back(k);
    for (Index k = 1; k <= order; ++k) places.push_back(trend.columns() + k);
    places.push_back(trend.columns());
    const MatrixXd sums = lag_products(trend, {{filled, 0, order}}, rows);
    return {sums(places, places), static_cast<double>(rows.count())};
}

// What is not known of the last values: the covariance of their errors, in units of the innovation's
// variance. `depth` of them can be unknown.
class Uncertainty {
  public:
    Uncertainty(const VectorXd& ar, std::size_t depth)
        : ar_(ar), depth_(depth), spread_(depth * depth, 0.0), with_new_(depth), gain_(depth) {}

    bool known() const { return known_; }

    // Variance of the next forecast's error.
    double forecast_variance() {
        double variance = 1.0;
        for (std::size_t i = 0; i < depth_ && !known_; ++i) {
            with_new_[i] = 0.0;
            for (std::size_t j = 0; j < depth_; ++j) with_new_[i] += at(i, j) * ar_(static_cast<Index>(j));
            variance += with_new_[i] * ar_(static_cast<Index>(i));
        }
        return variance;
    }

    // One step on, after forecast_variance(). An observation gives the gains by which its error corrects the
    // values before it: gain(k) that of the value k steps back.
    void advance(bool observed, double variance) {
        if (depth_ == 0) return;
        if (known_) std::fill(with_new_.begin(), with_new_.end(), 0.0);
        for (std::size_t i = depth_; i-- > 1;) {
            for (std::size_t j = depth_; j-- > 1;) at(i, j) = at(i - 1, j - 1);
        }
        at(0, 0) = variance;
        for (std::size_t i = 1; i < depth_; ++i) at(i, 0) = at(0, i) = with_new_[i - 1];
        known_ = false;
        if (observed) observe(variance);
    }

    std::size_t depth() const { return depth_; }
    double gain(std::size_t k) const { return gain_[k]; }

  private:
    double& at(std::size_t i, std::size_t j) { return spread_[i * depth_ + j]; }

    void observe(double variance) {
        for (std::size_t i = 0; i < depth_; ++i) gain_[i] = at(i, 0) / variance;
        double greatest = 0.0;
        for (std::size_t i = 0; i < depth_; ++i) {
            for (std::size_t j = 1; j < depth_; ++j) at(i, j) -= gain_[i] * at(0, j);
            greatest = std::max(greatest, i > 0 ? at(i, i) : 0.0);
        }
        for (std::size_t i = 0; i < depth_; ++i) at(i, 0) = at(0, i) = 0.0;
        known_ = greatest < 1e-9;
        if (known_) std::fill(spread_.begin(), spread_.end(), 0.0);
    }

    const VectorXd& ar_;
    std::size_t depth_;
    std::vector<double> spread_, with_new_, gain_;
    bool known_ = true;
};

class Forecaster {
  public:
    Forecaster(std::span<const double> series, std::vector<double>& filled, const TrendColumns& trend,
               const Autoregression& model)
        : series_(series),
          filled_(filled),
          trend_(trend),
          trend_part_begin_(0),
          model_(model),
          order_(static_cast<std::size_t>(model.ar.size())),
          long_session_(series.size() > kMostFitted),
          uncertainty_(model.ar, long_session_ ? std::min(order_, kDepth) : order_),
          errors_(series.size(), std::numeric_limits<double>::quiet_NaN()) {}

    std::vector<double> run() {
        for (std::size_t t = order_; t < series_.size();) {
            if (uncertainty_.known() && std::isfinite(series_[t])) {
                t = through_complete(t);
            } else {
                through_gap(t++);
            }
        }
        return std::move(errors_);
    }

  private:
    // Of the samples in [begin, end), each from the values before it.
    VectorXd forecasts(std::size_t begin, std::size_t end) {
        if (begin < trend_part_begin_ ||
            end > trend_part_begin_ + static_cast<std::size_t>(trend_part_.size())) {
            trend_part_begin_ = begin;
            trend_part_ = product(trend_.rows(begin, std::min(kChunk, series_.size() - begin)), model_.trend);
        }
        VectorXd out = trend_part_.segment(static_cast<Index>(begin - trend_part_begin_),
                                           static_cast<Index>(end - begin));
        add_filtered(filled_.data() + begin - 1, {model_.ar.data(), order_},
                     {out.data(), static_cast<std::size_t>(out.size())});
        return out;
    }

    // As far as samples follow one another, but for a chunk at most. Returns where it stopped.
    std::size_t through_complete(std::size_t t) {
        std::size_t end = t;
        while (end < std::min(t + kChunk, series_.size()) && std::isfinite(series_[end])) ++end;
        const VectorXd expected = forecasts(t, end);
        for (std::size_t i = t; i < end; ++i) {
            if (i >= start_) errors_[i] = series_[i] - expected(static_cast<Index>(i - t));
        }
        return end;
    }

    void through_gap(std::size_t t) {
        const double forecast = forecasts(t, t + 1)(0);
        const double variance = uncertainty_.forecast_variance();
        const bool observed = std::isfinite(series_[t]);
        uncertainty_.advance(observed, variance);
        missing_ = observed ? 0 : missing_ + 1;
        if (!observed) {
            filled_[t] = forecast;
            if (missing_ > uncertainty_.depth() && uncertainty_.depth() < order_) start_ = t + 1 + order_;
            return;
        }
        const double error = series_[t] - forecast;
        for (std::size_t k = 1; k < uncertainty_.depth(); ++k) filled_[t - k] += uncertainty_.gain(k) * error;
        filled_[t] = series_[t];
        if (t >= start_) errors_[t] = error / std::sqrt(variance);
    }

    std::span<const double> series_;
    std::vector<double>& filled_;
    const TrendColumns& trend_;
    VectorXd trend_part_;  // of the forecasts from trend_part_begin_ on
    std::size_t trend_part_begin_;
    const Autoregression& model_;
    std::size_t order_;
    bool long_session_;
    Uncertainty uncertainty_;
    std::vector<double> errors_;
    std::size_t missing_ = 0;  // in a row
    std::size_t start_ = 0;    // before it a forecast rests on too little
};

}  // namespace

std::vector<Index> first_columns(Index n) {
    std::vector<Index> columns;
    for (Index k = 0; k < n; ++k) columns.push_back(k);
    return columns;
}

Rows regression_rows(std::span<const double> series, int order) {
    return rows_where(static_cast<std::size_t>(order), series.size(),
                      [&](std::size_t t) { return std::isfinite(series[t]); })
        .spread(kMostFitted);
}

std::vector<double> nested_rss(MatrixXd products, Index least) {
    const VectorXd before = products.diagonal();
    const Index last = products.rows() - 1;
    std::vector<double> rss;
    for (Index k = 0; k < last; ++k) {
        if (k >= least) rss.push_back(products(last, last));
        if (!sweep_out(products, k, before(k))) return rss;
    }
    rss.push_back(products(last, last));
    return rss;
}

NestedRegressions::NestedRegressions(std::span<const double> series, const std::vector<double>& filled,
                                     const TrendColumns& candidates, int max_order)
    : candidates_(candidates.columns()) {
    Products products = make_products(series, filled, candidates, max_order);
    products_ = std::move(products.sums);
    rows_ = products.rows;
}

std::vector<double> NestedRegressions::rss(const std::vector<Index>& trend_columns) const {
    std::vector<Index> order = trend_columns;
    for (Index k = candidates_; k < products_.rows(); ++k) order.push_back(k);
    return nested_rss(products_(order, order), static_cast<Index>(trend_columns.size()));
}

namespace {

// Judges trends beside the lags swept out so far, from the products of what these leave of the candidates, of
// the next lag and of the series. A list ends where the next lag depends on what is there.
class TrendJudge {
  public:
    TrendJudge(Index nested, VectorXd before)
        : nested_(nested),
          others_(before.size() - nested),
          before_(std::move(before)),
          rss_(static_cast<std::size_t>(nested)),
          open_(rss_.size()) {
        for (auto& lists : rss_) lists.resize(static_cast<std::size_t>(others_ + 1));
        for (auto& flags : open_) flags.assign(static_cast<std::size_t>(others_ + 1), 1);
    }

    // `products` of [candidates, series, next lag]; `lag_before`: the lag's square before any was swept out.
    void take(MatrixXd products, double lag_before) {
        const Index lag = products.rows() - 1, series = lag - 1;
        const double least = kSingular * lag_before;
        for (Index d = 0; d < nested_; ++d) {
            if (!sweep_out(products, d, before_(d))) return close_from(d);
            for (Index k = 0; k <= others_; ++k) {
                double rss = products(series, series), of_lag = products(lag, lag);
                bool open = true;
                if (k > 0) {
                    const Index column = nested_ + k - 1;
                    const double own = products(column, column);
                    open = own > (first_ ? kSingular : kLeastLeft) * before_(column);
                    rss -= products(series, column) * products(series, column) / own;
                    of_lag -= products(lag, column) * products(lag, column) / own;
                }
                note(static_cast<std::size_t>(d), static_cast<std::size_t>(k), open, rss, of_lag > least);
            }
        }
        first_ = false;
    }

    NestedRegressions::OfEach result() { return std::move(rss_); }

  private:
    void note(std::size_t d, std::size_t k, bool open, double rss, bool next_open) {
        if (open_[d][k] != 0 && open) rss_[d][k].push_back(rss);
        if (!open || !next_open) open_[d][k] = 0;
    }
    void close_from(Index d) {
        for (auto from = static_cast<std::size_t>(d); from < open_.size(); ++from)
            std::fill(open_[from].begin(), open_[from].end(), 0);
        first_ = false;
    }

    Index nested_, others_;
    VectorXd before_;
    NestedRegressions::OfEach rss_;
    std::vector<std::vector<char>> open_;
    bool first_ = true;
};

}  // namespace

NestedRegressions::OfEach NestedRegressions::rss_of_each(Index nested) const {
    const Index series = products_.rows() - 1, lags = series - candidates_;
    std::vector<Index> order;
    for (Index k = candidates_; k < series; ++k) order.push_back(k);
    for (Index k = 0; k < candidates_; ++k) order.push_back(k);
    order.push_back(series);
    MatrixXd products = products_(order, order);
    const VectorXd before = products.diagonal();
    TrendJudge judge(nested, before.segment(lags, candidates_));
    const Index with_series = candidates_ + 1;
    for (Index p = 0; p <= lags; ++p) {
        MatrixXd left = MatrixXd::Zero(with_series + 1, with_series + 1);
        left.topLeftCorner(with_series, with_series) = products.bottomRightCorner(with_series, with_series);
        if (p < lags) {
            left.row(with_series).head(with_series) = products.col(p).tail(with_series).transpose();
            left(with_series, with_series) = products(p, p);
        }
        judge.take(std::move(left), before(p));
        if (p == lags || !sweep_out(products, p, before(p))) break;
    }
    return judge.result();
}

double NestedRegressions::bic(double rss, int parameters) const {
    const double floor = kNoiseFloor * products_(products_.rows() - 1, products_.cols() - 1);
    return rows_ * std::log(std::max({rss, floor, std::numeric_limits<double>::min()}) / rows_) +
           parameters * std::log(rows_);
}

Autoregression fit_autoregression(std::span<const double> series, const std::vector<double>& filled,
                                  const TrendColumns& trend, int order) {
    const MatrixXd sums = make_products(series, filled, trend, order).sums;
    const Index columns = sums.cols() - 1;
    const VectorXd beta =
        least_squares(sums.topLeftCorner(columns, columns), sums.col(columns).head(columns)).beta;
    return {beta.head(trend.columns()), beta.tail(order)};
}

std::vector<double> forecast_errors(std::span<const double> series, std::vector<double>& filled,
                                    const TrendColumns& trend, const Autoregression& model) {
    return Forecaster(series, filled, trend, model).run();
}

}  // namespace rle
