#include <cmath>

#include "rlecouple/rle.hpp"

namespace rle {
namespace {

constexpr double kCollapseShare = 0.65;       // of the rolling peak
constexpr double kPeakKeptPerSecond = 0.998;  // the peak decays by 0.2 % a second
constexpr double kRunSeconds = 7.0;
constexpr double kLoadedUtil = 0.60;   // eta_util
constexpr double kLoadedPower = 0.75;  // A_load
constexpr double kNearLimitSeconds = 60.0;
constexpr double kNearLimitDegrees = 5.0;
constexpr double kFullPower = 0.95;       // A_load
constexpr double kTimeResolution = 5e-7;  // times are whole microseconds

bool under_load(const RleSeries& s, std::size_t i) {
    return s.eta_util[i] > kLoadedUtil || s.a_load[i] > kLoadedPower;
}

bool evidence(const RleSeries& s, double temp_c, double limit_c, std::size_t i) {
    return s.tau_sustain_s[i] < kNearLimitSeconds || temp_c >= limit_c - kNearLimitDegrees ||
           s.a_load[i] > kFullPower;
}

}  // namespace

std::vector<signed char> collapse_flags(std::span<const double> t_s, std::span<const double> temp_c,
                                        const RleSeries& s, double temp_limit_c) {
    std::vector<signed char> flags(t_s.size(), -1);
    double peak = 0.0;
    double quiet_since =
        t_s.empty() ? 0.0 : t_s.front();  // the last moment at which the conditions did not hold
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (i > 0) peak *= std::pow(kPeakKeptPerSecond, t_s[i] - t_s[i - 1]);
        const bool known = !std::isnan(s.rle[i]);
        if (known && s.rle[i] > peak) peak = s.rle[i];
        const bool failing =
            known && s.rle[i] < kCollapseShare * peak && under_load(s, i) && s.heating_c_per_s[i] > 0.0;
        if (!failing) quiet_since = t_s[i];
        if (!known) continue;
        const bool lasting = t_s[i] - quiet_since >= kRunSeconds - kTimeResolution;
        flags[i] = failing && lasting && evidence(s, temp_c[i], temp_limit_c, i) ? 1 : 0;
    }
    return flags;
}

}  // namespace rle
