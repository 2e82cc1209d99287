#include "core/lag/held.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr std::size_t kFewestIntervals = 10;
constexpr double kLeastInterval = 4.0 / 3.0;  // rows, in the mean
constexpr double kLongestInterval = 4.0;      // times the median
constexpr double kMostSpread = 0.75;          // of that of chance

void leave_pauses_out(std::vector<double>& intervals) {
    const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
    std::nth_element(intervals.begin(), middle, intervals.end());
    const double longest = kLongestInterval * *middle;
    intervals.erase(std::remove_if(intervals.begin(), intervals.end(), [&](double x) { return x > longest; }),
                    intervals.end());
}

}  // namespace

std::vector<std::size_t> moves(std::span<const double> series) {
    std::vector<std::size_t> rows;
    double last = std::nan("");
    for (std::size_t t = 0; t < series.size(); ++t) {
        if (!std::isfinite(series[t]) || series[t] == last) continue;
        rows.push_back(t);
        last = series[t];
    }
    return rows;
}

std::vector<std::size_t> bends(std::span<const double> series) {
    constexpr double kLeast = 0.01;  // of the root mean square
    const auto bend = [&](std::size_t t) { return series[t] - 2.0 * series[t - 1] + series[t - 2]; };
    double squares = 0.0, n = 0.0;
    for (std::size_t t = 2; t < series.size(); ++t) {
        if (!std::isfinite(bend(t))) continue;
        squares += bend(t) * bend(t);
        n += 1.0;
    }
    const double least = kLeast * std::sqrt(squares / std::max(n, 1.0));
    std::vector<std::size_t> rows;
    for (std::size_t t = 0; t < series.size(); ++t) {
        if (!std::isfinite(series[t])) continue;
        if (t < 2 || !std::isfinite(bend(t)) || std::abs(bend(t)) > least) rows.push_back(t);
    }
    return rows;
}

bool is_clocked(std::span<const std::size_t> rows) {
    if (rows.size() <= kFewestIntervals) return false;
    std::vector<double> intervals;
    for (std::size_t i = 1; i < rows.size(); ++i)
        intervals.push_back(static_cast<double>(rows[i] - rows[i - 1]));
    leave_pauses_out(intervals);
    const auto [mean, sd] = mean_and_sd(intervals);
    const double by_chance = std::sqrt(mean * (mean - 1.0));  // SD of a geometric law
    return mean >= kLeastInterval && sd <= kMostSpread * by_chance;
}

std::vector<double> only_at(std::span<const std::size_t> rows, std::span<const double> residual) {
    std::vector<double> news(residual.size(), std::nan(""));
    double squares = 0.0, n = 0.0;
    for (std::size_t t : rows) {
        if (!std::isfinite(residual[t])) continue;
        news[t] = residual[t];
        squares += residual[t] * residual[t];
        n += 1.0;
    }
    for (double& x : news) x /= std::sqrt(squares / n);
    return news;
}

}  // namespace rle
