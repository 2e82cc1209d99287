#include "core/common_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "rlecouple/error.hpp"

namespace rle {
namespace {

constexpr double kMicrosecond = 1e-6;
constexpr double kSameOriginSeconds = 1.0;

bool has_monotonic(const std::vector<double>& t_s) {
    return std::any_of(t_s.begin(), t_s.end(), [](double t) { return std::isfinite(t); });
}

// The wall clock at t_s = 0, as each row that has both tells it. A range, because wall clocks are stepped.
struct Origin {
    std::int64_t lowest_us = 0;
    std::int64_t median_us = 0;
    std::int64_t highest_us = 0;
};

std::optional<Origin> origin_of(const std::vector<std::int64_t>& wall_us, const std::vector<double>& t_s) {
    std::vector<std::int64_t> origins;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (wall_us[i] != kNoTime && std::isfinite(t_s[i])) {
            origins.push_back(wall_us[i] - std::llround(t_s[i] / kMicrosecond));
        }
    }
    if (origins.empty()) return std::nullopt;
    const auto middle = origins.begin() + static_cast<std::ptrdiff_t>(origins.size() / 2);
    std::nth_element(origins.begin(), middle, origins.end());
    const auto [lowest, highest] = std::minmax_element(origins.begin(), origins.end());
    return Origin{*lowest, *middle, *highest};
}

std::optional<std::int64_t> earliest(const std::vector<std::int64_t>& wall_us) {
    std::optional<std::int64_t> first;
    for (const std::int64_t t : wall_us) {
        if (t != kNoTime && (!first || t < *first)) first = t;
    }
    return first;
}

std::vector<double> seconds_since(const std::vector<std::int64_t>& wall_us, std::int64_t origin_us,
                                  double offset_s) {
    std::vector<double> out(wall_us.size(), kMissing);
    for (std::size_t i = 0; i < wall_us.size(); ++i) {
        if (wall_us[i] != kNoTime)
            out[i] = static_cast<double>(wall_us[i] - origin_us) * kMicrosecond + offset_s;
    }
    return out;
}

std::vector<double> shifted(std::vector<double> t_s, double offset_s) {
    for (double& t : t_s) t += offset_s;
    return t_s;
}

// Both streams carry t_s, and their timestamps do not say that they count it from different moments.
bool share_monotonic(const Telemetry& telemetry, const Training& training,
                     std::vector<std::string>& warnings) {
    if (!has_monotonic(telemetry.t_s) || !has_monotonic(training.t_s)) return false;
    const auto a = origin_of(telemetry.wall_us, telemetry.t_s);
    const auto b = origin_of(training.wall_us, training.t_s);
    if (!a || !b) return true;
    const double apart_s = kMicrosecond * static_cast<double>(std::max(a->lowest_us - b->highest_us,
                                                                       b->lowest_us - a->highest_us));
    if (apart_s <= kSameOriginSeconds) return true;
    warnings.push_back(
        fmt::format("t_s of telemetry and training start {:.1f} s apart by their timestamps; aligned by "
                    "timestamp instead",
                    apart_s));
    return false;
}

[[noreturn]] void refuse_without_clock(bool telemetry_lacks_time) {
    throw Error(ErrorKind::insufficient_data, telemetry_lacks_time ? "telemetry" : "training log",
                "no clock in common: neither t_s nor a timestamp stands in both streams",
                telemetry_lacks_time ? "give telemetry with a timestamp" : "give --start and --step-seconds");
}

}  // namespace

CommonClock common_clock(const Telemetry& telemetry, const Training* training, double clock_offset_s) {
    CommonClock clock;
    const auto origin = origin_of(telemetry.wall_us, telemetry.t_s);
    const bool monotonic = training == nullptr ? has_monotonic(telemetry.t_s)
                                               : share_monotonic(telemetry, *training, clock.warnings);
    if (monotonic) {
        clock.name = "t_s";
        clock.telemetry_s = telemetry.t_s;
        if (training != nullptr) clock.training_s = shifted(training->t_s, clock_offset_s);
        clock.origin_wall_us = origin ? origin->median_us : kNoTime;
        return clock;
    }
    const auto first = earliest(telemetry.wall_us);
    if (!first) refuse_without_clock(true);
    if (training != nullptr && !earliest(training->wall_us)) refuse_without_clock(false);
    clock.name = "timestamp";
    clock.origin_wall_us =
        origin ? origin->median_us : *first;  // time 0 is the session's start, where it is known
    clock.telemetry_s = seconds_since(telemetry.wall_us, clock.origin_wall_us, 0.0);
    if (training != nullptr)
        clock.training_s = seconds_since(training->wall_us, clock.origin_wall_us, clock_offset_s);
    return clock;
}

}  // namespace rle
