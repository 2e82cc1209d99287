#include "core/align/busy_stretch.hpp"

#include <algorithm>
#include <cmath>

namespace rle {
namespace {

constexpr std::size_t kMostSeconds = 1'000'000;  // eleven days; a training that long needs no such hint
constexpr std::size_t kShort = 5;                // s; shorter pauses and bursts are passed over
constexpr float kLeastMove = 40.0F;              // percentage points between rest and work
constexpr double kLeastTrainingS = 20.0;
constexpr std::size_t kLeastSteps = 10;
constexpr double kLeastOffsetS = 5.0;
constexpr double kQuarterHour = 900.0;  // from there on it is a time zone's

// Runs of `value` shorter than kShort become its opposite, but for those at the ends.
void pass_over_short(std::vector<bool>& busy, bool value) {
    for (std::size_t i = 0; i < busy.size();) {
        const std::size_t from = i;
        while (i < busy.size() && busy[i] == busy[from]) ++i;
        const bool inner = from > 0 && i < busy.size();
        if (busy[from] == value && inner && i - from < kShort)
            std::fill(busy.begin() + static_cast<std::ptrdiff_t>(from),
                      busy.begin() + static_cast<std::ptrdiff_t>(i), !value);
    }
}

}  // namespace

void BusyStretch::take(double t_s, double util_pct) {
    if (std::isnan(util_pct)) return;
    if (sum_.empty()) start_s_ = t_s;
    const double second = std::floor(t_s - start_s_);
    if (!(second >= 0.0 && second < static_cast<double>(kMostSeconds))) return;
    const auto at = static_cast<std::size_t>(second);
    if (at >= sum_.size()) {
        sum_.resize(at + 1, 0.0F);
        count_.resize(at + 1, 0.0F);
    }
    sum_[at] += static_cast<float>(util_pct);
    count_[at] += 1.0F;
}

std::optional<BusyStretch::Stretch> BusyStretch::only_stretch() const {
    std::vector<float> util;  // of each second; one without a reading is like the one before
    for (std::size_t i = 0; i < sum_.size(); ++i)
        util.push_back(count_[i] > 0.0F ? sum_[i] / count_[i] : util.back());
    if (util.size() < 2 * kShort) return std::nullopt;
    std::vector<float> sorted = util;
    std::sort(sorted.begin(), sorted.end());
    const float low = sorted[sorted.size() / 20];
    const float high = sorted[sorted.size() - 1 - sorted.size() / 20];
    if (high - low < kLeastMove) return std::nullopt;
    std::vector<bool> busy;
    for (const float value : util) busy.push_back(value > 0.5F * (low + high));
    pass_over_short(busy, false);
    pass_over_short(busy, true);
    const auto from = std::find(busy.begin(), busy.end(), true);
    const auto to = std::find(from, busy.end(), false);
    const bool rests_before = from - busy.begin() >= static_cast<std::ptrdiff_t>(kShort);
    const bool rests_after = busy.end() - to >= static_cast<std::ptrdiff_t>(kShort);
    if (!rests_before || !rests_after || std::find(to, busy.end(), true) != busy.end()) return std::nullopt;
    return Stretch{start_s_ + static_cast<double>(from - busy.begin()),
                   start_s_ + static_cast<double>(to - busy.begin())};
}

std::optional<double> BusyStretch::offset_of(double first_step_s, double last_step_s,
                                             std::size_t steps) const {
    const double lasted = last_step_s - first_step_s;
    if (steps < kLeastSteps || !(lasted >= kLeastTrainingS)) return std::nullopt;
    const auto stretch = only_stretch();
    if (!stretch) return std::nullopt;
    const double before = stretch->from_s - first_step_s;
    const double after = stretch->to_s - last_step_s;
    const double apart = std::abs(before - after);
    if (apart > std::max(3.0, 0.03 * lasted)) return std::nullopt;
    const double offset = std::round(0.5 * (before + after));
    const bool plain = std::abs(offset) >= std::max(kLeastOffsetS, 1.5 * apart);
    return plain && std::abs(offset) < kQuarterHour ? std::optional(offset) : std::nullopt;
}

}  // namespace rle
