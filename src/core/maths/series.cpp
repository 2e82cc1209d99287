#include "core/maths/series.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace rle {

std::size_t count_present(std::span<const double> series) {
    return std::transform_reduce(series.begin(), series.end(), std::size_t{0}, std::plus<>(),
                                 [](double x) { return static_cast<std::size_t>(std::isfinite(x)); });
}

std::size_t count_pairs(std::span<const double> a, std::span<const double> b) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < a.size(); ++i) n += std::isfinite(a[i]) && std::isfinite(b[i]) ? 1U : 0U;
    return n;
}

bool varies(std::span<const double> series) {
    const auto present = [](double x) { return std::isfinite(x); };
    const auto first = std::find_if(series.begin(), series.end(), present);
    return std::any_of(first, series.end(), [&](double x) { return std::isfinite(x) && x != *first; });
}

namespace {

constexpr std::size_t kChunk = 512;
using Chunk = Eigen::Array<double, kChunk, 1>;

void fill_in(const double* series, std::size_t count, double instead, Chunk& x) {
    const auto fill = [&](auto n) {
        for (std::size_t i = 0; i < n; ++i)
            x(static_cast<Eigen::Index>(i)) = std::isfinite(series[i]) ? series[i] : instead;
    };
    if (count == kChunk) return fill(std::integral_constant<std::size_t, kChunk>());  // some at a time
    fill(count);
}

// The sum of what `part` makes of the samples present and of `instead` where one is missing, by chunks.
template <typename Part>
double sum_of(std::span<const double> series, double instead, Part part) {
    Chunk x;
    double sum = 0.0;
    for (std::size_t begin = 0; begin < series.size(); begin += kChunk) {
        const std::size_t count = std::min(kChunk, series.size() - begin);
        fill_in(series.data() + begin, count, instead, x);
        sum += part(x.head(static_cast<Eigen::Index>(count))).sum();
    }
    return sum;
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Present {
    std::size_t count = 0;
    double low = kInfinity, high = -kInfinity;
};

Present look_at(std::span<const double> series) {
    Present all;
    for (double x : series) {
        const bool there = std::isfinite(x);
        all.count += static_cast<std::size_t>(there);
        all.low = std::min(all.low, there ? x : kInfinity);
        all.high = std::max(all.high, there ? x : -kInfinity);
    }
    return all;
}

// What deviations are divided by before they are squared: 1, unless their squares could leave the range of
// numbers.
double unit_of(const Present& all, double mean) {
    constexpr double kLeast = 1e-140, kMost = 1e140;
    const double greatest = std::max({0.0, all.high - mean, mean - all.low});
    return greatest > 0.0 && (greatest < kLeast || greatest > kMost) ? greatest : 1.0;
}

}  // namespace

MeanAndSd mean_and_sd(std::span<const double> series) {
    const Present all = look_at(series);
    const double share = 1.0 / static_cast<double>(all.count);
    const double mean = sum_of(series, 0.0, [&](const auto& x) { return x * share; });
    const double unit = unit_of(all, mean);
    const double square =
        unit == 1.0
            ? sum_of(series, mean, [&](const auto& x) { return (x - mean).square() * share; })
            : sum_of(series, mean, [&](const auto& x) { return ((x - mean) / unit).square() * share; });
    if (all.count == 0)
        return {std::numeric_limits<double>::quiet_NaN(), 0.0};  // sooner, it costs a branch a sample
    return {mean, unit * std::sqrt(square)};
}

double standard_deviation(std::span<const double> series) {
    return mean_and_sd(series).sd;
}

std::vector<double> standardised(std::span<const double> series) {
    const MeanAndSd m = mean_and_sd(series);
    std::vector<double> result(series.begin(), series.end());
    for (double& x : result) x = std::isinf(x) ? std::nan("") : x;
    Eigen::Map<Eigen::ArrayXd> values(result.data(), static_cast<Eigen::Index>(result.size()));
    values = (values - m.mean) / m.sd;
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

std::vector<double> carried_forward(std::span<const double> series) {
    std::vector<double> filled(series.begin(), series.end());
    const auto first = std::find_if(filled.begin(), filled.end(), [](double v) { return std::isfinite(v); });
    if (first == filled.end()) return filled;
    double last = *first;
    for (double& value : filled) {
        if (std::isfinite(value)) {
            last = value;
        } else {
            value = last;
        }
    }
    return filled;
}

}  // namespace rle
