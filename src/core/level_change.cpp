#include "core/level_change.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/autoregression.hpp"
#include "core/linear_algebra.hpp"

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
      rows_(regression_rows(series, max_order).spread(kMostRows)) {
    const TrendColumns trend(series.size(), base);
    trend_ = trend.columns();
    const auto m = static_cast<Index>(rows_.count());
    columns_.resize(m, trend_ + max_order);
    series_.resize(m);
    Index row = 0;
    for (const Rows::Stretch& s : rows_.stretches()) {
        const auto size = static_cast<Index>(s.size());
        columns_.block(row, 0, size, trend_) = trend.rows(s.begin, s.size());
        for (int k = 1; k <= max_order; ++k) {
            const double* lagged = filled.data() + s.begin - static_cast<std::size_t>(k);
            columns_.col(trend_ + k - 1).segment(row, size) = Eigen::Map<const VectorXd>(lagged, size);
        }
        series_.segment(row, size) = Eigen::Map<const VectorXd>(filled.data() + s.begin, size);
        row += size;
    }
    orthogonalise();
}

// Gram & Schmidt, twice, which leaves the columns orthogonal to rounding.
void LevelChangeSearch::orthogonalise() {
    for (Index k = 0; k < columns_.cols(); ++k) {
        const double before = columns_.col(k).squaredNorm();
        for (int round = 0; round < 2; ++round) {
            for (Index j = 0; j < k; ++j)
                columns_.col(k) -= columns_.col(j).dot(columns_.col(k)) * columns_.col(j);
        }
        const double left = columns_.col(k).squaredNorm();
        columns_.col(k) *= left > kIndependent * before ? 1.0 / std::sqrt(left) : 0.0;
    }
    with_series_ = cross_products(columns_, series_);
}

double LevelChangeSearch::bic(double rss, int parameters) const {
    const auto m = static_cast<double>(series_.size());
    const double least = std::max(kNoiseFloor * series_.squaredNorm(), std::numeric_limits<double>::min());
    return m * std::log(std::max(rss, least) / m) + parameters * std::log(m);
}

double LevelChangeSearch::score_without() const {
    double rss = series_.squaredNorm() - with_series_.head(trend_).squaredNorm();
    double best = bic(rss, parameters_);
    for (Index k = trend_; k < columns_.cols(); ++k) {
        rss -= with_series_(k) * with_series_(k);
        best = std::min(best, bic(rss, parameters_ + static_cast<int>(k - trend_) + 1));
    }
    return best;
}

VectorXd LevelChangeSearch::column(double width, std::ptrdiff_t at) const {
    VectorXd out(series_.size());
    Index row = 0;
    for (const Rows::Stretch& s : rows_.stretches()) {
        const auto size = static_cast<Index>(s.size());
        fill_change({static_cast<double>(at), width}, static_cast<double>(s.begin), out.segment(row, size));
        row += size;
    }
    return out;
}

double LevelChangeSearch::score(double width, std::ptrdiff_t at) const {
    const VectorXd c = column(width, at);
    const VectorXd with_columns = cross_products(columns_, c);
    const double square = c.squaredNorm();
    const int added = LevelChange::kParameters;
    double own = square, cross = c.dot(series_), rss = series_.squaredNorm();
    double best = std::numeric_limits<double>::infinity();
    for (Index k = 0; k <= columns_.cols(); ++k) {
        if (k >= trend_ && own > kIndependent * square) {
            const int order = static_cast<int>(k - trend_);
            best = std::min(best, bic(rss - cross * cross / own, parameters_ + added + order));
        }
        if (k == columns_.cols()) break;
        own -= with_columns(k) * with_columns(k);
        cross -= with_columns(k) * with_series_(k);
        rss -= with_series_(k) * with_series_(k);
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
