#include "core/lag_products.hpp"

#include <algorithm>

#include "core/linear_algebra.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr std::size_t kChunk = 2048;     // rows at a time
constexpr std::size_t kLongStretch = 4;  // times the columns, from which the ends are worth correcting for
constexpr std::size_t kParts = 64;       // of Rows::spread
constexpr double kSingular = 1e-11;

// Columns t - first ... t - last of the rows [begin, begin + count) as a view of the series itself, in
// reverse.
using Hankel = Eigen::Map<const MatrixXd, 0, Eigen::OuterStride<>>;
Hankel reversed_lags(const Lags& lags, std::size_t begin, Index count) {
    return {lags.series.data() + begin - lags.last, count, lags.count(), Eigen::OuterStride<>(1)};
}

class Summation {
  public:
    Summation(const TrendColumns& trend, const std::vector<Lags>& lags, std::span<const double> scale)
        : trend_(trend), lags_(lags), scale_(scale), width_(trend.columns()) {
        for (const Lags& l : lags) {
            offset_.push_back(width_);
            width_ += l.count();
        }
        sums_ = MatrixXd::Zero(width_, width_);
        part_ = sums_;
    }

    void add(const Rows& rows) {
        const auto long_enough = kLongStretch * static_cast<std::size_t>(width_);
        for (const Rows::Stretch& s : rows.stretches()) {
            if (scale_.empty() && s.size() >= long_enough) {
                add_long(s);
            } else {
                for (std::size_t t = s.begin; t < s.end; t += kChunk)
                    add_rows(t, std::min(t + kChunk, s.end));
            }
        }
        flush();
    }

    const MatrixXd& sums() const { return sums_; }

  private:
    Index offset(std::size_t group, int lag) const { return offset_[group] + lag - lags_[group].first; }

    // Every pair, row by row.
    void add_rows(std::size_t begin, std::size_t end) {
        const auto count = static_cast<Index>(end - begin);
        if (filled_ + count > buffer_.rows()) flush();
        if (buffer_.rows() == 0) buffer_.resize(kChunk, width_);
        auto rows = buffer_.middleRows(filled_, count);
        rows.leftCols(trend_.columns()) = trend_.rows(begin, end - begin);
        for (std::size_t g = 0; g < lags_.size(); ++g) {
            rows.middleCols(offset_[g], lags_[g].count()) =
                reversed_lags(lags_[g], begin, count).rowwise().reverse();
        }
        if (!scale_.empty()) {
            const Eigen::Map<const Eigen::VectorXd> scale(scale_.data() + begin, count);
            rows.array().colwise() /= scale.array();
        }
        filled_ += count;
    }

    void flush() {
        if (filled_ > 0) add_cross_products(sums_, buffer_.topRows(filled_));
        filled_ = 0;
    }

    // The trend's columns and the first lag of each series with everything; the rest from the ends.
    void add_long(const Rows::Stretch& s) {
        part_.setZero();
        for (std::size_t begin = s.begin; begin < s.end; begin += kChunk) {
            const std::size_t count = std::min(kChunk, s.end - begin);
            const MatrixXd left = leading_columns(begin, count);
            const MatrixXd among = cross_products(left, left.leftCols(trend_.columns()));
            for (Index i = 0; i < left.cols(); ++i) {
                part_.row(place(i)).head(trend_.columns()) += among.row(i);
            }
            for (std::size_t g = 0; g < lags_.size(); ++g) {
                const MatrixXd with =
                    cross_products(left, reversed_lags(lags_[g], begin, static_cast<Index>(count)));
                for (Index i = 0; i < left.cols(); ++i) {
                    part_.row(place(i)).segment(offset_[g], lags_[g].count()) += with.row(i).reverse();
                }
            }
        }
        for (std::size_t g = 0; g < lags_.size(); ++g) {
            for (std::size_t h = g; h < lags_.size(); ++h) fill_from_ends(s, g, h);
        }
        part_.triangularView<Eigen::StrictlyLower>() = part_.transpose();
        sums_ += part_;
    }

    MatrixXd leading_columns(std::size_t begin, std::size_t count) const {
        MatrixXd left(static_cast<Index>(count), trend_.columns() + static_cast<Index>(lags_.size()));
        left.leftCols(trend_.columns()) = trend_.rows(begin, count);
        for (std::size_t g = 0; g < lags_.size(); ++g) {
            left.col(trend_.columns() + static_cast<Index>(g)) = Eigen::Map<const Eigen::VectorXd>(
                lags_[g].series.data() + begin - lags_[g].first, static_cast<Index>(count));
        }
        return left;
    }

    // Column of the whole that is the i-th of leading_columns().
    Index place(Index i) const {
        return i < trend_.columns() ? i : offset_[static_cast<std::size_t>(i - trend_.columns())];
    }

    void fill_from_ends(const Rows::Stretch& s, std::size_t g, std::size_t h) {
        const Lags &u = lags_[g], &v = lags_[h];
        // What is known so far: u's first lag with all of v's; and, as h's row, v's first lag with all of
        // u's.
        for (int i = u.first + 1; i <= u.last; ++i)
            part_(offset(g, i), offset_[h]) = part_(offset_[h], offset(g, i));
        for (int i = u.first; i < u.last; ++i) {
            for (int j = v.first; j < v.last; ++j) {
                const double before = u.series[s.begin - 1 - static_cast<std::size_t>(i)] *
                                      v.series[s.begin - 1 - static_cast<std::size_t>(j)];
                const double last = u.series[s.end - 1 - static_cast<std::size_t>(i)] *
                                    v.series[s.end - 1 - static_cast<std::size_t>(j)];
                part_(offset(g, i + 1), offset(h, j + 1)) = part_(offset(g, i), offset(h, j)) + before - last;
            }
        }
    }

    const TrendColumns& trend_;
    const std::vector<Lags>& lags_;
    std::span<const double> scale_;
    std::vector<Index> offset_;
    Index width_;
    MatrixXd sums_, part_, buffer_;
    Index filled_ = 0;
};

}  // namespace

void Rows::add(std::size_t t) {
    if (stretches_.empty() || stretches_.back().end != t) stretches_.push_back({t, t});
    ++stretches_.back().end;
    ++count_;
}

Rows Rows::spread(std::size_t most) const {
    if (count_ <= most) return *this;
    Rows out;
    const std::size_t length = most / kParts, free = count_ - length;
    std::size_t part = 0, before = 0;  // rows before the stretch
    for (const Stretch& s : stretches_) {
        for (; part < kParts; ++part) {
            const std::size_t from = free * part / (kParts - 1), to = from + length;
            if (from >= before + s.size()) break;
            const std::size_t begin = s.begin + (std::max(from, before) - before);
            const std::size_t end = s.begin + std::min(to - before, s.size());
            out.stretches_.push_back({begin, end});
            out.count_ += end - begin;
            if (to > before + s.size()) break;  // the part goes on in the next stretch
        }
        before += s.size();
    }
    return out;
}

MatrixXd lag_products(const TrendColumns& trend, const std::vector<Lags>& lags, const Rows& rows,
                      std::span<const double> scale) {
    Summation summation(trend, lags, scale);
    summation.add(rows);
    return summation.sums();
}

bool sweep_out(MatrixXd& products, Index k, double before) {
    if (products(k, k) <= kSingular * before) return false;
    const Index rest = products.rows() - 1 - k;
    const Eigen::VectorXd column = products.col(k).tail(rest), shares = column / products(k, k);
    for (Index j = 0; j < rest; ++j)
        products.col(k + 1 + j).tail(rest - j) -= shares(j) * column.tail(rest - j);
    return true;
}

}  // namespace rle
