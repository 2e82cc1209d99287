#include "core/lag/level_change.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/lag/autoregression.hpp"
#include "core/lag/shifted_products.hpp"
#include "core/maths/linear_algebra.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kMostRows = 8192;  // that a search looks at
constexpr std::ptrdiff_t kFewest = 5;    // samples before and after a change
constexpr std::ptrdiff_t kPlaces = 30;   // of the coarse grid
constexpr double kWidths = 120.0;        // the finest width but a step, of them to the session
constexpr double kWidest = 8.0;          // of them to the session
constexpr double kNoiseFloor = 1e-14;    // least RSS, as a share of the total
constexpr double kIndependent = 1e-6;    // of a column's square, for it to count as one of its own

}  // namespace

LevelChangeSearch::LevelChangeSearch(std::span<const double> series, const std::vector<double>& filled,
                                     const Trend& base, int max_order)
    : n_(static_cast<std::ptrdiff_t>(series.size())),
      parameters_(base.parameters()),
      order_(max_order),
      rows_(regression_rows(series, max_order).spread(kMostRows)),
      filled_(filled) {
    const TrendColumns trend(series.size(), base);
    const auto m = static_cast<Index>(rows_.count());
    trend_.resize(m, trend.columns());
    Index row = 0;
    for (const Rows::Stretch& s : rows_.stretches()) {
        trend_.middleRows(row, static_cast<Index>(s.size())) = trend.rows(s.begin, s.size());
        row += static_cast<Index>(s.size());
    }
    factorise(lag_products(trend, {{filled, 0, max_order}}, rows_));
    for (Index k = 0; k <= trend_.cols() + order_ + LevelChange::kParameters; ++k) {
        const double parameters = static_cast<double>(parameters_ + k - trend_.cols());
        price_.push_back(std::pow(static_cast<double>(m), parameters / static_cast<double>(m)));
    }
}

// Cholesky's factor of the products of trend, lags and series; a column of which little is left is left out.
void LevelChangeSearch::factorise(const MatrixXd& sums) {
    const Index trend = trend_.cols(), columns = trend + order_;
    std::vector<Index> places = first_columns(trend);
    for (Index k = 1; k <= order_; ++k) places.push_back(trend + k);
    places.push_back(trend);
    factor_ = sums(places, places);
    square_ = factor_(columns, columns);
    const VectorXd before = factor_.diagonal();
    for (Index k = 0; k < columns; ++k) {
        const bool independent = factor_(k, k) > kIndependent * before(k);
        if (independent) sweep_out(factor_, k, before(k));
        const double unit = independent ? 1.0 / std::sqrt(factor_(k, k)) : 0.0;
        factor_.col(k).tail(columns - k) *= unit;
        factor_(k, k) = unit;  // what a product with column k is multiplied by
    }
}

double LevelChangeSearch::bic(double rss, int parameters) const {
    const auto m = static_cast<double>(rows_.count());
    return m * std::log(std::max(rss, least_rss()) / m) + parameters * std::log(m);
}

double LevelChangeSearch::least_rss() const {
    return std::max(kNoiseFloor * square_, std::numeric_limits<double>::min());
}

double LevelChangeSearch::score_without() const {
    const Index series = factor_.rows() - 1;
    double rss = square_;
    double best = std::numeric_limits<double>::infinity();
    for (Index k = 0; k <= series; ++k) {
        if (k >= trend_.cols())
            best = std::min(best, bic(rss, parameters_ + static_cast<int>(k - trend_.cols())));
        if (k < series) rss -= factor_(series, k) * factor_(series, k);
    }
    return best;
}

// Products of a change of level with trend, lags and series, in this order; and, returned, with itself.
double LevelChangeSearch::products_with(double width, std::ptrdiff_t at, VectorXd& with) const {
    VectorXd column(trend_.rows()), lagged = VectorXd::Zero(order_ + 1);  // lags order_ ... 0
    const std::span<double> sums(lagged.data(), static_cast<std::size_t>(lagged.size()));
    const LevelShape shape(width);
    Index row = 0;
    for (const Rows::Stretch& s : rows_.stretches()) {
        auto part = column.segment(row, static_cast<Index>(s.size()));
        shape.fill(static_cast<double>(at), static_cast<double>(s.begin), part);
        add_shifted_products(filled_.data() + s.begin - order_, part.data(), s.size(), sums);
        row += part.size();
    }
    with.resize(trend_.cols() + order_ + 1);
    with.head(trend_.cols()) = cross_products(trend_, column);
    with.segment(trend_.cols(), order_) = lagged.head(order_).reverse();
    with.tail(1) = lagged.tail(1);
    return column.squaredNorm();
}

double LevelChangeSearch::score(double width, std::ptrdiff_t at) const {
    VectorXd with;
    const double square = products_with(width, at, with);
    const Index series = factor_.rows() - 1;
    double own = square, rss = square_;
    double least = std::numeric_limits<double>::infinity(), best = least;
    for (Index k = 0; k <= series; ++k) {
        if (k >= trend_.cols() && own > kIndependent * square) {
            const Index parameters = LevelChange::kParameters + k;
            const double left = std::max(rss - with(series) * with(series) / own, least_rss());
            const double priced = left * price_[static_cast<std::size_t>(parameters)];
            if (priced < least) {
                least = priced;
                best = bic(left, parameters_ + static_cast<int>(parameters - trend_.cols()));
            }
        }
        if (k == series) break;
        const double share = with(k) * factor_(k, k);
        with.tail(series - k) -= share * factor_.col(k).tail(series - k);
        own -= share * share;
        rss -= factor_(series, k) * factor_(series, k);
    }
    return best;
}

// Halves the step between places until it is one sample.
ScoredChange LevelChangeSearch::refined(double width, std::ptrdiff_t at, std::ptrdiff_t gap) const {
    double best = score(width, at);
    for (; gap > 1; gap = (gap + 1) / 2) {
        const std::ptrdiff_t step = gap / 2, middle = at;
        for (const std::ptrdiff_t place : {middle - step, middle + step}) {
            if (place < kFewest || place > n_ - kFewest) continue;
            const double there = score(width, place);
            if (there >= best) continue;
            best = there;
            at = place;
        }
    }
    return {{static_cast<double>(at), width}, best};
}

ScoredChange LevelChangeSearch::best() const {
    const auto n = static_cast<double>(n_);
    ScoredChange best{{}, std::numeric_limits<double>::infinity()};
    std::vector<double> widths{0.0};
    for (double w = std::max(1.0, n / kWidths); w <= n / kWidest; w *= 2.0) widths.push_back(w);
    for (const double width : widths) {
        const std::ptrdiff_t gap =
            std::max<std::ptrdiff_t>(1, std::max(n_ / kPlaces, static_cast<std::ptrdiff_t>(width / 2.0)));
        std::ptrdiff_t at = -1;
        double coarse = std::numeric_limits<double>::infinity();
        for (std::ptrdiff_t place = kFewest; place <= n_ - kFewest; place += gap) {
            const double there = score(width, place);
            if (there >= coarse) continue;
            coarse = there;
            at = place;
        }
        if (at < 0) continue;
        const ScoredChange fine = refined(width, at, gap);
        if (fine.score < best.score) best = fine;
    }
    return best;
}

}  // namespace rle
