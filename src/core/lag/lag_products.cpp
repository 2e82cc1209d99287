#include "core/lag/lag_products.hpp"

#include <algorithm>

#include "core/lag/shifted_products.hpp"
#include "core/maths/linear_algebra.hpp"

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kChunk = 2048;  // rows at a time
constexpr std::size_t kEnds = 16;     // products that take as long as correcting two columns for the ends
constexpr std::size_t kParts = 64;    // of Rows::spread

// Sums over all stretches; what stands on and above the diagonal counts, the rest is its mirror image.
class Summation {
  public:
    Summation(const TrendColumns& trend, const std::vector<Lags>& lags, std::span<const double> scale)
        : trend_(trend), lags_(lags), scale_(scale), width_(trend.columns()) {
        for (const Lags& l : lags) {
            offset_.push_back(width_);
            width_ += l.count();
        }
        sums_ = MatrixXd::Zero(width_, width_);
    }

    void add(const Rows& rows) {
        for (const Rows::Stretch& s : rows.stretches()) {
            const bool in_full = !scale_.empty() || !is_worth_ends(s.size());
            if (!in_full) add_ends(s);
            for (std::size_t t = s.begin; t < s.end; t += kChunk)
                add_rows(t, std::min(t + kChunk, s.end), in_full);
        }
        if (leading_.size() > 0) fill_from_ends();
        sums_.triangularView<Eigen::StrictlyLower>() = sums_.transpose();
    }

    const MatrixXd& sums() const { return sums_; }

  private:
    Index offset(std::size_t group, int lag) const { return offset_[group] + lag - lags_[group].first; }
    Index leading(std::size_t group) const { return trend_.columns() + static_cast<Index>(group); }

    // Of a stretch of rows the trend and the first lag of each series are summed up with everything, and the
    // rest is what these say but for the ends.
    bool is_worth_ends(std::size_t rows) const {
        const auto width = static_cast<std::size_t>(width_),
                   left = static_cast<std::size_t>(leading(lags_.size()));
        return width * rows > 2 * left * rows + kEnds * width;
    }

    // `in_full`: every pair of columns; else those with a leading one.
    void add_rows(std::size_t begin, std::size_t end, bool in_full) {
        const auto count = static_cast<Index>(end - begin);
        VectorXd weight;
        if (!scale_.empty()) {
            weight = Eigen::Map<const VectorXd>(scale_.data() + begin, count).array().square().inverse();
        }
        const MatrixXd trend = trend_.rows(begin, end - begin);
        MatrixXd left = trend;
        if (weight.size() > 0) left.array().colwise() *= weight.array();
        sums_.topLeftCorner(left.cols(), left.cols()) += cross_products(left, trend);
        for (Index k = 0; k < left.cols(); ++k) {
            for (std::size_t g = 0; g < lags_.size(); ++g) {
                const Lags& l = lags_[g];
                add_with(left.col(k), begin, g, l.first, l.last, sums_.row(k).segment(offset_[g], l.count()));
            }
        }
        for (std::size_t g = 0; g < lags_.size(); ++g) {
            if (in_full) {
                add_all_lags(begin, count, weight, g);
            } else {
                add_leading(begin, count, g);
            }
        }
    }

    // out(j - first) += sum over the rows of column(t) series(t - j)
    template <typename Column, typename Out>
    void add_with(const Column& column, std::size_t begin, std::size_t group, int first, int last,
                  Out&& out) {
        const double* x = lags_[group].series.data() + begin - last;
        with_.assign(static_cast<std::size_t>(last - first + 1), 0.0);
        add_shifted_products(x, column.data(), static_cast<std::size_t>(column.size()), with_);
        for (Index j = 0; j < out.size(); ++j)
            out(j) += with_[with_.size() - 1 - static_cast<std::size_t>(j)];
    }

    void add_all_lags(std::size_t begin, Index count, const VectorXd& weight, std::size_t g) {
        const Lags& u = lags_[g];
        VectorXd column(count);
        for (int i = u.first; i <= u.last; ++i) {
            column = Eigen::Map<const VectorXd>(u.series.data() + begin - i, count);
            if (weight.size() > 0) column.array() *= weight.array();
            const int last = u.neighbours_only ? std::min(i + 1, u.last) : u.last;
            const Index at = offset(g, i);
            add_with(column, begin, g, i, last, sums_.row(at).segment(at, last - i + 1));
            for (std::size_t h = g + 1; h < lags_.size(); ++h) {
                const Lags& v = lags_[h];
                add_with(column, begin, h, v.first, v.last, sums_.row(at).segment(offset_[h], v.count()));
            }
        }
    }

    void add_leading(std::size_t begin, Index count, std::size_t g) {
        const Eigen::Map<const VectorXd> column(lags_[g].series.data() + begin - lags_[g].first, count);
        for (std::size_t h = 0; h < lags_.size(); ++h) {
            const Lags& v = lags_[h];
            add_with(column, begin, h, v.first, v.last,
                     leading_.col(static_cast<Index>(g)).segment(offset_[h], v.count()));
        }
    }

    // The products of the rows just before a stretch, less those of its last row: by so much the sums of lags
    // i + 1 and j + 1 differ from those of i and j.
    void add_ends(const Rows::Stretch& s) {
        if (leading_.size() == 0) {
            leading_ = MatrixXd::Zero(width_, static_cast<Index>(lags_.size()));
            ends_ = MatrixXd::Zero(width_, width_);
        }
        VectorXd before = VectorXd::Zero(width_), last = before;
        for (std::size_t g = 0; g < lags_.size(); ++g) {
            for (int i = lags_[g].first; i < lags_[g].last; ++i) {
                before(offset(g, i)) = lags_[g].series[s.begin - 1 - static_cast<std::size_t>(i)];
                last(offset(g, i)) = lags_[g].series[s.end - 1 - static_cast<std::size_t>(i)];
            }
        }
        for (Index j = trend_.columns(); j < width_; ++j)
            ends_.col(j).head(j + 1) += before(j) * before.head(j + 1) - last(j) * last.head(j + 1);
    }

    void fill_from_ends() {
        for (std::size_t g = 0; g < lags_.size(); ++g) {
            for (std::size_t h = g; h < lags_.size(); ++h) fill_from_ends(g, h);
        }
    }

    void fill_from_ends(std::size_t g, std::size_t h) {
        const Lags &u = lags_[g], &v = lags_[h];
        MatrixXd block = MatrixXd::Zero(u.count(), v.count());
        block.row(0) = leading_.col(static_cast<Index>(g)).segment(offset_[h], v.count()).transpose();
        block.col(0) = leading_.col(static_cast<Index>(h)).segment(offset_[g], u.count());
        const auto ends = ends_.block(offset_[g], offset_[h], u.count(), v.count());
        for (Index j = 1; j < block.cols(); ++j) {
            for (Index i = 1; i < block.rows(); ++i) block(i, j) = block(i - 1, j - 1) + ends(i - 1, j - 1);
        }
        sums_.block(offset_[g], offset_[h], u.count(), v.count()) += block;
    }

    const TrendColumns& trend_;
    const std::vector<Lags>& lags_;
    std::span<const double> scale_;
    std::vector<Index> offset_;
    Index width_;
    MatrixXd sums_;
    MatrixXd
        leading_;  // of each series' first lag with every lag, over the stretches whose ends are corrected
    MatrixXd ends_;
    std::vector<double> with_;
};

}  // namespace

void Rows::add(std::size_t begin, std::size_t end) {
    if (stretches_.empty() || stretches_.back().end != begin) stretches_.push_back({begin, begin});
    stretches_.back().end = end;
    count_ += end - begin;
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
