#include "core/series.hpp"

#include <algorithm>
#include <cmath>

namespace rle {

std::size_t count_present(std::span<const double> series) {
    return static_cast<std::size_t>(
        std::count_if(series.begin(), series.end(), [](double x) { return std::isfinite(x); }));
}

bool varies(std::span<const double> series) {
    const auto present = [](double x) { return std::isfinite(x); };
    const auto first = std::find_if(series.begin(), series.end(), present);
    return std::any_of(first, series.end(), [&](double x) { return std::isfinite(x) && x != *first; });
}

namespace {

struct Moments {
    double mean = 0.0;
    double sd = 0.0;
};

// What deviations are divided by before they are squared: 1, unless their squares could leave the range of
// numbers.
double unit_of(std::span<const double> series, double mean) {
    constexpr double kLeast = 1e-140, kMost = 1e140;
    double greatest = 0.0;
    for (double x : series) greatest = std::isfinite(x) ? std::max(greatest, std::abs(x - mean)) : greatest;
    return greatest > 0.0 && (greatest < kLeast || greatest > kMost) ? greatest : 1.0;
}

Moments moments(std::span<const double> series) {
    const auto n = static_cast<double>(count_present(series));
    double mean = 0.0, square = 0.0;
    for (double x : series) mean += std::isfinite(x) ? x / n : 0.0;
    const double unit = unit_of(series, mean);
    for (double x : series) {
        const double off = std::isfinite(x) ? (x - mean) / unit : 0.0;
        square += off * off / n;
    }
    return {mean, unit * std::sqrt(square)};
}

}  // namespace

double standard_deviation(std::span<const double> series) {
    return moments(series).sd;
}

std::vector<double> standardised(std::span<const double> series) {
    const Moments m = moments(series);
    std::vector<double> result(series.begin(), series.end());
    for (double& x : result) x = std::isfinite(x) ? (x - m.mean) / m.sd : std::nan("");
    return result;
}

std::vector<double> interpolated(std::span<const double> series) {
    std::vector<double> filled(series.begin(), series.end());
    const std::size_t n = filled.size();
    std::size_t last = n;  // n: none seen yet
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(series[i])) continue;
        const double from = last == n ? series[i] : series[last];
        const std::size_t begin = last == n ? 0 : last + 1;
        for (std::size_t j = begin; j < i; ++j) {
            const double weight = static_cast<double>(j + 1 - begin) / static_cast<double>(i + 1 - begin);
            filled[j] = from + weight * (series[i] - from);
        }
        last = i;
    }
    if (last != n) std::fill(filled.begin() + static_cast<std::ptrdiff_t>(last), filled.end(), series[last]);
    return filled;
}

}  // namespace rle
