#include "core/permutation.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "core/random.hpp"

namespace rle {
namespace {

constexpr std::size_t kDraws = 999;
constexpr std::size_t kLeastDraws = 399;  // where a draw is costly
constexpr std::size_t kMostDraws = 9999;  // where few of the first exceed, and a draw is cheap
constexpr std::size_t kFewExceed = 10;
constexpr std::size_t kLeastBlock = 15;  // samples
constexpr double kBlockOfLags = 2.4;     // blocks are at least this many times as long as the lags searched
constexpr double kCheapWork = 5e7;       // products in all draws together, for more than kDraws
constexpr double kCostlyWork = 4e8;      // products in all draws together, for fewer than kDraws
constexpr double kMostWork = 1e6;        // products a draw, beyond which the normal law is used

double normal_two_sided(double z) {
    return std::erfc(std::abs(z) / std::sqrt(2.0));
}

class Permuter {
  public:
    Permuter(std::span<const double> driver, std::span<const double> response, std::span<const LagPoint> ccf)
        : driver_(driver.begin(), driver.end()),
          response_(response.begin(), response.end()),
          reach_(static_cast<std::ptrdiff_t>(ccf.size() / 2)) {
        for (std::size_t t = 0; t < driver_.size(); ++t) {
            if (std::isfinite(driver_[t])) at_.push_back(t);
        }
        for (double& x : driver_) x = std::isfinite(x) ? x : 0.0;
        for (double& y : response_) y = std::isfinite(y) ? y : 0.0;
        for (const LagPoint& point : ccf) {
            weight_.push_back(point.n > 0 ? 1.0 / std::sqrt(static_cast<double>(point.n)) : 0.0);
        }
        const auto lags = static_cast<double>(ccf.size());
        block_ = std::max(kLeastBlock, static_cast<std::size_t>(kBlockOfLags * lags));
        shuffled_ = driver_;
    }

    // max over the lags of |sum x(t + l) y(t)| / sqrt(pairs)
    double observed() const { return greatest(driver_); }

    double draw(Random& random) {
        shuffled_ = driver_;
        const std::size_t blocks = std::max<std::size_t>(1, at_.size() / block_);
        const double length = static_cast<double>(at_.size()) / static_cast<double>(blocks);
        double edge = blocks > 1 ? random.uniform() * length : static_cast<double>(at_.size());
        std::size_t begin = 0;
        while (begin < at_.size()) {
            const std::size_t end = std::min(at_.size(), static_cast<std::size_t>(edge));
            shuffle(begin, end, random);
            begin = end;
            edge += length;
        }
        return greatest(shuffled_);
    }

  private:
    void shuffle(std::size_t begin, std::size_t end, Random& random) {
        for (std::size_t i = end; i > begin + 1; --i) {
            std::swap(shuffled_[at_[i - 1]], shuffled_[at_[begin + random.below(i - begin)]]);
        }
    }

    double greatest(const std::vector<double>& driver) const {
        const auto n = static_cast<std::ptrdiff_t>(response_.size());
        double best = 0.0;
        for (std::ptrdiff_t lag = -reach_; lag <= reach_; ++lag) {
            const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, -lag), length = n - std::abs(lag);
            if (length <= 0) continue;
            const Eigen::Map<const Eigen::VectorXd> x(driver.data() + begin + lag, length);
            const Eigen::Map<const Eigen::VectorXd> y(response_.data() + begin, length);
            best = std::max(best, std::abs(x.dot(y)) * weight_[static_cast<std::size_t>(lag + reach_)]);
        }
        return best;
    }

    std::vector<double> driver_, response_, shuffled_;
    std::vector<std::size_t> at_;  // where the driver has a residual
    std::vector<double> weight_;   // 1 / sqrt(pairs), one a lag
    std::ptrdiff_t reach_;
    std::size_t block_ = kLeastBlock;
};

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

FamilyWise by_normal_law(std::span<const double> driver, std::span<const double> response,
                         std::span<const LagPoint> ccf, double alpha) {
    const double product = std::max(0.0, excess_kurtosis(driver) * excess_kurtosis(response));
    double observed = 0.0;
    for (const LagPoint& point : ccf) {
        const double r = std::abs(point.r.value_or(0.0));
        observed = std::max(observed, r * std::sqrt(static_cast<double>(point.n)));
    }
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
    result.permuted = false;
    result.p_value = 0.0 - std::expm1(log_none(observed));
    double low = 0.0, high = 40.0;
    for (int i = 0; i < 50; ++i) {
        const double middle = 0.5 * (low + high);
        (log_none(middle) < std::log1p(-alpha) ? low : high) = middle;
    }
    result.band = high;
    return result;
}

}  // namespace

FamilyWise family_wise(std::span<const double> driver, std::span<const double> response,
                       std::span<const LagPoint> ccf, double alpha, unsigned long long seed) {
    const double products = static_cast<double>(driver.size()) * static_cast<double>(ccf.size());
    if (products > kMostWork) return by_normal_law(driver, response, ccf, alpha);

    Permuter permuter(driver, response, ccf);
    const double observed = permuter.observed();
    const auto draws = static_cast<std::size_t>(
        std::clamp(kCostlyWork / products, static_cast<double>(kLeastDraws), static_cast<double>(kDraws)));
    const bool cheap = products * static_cast<double>(kMostDraws) < kCheapWork;
    Random random(seed);
    std::vector<double> drawn;
    std::size_t exceed = 0;
    while (drawn.size() < draws || (cheap && exceed < kFewExceed && drawn.size() < kMostDraws)) {
        drawn.push_back(permuter.draw(random));
        exceed += drawn.back() >= observed * (1.0 - 1e-12) ? 1U : 0U;
    }
    FamilyWise result;
    result.p_value = static_cast<double>(exceed + 1) / static_cast<double>(drawn.size() + 1);
    const auto rank = static_cast<std::ptrdiff_t>((1.0 - alpha) * static_cast<double>(drawn.size()));
    std::nth_element(drawn.begin(), drawn.begin() + rank, drawn.end());
    result.band = drawn[static_cast<std::size_t>(rank)];
    return result;
}

}  // namespace rle
