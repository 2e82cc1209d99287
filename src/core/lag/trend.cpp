#include "core/lag/trend.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rle {

using Eigen::Index;

LevelShape::LevelShape(double width) : width_(width), powers_(decltype(powers_)::Ones()) {
    if (width <= 0.0) return;
    const double factor = std::exp(-1.0 / width);
    for (Index i = 1; i < kStretch; ++i) powers_(i) = powers_(i - 1) * factor;
}

// Over a short stretch the logistic's exponential is that of its beginning times a power of one factor.
void LevelShape::fill(double at, double first, Eigen::Ref<Eigen::VectorXd> column) const {
    if (width_ <= 0.0) {
        for (Index i = 0; i < column.size(); ++i)
            column(i) = first + static_cast<double>(i) >= at ? 0.5 : -0.5;
        return;
    }
    for (Index begin = 0; begin < column.size(); begin += kStretch) {
        const double e = std::exp((at - first - static_cast<double>(begin)) / width_);
        const Index count = std::min(column.size() - begin, kStretch);
        column.segment(begin, count) = (1.0 + e * powers_.head(count)).inverse() - 0.5;
    }
}

Trend merged(const Trend& a, const Trend& b) {
    Trend both{std::max(a.order, b.order), a.settling, {}};
    for (double tau : b.settling) {
        if (std::find(both.settling.begin(), both.settling.end(), tau) == both.settling.end()) {
            both.settling.push_back(tau);
        }
    }
    both.changes = a.changes;
    both.changes.insert(both.changes.end(), b.changes.begin(), b.changes.end());
    return both;
}

std::vector<double> settling_candidates(std::size_t n) {
    constexpr double kShortest = 1.5, kFinest = 1.5;
    constexpr int kMost = 14;
    const double longest = static_cast<double>(n) / 3.0;
    const double factor = std::max(kFinest, std::pow(longest / kShortest, 1.0 / kMost));
    std::vector<double> taus;
    for (double tau = kShortest; tau <= longest; tau *= factor) taus.push_back(tau);
    return taus;
}

Eigen::MatrixXd TrendColumns::rows(std::size_t begin, std::size_t count) const {
    Eigen::MatrixXd rows(static_cast<Index>(count), columns());
    const double first = static_cast<double>(begin_ + begin);
    const double step = n_ > 1 ? 2.0 / static_cast<double>(n_ - 1) : 0.0;
    const Eigen::ArrayXd x =
        Eigen::ArrayXd::LinSpaced(rows.rows(), first, first + static_cast<double>(count) - 1.0) * step -
        (n_ > 1 ? 1.0 : 0.0);
    rows.col(0).setOnes();
    if (trend_.order > 0) rows.col(1) = x;
    for (int k = 1; k < trend_.order; ++k) {
        rows.col(k + 1) =
            ((2.0 * k + 1.0) * x * rows.col(k).array() - k * rows.col(k - 1).array()) / (k + 1.0);
    }
    Index at = trend_.order + 1;
    for (double tau : trend_.settling) {
        const double factor = std::exp(-1.0 / tau);
        double value = std::exp(-first / tau);
        for (Index i = 0; i < rows.rows(); ++i, value *= factor) rows(i, at) = value;
        ++at;
    }
    for (double period : trend_.periods) {
        const double turn = 2.0 * std::numbers::pi / period;
        for (Index i = 0; i < rows.rows(); ++i) {
            const double angle = turn * (first + static_cast<double>(i));
            rows(i, at) = std::cos(angle);
            rows(i, at + 1) = std::sin(angle);
        }
        at += 2;
    }
    for (const LevelChange& change : trend_.changes) {
        LevelShape(change.width).fill(change.at, first, rows.col(at));
        ++at;
    }
    return rows;
}

}  // namespace rle
