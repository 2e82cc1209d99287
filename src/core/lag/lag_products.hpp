// Cross-products of the columns of a regression on trends and lags, without a table of all its rows.
//
// Columns, in this order: the trend's, then for each series its lags first ... last. Over rows that follow
// one another the product of lags i+1 and j+1 is that of i and j but for the ends, so a stretch of rows costs
// one pass for each lag, not for each pair of lags. Memory does not grow with the rows.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "core/lag/trend.hpp"

namespace rle {

/// series(t - first) ... series(t - last) for a row t. The samples that rows reach must be there.
struct Lags {
    std::span<const double> series;
    int first = 0;
    int last = 0;
    bool neighbours_only = false;  ///< of this series' products with itself only those of a lag with itself
                                   ///< and with the next are asked for

    Eigen::Index count() const { return last - first + 1; }
};

/// Times of a regression's rows, as stretches [begin, end) that follow one another.
class Rows {
  public:
    struct Stretch {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t size() const { return end - begin; }
    };

    void add(std::size_t begin, std::size_t end);
    std::size_t count() const { return count_; }
    const std::vector<Stretch>& stretches() const { return stretches_; }
    /// At most `most` of them, in 64 parts spread evenly from the first row to the last.
    Rows spread(std::size_t most) const;

  private:
    std::vector<Stretch> stretches_;
    std::size_t count_ = 0;
};

/// The t >= begin at which usable(t) holds.
template <typename Usable>
Rows rows_where(std::size_t begin, std::size_t end, Usable usable) {
    Rows rows;
    for (std::size_t t = begin; t < end; ++t) {
        if (!usable(t)) continue;
        const std::size_t first = t;
        while (t < end && usable(t)) ++t;
        rows.add(first, t);
    }
    return rows;
}

/// A regression is fitted on no more rows than these: by then a coefficient is known to half a per cent of an
/// SD, and what that leaves in a residual is far below the correlations that any number of samples tells
/// apart.
inline constexpr std::size_t kMostFitted = 32768;

/// `scale`, where not empty, divides each row t by scale[t].
Eigen::MatrixXd lag_products(const TrendColumns& trend, const std::vector<Lags>& lags, const Rows& rows,
                             std::span<const double> scale = {});

/// Share of a column's square that must be left of it beside others for it to count as independent of them.
inline constexpr double kSingular = 1e-11;

/// Takes column k out of all later ones: products(k+1.., k+1..) become those of what it leaves of them, on
/// and below the diagonal, where alone they are looked at. False, and nothing done, where kSingular of
/// `before`, its square before any was swept out, or less is left of it.
bool sweep_out(Eigen::MatrixXd& products, Eigen::Index k, double before);

}  // namespace rle
