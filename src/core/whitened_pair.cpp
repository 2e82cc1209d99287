#include "core/whitened_pair.hpp"

#include <algorithm>
#include <cmath>

#include "core/series.hpp"

namespace rle {
namespace {

constexpr std::size_t kFewestPairs = 30;

std::size_t count_pairs(std::span<const double> a, std::span<const double> b) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < a.size(); ++i) n += std::isfinite(a[i]) && std::isfinite(b[i]) ? 1U : 0U;
    return n;
}

}  // namespace

std::optional<WhitenedPair> whiten_pair(std::span<const double> driver, std::span<const double> response,
                                        double dt_s) {
    if (driver.size() != response.size() || count_pairs(driver, response) < kFewestPairs) return std::nullopt;
    if (!varies(driver) || !varies(response)) return std::nullopt;
    const WhitenOptions limits =
        whiten_options(std::min(count_present(driver), count_present(response)), dt_s);
    // One trend for both: what one series needs is taken out of the other too, in case its own noise hides
    // it.
    const Trend trend = merged(choose_trend(driver, limits), choose_trend(response, limits));
    return WhitenedPair{whiten(driver, trend, limits), whiten(response, trend, limits),
                        standard_deviation(driver), standard_deviation(response)};
}

}  // namespace rle
