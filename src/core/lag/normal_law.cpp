#include "core/lag/normal_law.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/lag/large_residuals.hpp"
#include "core/lag/permutation.hpp"

namespace rle {
namespace {

double normal_two_sided(double z) {
    return std::erfc(std::abs(z) / std::sqrt(2.0));
}

double excess_kurtosis(std::span<const double> series) {
    double square = 0.0, fourth = 0.0, n = 0.0;
    for (double x : series) {
        if (!std::isfinite(x)) continue;
        square += x * x;
        fourth += x * x * x * x;
        n += 1.0;
    }
    return square > 0.0 ? fourth * n / (square * square) - 3.0 : 0.0;
}

// P(|r| sqrt(n) > z) at one lag. Over all permutations r has the product of both series' excess kurtoses,
// over n, for its own (Pitman 1937); where that is large the probability is on the safe side.
double tail_of_products(double z, double excess) {
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
    const double correction = 2.0 * density * excess / 24.0 * (z * z * z - 3.0 * z);
    return std::min(1.0, normal_two_sided(z) + std::max(correction, 0.0));
}

FamilyWise by_fourth_moments(std::span<const LagPoint> ccf, double alpha, double observed, double product) {
    // log of the probability that no lag exceeds z
    const auto log_none = [&](double z) {
        double sum = 0.0;
        for (const LagPoint& point : ccf) {
            if (point.n == 0) continue;
            const double excess = product / static_cast<double>(point.n);
            sum += std::log1p(-std::min(tail_of_products(z, excess), 1.0 - 1e-16));
        }
        return sum;
    };
    FamilyWise result;
    result.law = NullLaw::normal;
    result.p_value = 0.0 - std::expm1(log_none(observed));
    double low = 0.0, high = 40.0;
    for (int i = 0; i < 50; ++i) {
        const double middle = 0.5 * (low + high);
        (log_none(middle) < std::log1p(-alpha) ? low : high) = middle;
    }
    result.band = high;
    return result;
}

FamilyWise by_large_residuals(const LargeResiduals& large, double alpha, unsigned long long seed,
                              double observed) {
    FamilyWise result =
        judge_by_draws(observed, large.work(), alpha,
                       [&](std::size_t first, std::size_t count) { return large.draw(seed, first, count); });
    result.law = NullLaw::large_exchanged;
    return result;
}

}  // namespace

FamilyWise by_normal_law(std::span<const double> driver, std::span<const double> response,
                         std::span<const LagPoint> ccf, double alpha, unsigned long long seed,
                         double inflation) {
    constexpr double kMostExcess = 0.03;  // kurtosis of r, up to which its term is a correction
    const double product = std::max(0.0, excess_kurtosis(driver)) * std::max(0.0, excess_kurtosis(response));
    double observed = 0.0, pairs = 0.0;
    for (const LagPoint& point : ccf) {
        const auto n = static_cast<double>(point.n);
        observed = std::max(observed, std::abs(point.r.value_or(0.0)) * std::sqrt(n / inflation));
        pairs = std::max(pairs, n);
    }
    FamilyWise result =
        product <= kMostExcess * pairs
            ? by_fourth_moments(ccf, alpha, observed, product)
            : by_large_residuals(LargeResiduals(driver, response, ccf.size(), block_for(ccf.size())), alpha,
                                 seed, observed);
    result.band *= std::sqrt(inflation);
    return result;
}

}  // namespace rle
