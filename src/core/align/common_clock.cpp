#include "core/align/common_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "rlecouple/error.hpp"

namespace rle {
namespace {

constexpr double kMicrosecond = 1e-6;
constexpr double kSameOriginSeconds = 1.0;
constexpr double kLongestMonotonic = 1e12;  // s; beyond, a microsecond is no part of a double

// Both streams carry t_s, and their timestamps do not say that they count it from different moments.
bool share_monotonic(const ClockFacts& telemetry, const ClockFacts& training,
                     std::vector<std::string>& warnings) {
    if (!telemetry.monotonic() || !training.monotonic()) return false;
    const MicrosecondCounts &a = telemetry.origins(), &b = training.origins();
    if (a.size() == 0 || b.size() == 0) return true;
    const std::int64_t apart_us = std::max(a.lowest() - b.highest(), b.lowest() - a.highest());
    const double apart_s = kMicrosecond * static_cast<double>(apart_us);
    if (apart_s <= kSameOriginSeconds) return true;
    warnings.push_back(
        fmt::format("t_s of telemetry and training start {:.1f} s apart by their timestamps; aligned by "
                    "timestamp instead",
                    apart_s));
    return false;
}

// t_s starts again in one of the streams, so that the timestamps must do.
bool counts_anew(const ClockFacts& telemetry, const ClockFacts* training,
                 std::vector<std::string>& warnings) {
    const bool by_training = training != nullptr && training->restarted();
    if (!telemetry.restarted() && !by_training) return false;
    const char* const which = telemetry.restarted() ? "telemetry" : "training log";
    if (telemetry.earliest_us() == kNoTime || (training != nullptr && training->earliest_us() == kNoTime)) {
        throw Error(ErrorKind::failed, which,
                    "its t_s starts again in mid-file, and there are no timestamps to tell when",
                    "are these several runs? Give one of them");
    }
    warnings.push_back(fmt::format(
        "t_s of the {} starts again in mid-file (several runs in one?); aligned by timestamp instead",
        which));
    return true;
}

// aligned.csv's timestamps are those of a wall clock that runs evenly with t_s.
void note_wall_clock(const ClockFacts& telemetry, std::vector<std::string>& warnings) {
    const MicrosecondCounts& origins = telemetry.origins();
    if (origins.size() < 2) return;
    const double moved_s = kMicrosecond * static_cast<double>(origins.highest() - origins.lowest());
    if (moved_s <= kSameOriginSeconds) return;  // timestamps in whole seconds move by as much
    warnings.push_back(fmt::format(
        "the telemetry's timestamps step or drift by {:.4g} s against t_s; aligned by t_s, so that "
        "the timestamps in the table can differ from the recorded ones by as much",
        moved_s));
}

[[noreturn]] void refuse_without_clock(bool telemetry_lacks_time) {
    throw Error(ErrorKind::insufficient_data, telemetry_lacks_time ? "telemetry" : "training log",
                "no clock in common: neither t_s nor a timestamp stands in both streams",
                telemetry_lacks_time
                    ? "give telemetry with a timestamp, or, where both count seconds from one "
                      "start, call that column t_s in both"
                    : "give --start and --step-seconds");
}

}  // namespace

void ClockFacts::add(std::int64_t wall_us, double t_s) {
    const bool counted = std::isfinite(t_s);
    monotonic_ = monotonic_ || counted;
    if (wall_us == kNoTime) return;
    if (earliest_us_ == kNoTime || wall_us < earliest_us_) earliest_us_ = wall_us;
    if (counted && std::abs(t_s) < kLongestMonotonic) origins_.add_us(wall_us - nearest_us(t_s));
}

std::optional<std::int64_t> ClockFacts::origin_us() const {
    if (origins_.size() == 0) return std::nullopt;
    return origins_.at_rank(origins_.size() / 2);
}

double CommonClock::telemetry_s(std::int64_t wall_us, double t_s) const {
    if (by_t_s) return t_s;
    return wall_us == kNoTime ? kMissing : static_cast<double>(wall_us - origin_wall_us) * kMicrosecond;
}

CommonClock common_clock(const ClockFacts& telemetry, const ClockFacts* training, double clock_offset_s) {
    CommonClock clock;
    clock.training_offset_s = clock_offset_s;
    std::optional<std::int64_t> origin = telemetry.origin_us();
    clock.by_t_s =
        training == nullptr ? telemetry.monotonic() : share_monotonic(telemetry, *training, clock.warnings);
    if (clock.by_t_s && counts_anew(telemetry, training, clock.warnings)) clock.by_t_s = false;
    if (telemetry.restarted() && origin) origin = telemetry.origins().lowest();
    if (clock.by_t_s) {
        note_wall_clock(telemetry, clock.warnings);
        clock.origin_wall_us = origin.value_or(kNoTime);
        return clock;
    }
    if (telemetry.earliest_us() == kNoTime) refuse_without_clock(true);
    if (training != nullptr && training->earliest_us() == kNoTime) refuse_without_clock(false);
    // Time 0 is the session's start, where it is known.
    clock.origin_wall_us = origin.value_or(telemetry.earliest_us());
    return clock;
}

}  // namespace rle
