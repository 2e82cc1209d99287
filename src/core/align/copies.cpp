#include "core/align/copies.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr double kMostRecurring = 0.02;  // of the values, for a series of fine readings
constexpr double kMostCopies = 0.5;      // of the samples
constexpr std::size_t kLookedAt = 10000;
constexpr std::size_t kLongest = 5;  // equal values in a row

// Where the run of equal values that begins at `t` ends.
std::size_t end_of_run(std::span<const double> series, std::size_t t) {
    const double value = series[t];
    while (t < series.size() && series[t] == value) ++t;
    return t;
}

// Do values come again elsewhere than beside each other? Of a long session a part is looked at.
bool recur(std::span<const double> series) {
    const std::size_t part = std::min(series.size(), kLookedAt), from = (series.size() - part) / 2;
    series = series.subspan(from, part);
    std::vector<double> values;
    for (std::size_t t = 0; t < series.size(); t = std::max(t + 1, end_of_run(series, t))) {
        if (std::isfinite(series[t])) values.push_back(series[t]);
    }
    const auto n = static_cast<double>(values.size());
    std::sort(values.begin(), values.end());
    const auto distinct = std::unique(values.begin(), values.end()) - values.begin();
    return n - static_cast<double>(distinct) > kMostRecurring * n;
}

}  // namespace

OwnSamples without_copies(std::span<const double> series) {
    const OwnSamples all{{series.begin(), series.end()}, 0};
    if (recur(series)) return all;
    OwnSamples own = all;
    for (std::size_t begin = 0, end = 0; begin < series.size(); begin = std::max(begin + 1, end)) {
        end = end_of_run(series, begin);
        if (end < begin + 2 || end > begin + kLongest) continue;
        const std::size_t kept = end == begin + 3 ? begin + 1 : series.size();
        for (std::size_t t = begin; t < end; ++t) {
            if (t == kept) continue;
            own.series[t] = std::nan("");
            ++own.left_out;
        }
    }
    const auto present = static_cast<double>(count_present(series));
    return static_cast<double>(own.left_out) > kMostCopies * present ? all : own;
}

}  // namespace rle
