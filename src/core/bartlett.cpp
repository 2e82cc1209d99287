#include "core/bartlett.hpp"

#include <algorithm>
#include <cmath>

namespace rle {
namespace {

constexpr std::size_t kMostSamples = 20000;

double autocorrelation(std::span<const double> z, std::size_t lag) {
    double sum = 0.0, n = 0.0;
    for (std::size_t t = lag; t < z.size(); ++t) {
        if (!std::isfinite(z[t]) || !std::isfinite(z[t - lag])) continue;
        sum += z[t] * z[t - lag];
        n += 1.0;
    }
    return n > 0.0 ? sum / n : 0.0;
}

}  // namespace

double bartlett_sum(std::span<const double> x, std::span<const double> y, std::size_t lags) {
    const std::size_t part = std::min(x.size(), kMostSamples), from = (x.size() - part) / 2;
    x = x.subspan(from, part);
    y = y.subspan(from, part);
    double sum = 1.0;
    for (std::size_t j = 1; j <= std::min(lags, part / 2); ++j) {
        const double pairs = 1.0 - static_cast<double>(j) / static_cast<double>(part);
        sum += 2.0 * pairs * autocorrelation(x, j) * autocorrelation(y, j);
    }
    return std::max(sum, 1.0);
}

}  // namespace rle
