#include "core/copies.hpp"

#include <algorithm>
#include <cmath>

#include "core/series.hpp"

namespace rle {
namespace {

constexpr double kMostRecurring = 0.02;  // of the values, for a series of fine readings
constexpr double kMostCopies = 0.5;      // of the samples
constexpr std::size_t kLongest = 5;      // equal values in a row

struct Run {
    std::size_t begin = 0;
    std::size_t size = 0;
};

std::vector<Run> runs_of(std::span<const double> series) {
    std::vector<Run> runs;
    for (std::size_t t = 0; t < series.size(); ++t) {
        if (!std::isfinite(series[t])) continue;
        if (t > 0 && !runs.empty() && series[t] == series[t - 1])
            ++runs.back().size;
        else
            runs.push_back({t, 1});
    }
    return runs;
}

// Do values come again elsewhere than beside each other?
bool recur(std::span<const double> series, const std::vector<Run>& runs) {
    std::vector<double> values;
    values.reserve(runs.size());
    for (const Run& run : runs) values.push_back(series[run.begin]);
    std::sort(values.begin(), values.end());
    const auto distinct = std::unique(values.begin(), values.end()) - values.begin();
    const auto n = static_cast<double>(runs.size());
    return n - static_cast<double>(distinct) > kMostRecurring * n;
}

}  // namespace

OwnSamples without_copies(std::span<const double> series) {
    const OwnSamples all{{series.begin(), series.end()}, 0};
    const std::vector<Run> runs = runs_of(series);
    if (recur(series, runs)) return all;
    OwnSamples own = all;
    for (const Run& run : runs) {
        if (run.size < 2 || run.size > kLongest) continue;
        const std::size_t kept = run.size == 3 ? run.begin + 1 : series.size();
        for (std::size_t t = run.begin; t < run.begin + run.size; ++t) {
            if (t == kept) continue;
            own.series[t] = std::nan("");
            ++own.left_out;
        }
    }
    const auto present = static_cast<double>(count_present(series));
    return static_cast<double>(own.left_out) > kMostCopies * present ? all : own;
}

}  // namespace rle
