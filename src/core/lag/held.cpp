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

// Of the rows that `each` names, in two rounds: most series have too many for a clock, and no room is made
// for these.
template <class Each>
std::vector<std::size_t> if_clocked(std::size_t samples, const Each& each) {
    std::size_t count = 0;
    each([&](std::size_t) { ++count; });
    if (static_cast<double>(count) > static_cast<double>(samples) / kLeastInterval + 1.0) return {};
    std::vector<std::size_t> rows;
    rows.reserve(count);
    each([&](std::size_t t) { rows.push_back(t); });
    return is_clocked(rows) ? rows : std::vector<std::size_t>();
}

}  // namespace

std::vector<std::size_t> clocked_moves(const OwnValues& series) {
    return if_clocked(series.size(), [&](const auto& take) {
        double last = std::nan("");
        for (std::size_t t = 0; t < series.size(); ++t) {
            const double value = series[t];
            if (!std::isfinite(value) || value == last) continue;
            take(t);
            last = value;
        }
    });
}

std::vector<std::size_t> clocked_bends(const OwnValues& series) {
    constexpr double kLeast = 0.01;  // of the root mean square
    const auto bend = [&](std::size_t t) { return series[t] - 2.0 * series[t - 1] + series[t - 2]; };
    double squares = 0.0, n = 0.0;
    for (std::size_t t = 2; t < series.size(); ++t) {
        if (!std::isfinite(bend(t))) continue;
        squares += bend(t) * bend(t);
        n += 1.0;
    }
    const double least = kLeast * std::sqrt(squares / std::max(n, 1.0));
    return if_clocked(series.size(), [&](const auto& take) {
        for (std::size_t t = 0; t < series.size(); ++t) {
            if (!std::isfinite(series[t])) continue;
            if (t < 2 || !std::isfinite(bend(t)) || std::abs(bend(t)) > least) take(t);
        }
    });
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
