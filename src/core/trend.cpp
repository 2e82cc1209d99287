#include "core/trend.hpp"

#include <algorithm>
#include <cmath>

namespace rle {

using Eigen::Index;

Trend merged(const Trend& a, const Trend& b) {
    Trend both{std::max(a.order, b.order), a.settling};
    for (double tau : b.settling) {
        if (std::find(both.settling.begin(), both.settling.end(), tau) == both.settling.end()) {
            both.settling.push_back(tau);
        }
    }
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

Eigen::MatrixXd trend_columns(std::size_t n, const Trend& trend) {
    Eigen::MatrixXd columns(static_cast<Index>(n), trend.columns());
    for (Index i = 0; i < columns.rows(); ++i) {
        const double x = n > 1 ? 2.0 * static_cast<double>(i) / static_cast<double>(n - 1) - 1.0 : 0.0;
        double before = 0.0, now = 1.0;
        for (int k = 0; k <= trend.order; ++k) {
            columns(i, k) = now;
            const double next = ((2.0 * k + 1.0) * x * now - k * before) / (k + 1.0);
            before = now;
            now = next;
        }
        Index at = trend.order + 1;
        for (double tau : trend.settling) columns(i, at++) = std::exp(-static_cast<double>(i) / tau);
    }
    return columns;
}

}  // namespace rle
