#include <algorithm>
#include <cmath>

#include "core/time_resolution.hpp"
#include "rlecouple/rle_stream.hpp"

namespace rle {
namespace {

constexpr double kCollapseShare = 0.65;       // of the rolling peak
constexpr double kPeakKeptPerSecond = 0.998;  // the peak decays by 0.2 % a second
constexpr double kRunSeconds = 7.0;
constexpr double kLoadedUtil = 0.60;   // eta_util
constexpr double kLoadedPower = 0.75;  // A_load
constexpr double kNearLimitSeconds = 60.0;
constexpr double kNearLimitDegrees = 5.0;
constexpr double kFullPower = 0.95;  // A_load
constexpr double kGapSeconds = 3.5;  // a longer interval, if longer than twice the one before, is a gap

bool under_load(const RleTerms& terms) {
    return terms.eta_util > kLoadedUtil || terms.a_load > kLoadedPower;
}

}  // namespace

bool CollapseStream::evidence(double temp_c, const RleTerms& terms) const {
    return terms.tau_sustain_s < kNearLimitSeconds || temp_c >= temp_limit_c_ - kNearLimitDegrees ||
           terms.a_load > kFullPower;
}

signed char CollapseStream::push(double t_s, double temp_c, const RleTerms& terms) {
    static const double kLogKept = std::log(kPeakKeptPerSecond);
    const double interval = last_s_ > kNever ? t_s - last_s_ : 0.0;
    if (last_s_ > kNever) peak_ *= std::exp(kLogKept * interval);
    if (last_s_ == kNever) quiet_since_s_ = t_s;
    last_s_ = t_s;
    const bool known = !std::isnan(terms.rle);
    if (known && terms.rle > peak_) peak_ = terms.rle;
    const bool failing =
        known && terms.rle < kCollapseShare * peak_ && under_load(terms) && terms.heating_c_per_s > 0.0;
    // Of a gap in front of a run's first sample, or as long as a run in its midst, nothing is known.
    const double seen = std::max(kGapSeconds, 2.0 * interval_s_);
    if (failing && (!failing_ || interval > std::max(seen, kRunSeconds)))
        quiet_since_s_ = std::max(quiet_since_s_, t_s - seen);
    if (!failing) quiet_since_s_ = t_s;
    const bool goes_on = failing && failing_;
    failing_ = failing;
    interval_s_ = interval;
    if (!known) return -1;
    const bool lasting = goes_on && t_s - quiet_since_s_ >= kRunSeconds - kTimeResolution;
    return lasting && evidence(temp_c, terms) ? 1 : 0;
}

std::vector<signed char> collapse_flags(std::span<const double> t_s, std::span<const double> temp_c,
                                        const RleSeries& s, double temp_limit_c) {
    std::vector<signed char> flags;
    flags.reserve(t_s.size());
    CollapseStream stream(temp_limit_c);
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        const RleTerms terms{s.eta_util[i], s.eta_stability[i], s.a_load[i],         s.tau_sustain_s[i],
                             s.rle_raw[i],  s.rle[i],           s.heating_c_per_s[i]};
        flags.push_back(stream.push(t_s[i], temp_c[i], terms));
    }
    return flags;
}

}  // namespace rle
