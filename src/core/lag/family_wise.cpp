#include "core/lag/family_wise.hpp"

#include <algorithm>
#include <cmath>

namespace rle {
namespace {

constexpr std::size_t kDraws = 999;
constexpr std::size_t kLeastDraws = 399;  // where p is far above alpha, or a draw is costly
constexpr std::size_t kMostDraws = 9999;  // where few of the first exceed, and a draw is cheap
constexpr std::size_t kMoreDraws = 500;   // at a time, beyond the first
constexpr std::size_t kFewExceed = 10;
constexpr double kFarAbove = 0.05;   // alpha; more than 4 standard errors of the first draws
constexpr double kCheapWork = 5e7;   // products in all draws together, for more than kDraws
constexpr double kCostlyWork = 4e8;  // products in all draws together, for fewer than kDraws

}  // namespace

FamilyWise judge_by_draws(double observed, double work, double alpha, const MakeDraws& make) {
    constexpr double kRounding = 1e-12;
    observed *= 1.0 - kRounding;
    const auto usual = static_cast<std::size_t>(
        std::clamp(kCostlyWork / work, static_cast<double>(kLeastDraws), static_cast<double>(kDraws)));
    std::vector<double> drawn = make(0, kLeastDraws);
    const auto exceeding = [&] {
        return static_cast<std::size_t>(
            std::count_if(drawn.begin(), drawn.end(), [&](double d) { return d >= observed; }));
    };
    std::size_t exceed = exceeding();
    if (static_cast<double>(exceed) < (alpha + kFarAbove) * static_cast<double>(kLeastDraws)) {
        const std::vector<double> more = make(kLeastDraws, usual - kLeastDraws);
        drawn.insert(drawn.end(), more.begin(), more.end());
        exceed = exceeding();
    }
    const bool cheap = work * static_cast<double>(kMostDraws) < kCheapWork;
    while (cheap && exceed < kFewExceed && drawn.size() < kMostDraws) {
        for (double d : make(drawn.size(), std::min(kMoreDraws, kMostDraws - drawn.size()))) {
            drawn.push_back(d);
            exceed += d >= observed ? 1U : 0U;
            if (exceed == kFewExceed) break;
        }
    }
    FamilyWise result;
    result.p_at_most = exceed == 0;
    result.p_value = static_cast<double>(exceed + 1) / static_cast<double>(drawn.size() + 1);
    const auto above = static_cast<std::size_t>((1.0 - alpha) * static_cast<double>(drawn.size()));
    const auto at = drawn.begin() + static_cast<std::ptrdiff_t>(std::min(above, drawn.size() - 1));
    std::nth_element(drawn.begin(), at, drawn.end());
    result.band = *at;
    return result;
}

}  // namespace rle
