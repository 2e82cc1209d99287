#include "core/lag/bartlett.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/lag/shifted_products.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr std::size_t kMostSamples = 20000;

// sum over t of z(t) z(t + j) for j = 0 ... lags; z ends with as many zeros as there are lags.
std::vector<double> products(const std::vector<double>& z, std::size_t lags) {
    std::vector<double> sums(lags + 1, 0.0);
    add_shifted_products(z.data(), z.data(), z.size() - lags, sums);
    return sums;
}

// For the lags 0 ... `lags`, over the pairs present.
std::vector<double> autocorrelations(std::span<const double> series, std::size_t lags) {
    std::vector<double> z(series.size() + lags, 0.0), present = z;
    for (std::size_t t = 0; t < series.size(); ++t) {
        if (!std::isfinite(series[t])) continue;
        z[t] = series[t];
        present[t] = 1.0;
    }
    std::vector<double> rho = products(z, lags);
    const bool complete = count_present(series) == series.size();
    const std::vector<double> pairs = complete ? std::vector<double>() : products(present, lags);
    for (std::size_t j = 0; j <= lags; ++j) {
        const double n = complete ? static_cast<double>(series.size() - j) : pairs[j];
        rho[j] = n > 0.0 ? rho[j] / n : 0.0;
    }
    return rho;
}

}  // namespace

double bartlett_sum(std::span<const double> x, std::span<const double> y, std::size_t lags) {
    const std::size_t part = std::min(x.size(), kMostSamples), from = (x.size() - part) / 2;
    x = x.subspan(from, part);
    y = y.subspan(from, part);
    lags = std::min(lags, part / 2);
    const std::vector<double> of_x = autocorrelations(x, lags), of_y = autocorrelations(y, lags);
    double sum = 1.0;
    for (std::size_t j = 1; j <= lags; ++j) {
        const double pairs = 1.0 - static_cast<double>(j) / static_cast<double>(part);
        sum += 2.0 * pairs * of_x[j] * of_y[j];
    }
    return std::max(sum, 1.0);
}

}  // namespace rle
