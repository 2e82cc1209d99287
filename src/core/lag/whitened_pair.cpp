#include "core/lag/whitened_pair.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/lag/lag_products.hpp"
#include "core/lag/shared_period.hpp"
#include "core/lag/trend_choice.hpp"
#include "core/maths/in_parallel.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr std::size_t kFewestPairs = 30;
constexpr std::size_t kMostPeriods = 4;
constexpr int kHighestHarmonic = 7;
constexpr double kShortestPeriod = 2.5;  // samples
constexpr double kChangeReach_s = 10.0;  // two changes of level closer than this are one event

// By how much BIC falls with the period, over both series.
double gain_of(std::span<const double> driver, std::span<const double> response, const Trend& trend,
               double period, const WhitenOptions& limits) {
    Trend with = trend;
    with.periods.push_back(period);
    double gain = 0.0;
    for (const std::span<const double> series : {driver, response}) {
        gain += score_trend(series, trend, limits) - score_trend(series, with, limits);
    }
    return gain;
}

// A period that stands out of both series beside a first-order memory, which leaves a line as it is where one
// of higher order would take it up (Mann & Lees, Climatic Change 33, 1996), and with which BIC finds the two
// better described, whatever the order. Of a long session the middle is looked at.
std::optional<double> find_shared_period(std::span<const double> driver, std::span<const double> response,
                                         Trend trend, const WhitenOptions& limits) {
    const std::size_t part = std::min(driver.size(), kMostFitted), from = (driver.size() - part) / 2;
    if (part < driver.size()) trend.changes.clear();  // their places are those in the whole
    driver = driver.subspan(from, part);
    response = response.subspan(from, part);
    if (!varies(driver) || !varies(response)) return std::nullopt;
    const WhitenOptions first_order{.max_trend_order = 0, .max_ar_order = 1, .max_scale_order = 0};
    const std::optional<double> period = shared_period(whiten(driver, trend, first_order).residual,
                                                       whiten(response, trend, first_order).residual);
    if (!period) return std::nullopt;
    return gain_of(driver, response, trend, *period, limits) > 0.0 ? period : std::nullopt;
}

// What else repeats at that period: a square wave's edges, a sawtooth's. Each harmonic that BIC finds worth
// its two columns in both series together; they need not stand out, since their place is known.
void add_harmonics(std::span<const double> driver, std::span<const double> response, double period,
                   const WhitenOptions& limits, Trend& trend) {
    for (int harmonic = 2; harmonic <= kHighestHarmonic; ++harmonic) {
        const double shorter = period / harmonic;
        if (shorter < kShortestPeriod) return;
        if (gain_of(driver, response, trend, shorter, limits) > 0.0) trend.periods.push_back(shorter);
    }
}

// The changes of level that both series have at about one time, within `reach` samples.
std::vector<double> shared_changes(const Trend& driver, const Trend& response, double reach) {
    std::vector<double> shared;
    for (const LevelChange& a : driver.changes) {
        for (const LevelChange& b : response.changes) {
            if (std::abs(a.at - b.at) > reach + a.width + b.width) continue;
            shared.push_back(0.5 * (a.at + b.at));
            break;
        }
    }
    return shared;
}

}  // namespace

std::optional<WhitenedPair> whiten_pair(std::span<const double> driver, std::span<const double> response,
                                        double dt_s, const std::optional<std::vector<double>>& periods) {
    if (driver.size() != response.size() || count_pairs(driver, response) < kFewestPairs) return std::nullopt;
    if (!varies(driver) || !varies(response)) return std::nullopt;
    const WhitenOptions limits =
        whiten_options(std::min(count_present(driver), count_present(response)), dt_s);
    // One trend for both: what one series needs is taken out of the other too, in case its own noise hides
    // it.
    const bool threads = worth_a_thread(driver.size());
    const auto [of_driver, of_response] = in_parallel(
        threads, [&] { return choose_trend(driver, limits); },
        [&] { return choose_trend(response, limits); });
    Trend trend = merged(of_driver, of_response);
    WhitenedPair pair;
    pair.shared_changes = shared_changes(of_driver, of_response, kChangeReach_s / dt_s);
    pair.driver_sd = standard_deviation(driver);
    pair.response_sd = standard_deviation(response);
    pair.periods_removed = driver.size() <= kMostFitted;
    if (periods) trend.periods = *periods;
    while (!periods && pair.shared_periods.size() < kMostPeriods) {
        const std::optional<double> period = find_shared_period(driver, response, trend, limits);
        if (!period) break;
        pair.shared_periods.push_back(*period);
        if (!pair.periods_removed) break;  // no one frequency need fit a week
        trend.periods.push_back(*period);
        add_harmonics(driver, response, *period, limits, trend);
    }
    std::tie(pair.driver, pair.response) = in_parallel(
        threads, [&] { return whiten(driver, trend, limits); },
        [&] { return whiten(response, trend, limits); });
    return pair;
}

}  // namespace rle
