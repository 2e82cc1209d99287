#include "core/predict/predict_score.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/order_statistics.hpp"
#include "core/maths/special_functions.hpp"
#include "core/time_resolution.hpp"

namespace rle {
namespace {

constexpr double kSecondsPerHour = 3600.0;

std::size_t count_known(const std::vector<std::optional<double>>& values) {
    return static_cast<std::size_t>(
        std::count_if(values.begin(), values.end(), [](const auto& v) { return v.has_value(); }));
}

}  // namespace

bool within_horizon(double dt_s, double horizon_s) {
    return dt_s > kTimeResolution && dt_s <= horizon_s + kTimeResolution;
}

KnownTime::KnownTime(std::span<const double> known_s, double bridged_s) {
    for (const double t : known_s) {
        if (stretches_.empty() || t - stretches_.back().high > bridged_s + kTimeResolution) {
            stretches_.push_back({t, t});
        }
        stretches_.back().high = t;
    }
}

bool KnownTime::covers(double from_s, double to_s) const {
    const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), from_s + kTimeResolution,
                                        [](double t, const Interval& stretch) { return t < stretch.low; });
    return after != stretches_.begin() && to_s <= std::prev(after)->high + kTimeResolution;
}

double KnownTime::seconds(double from_s, double to_s, double step_s) const {
    double sum = 0.0;
    for (const Interval& stretch : stretches_) {
        const double low = std::max(from_s, stretch.low), high = std::min(to_s, stretch.high);
        if (high >= low) sum += high - low + step_s;
    }
    return sum;
}

KnownTime KnownTime::until(double end_s) const {
    KnownTime out;
    for (const Interval& stretch : stretches_) {
        if (stretch.low <= end_s) out.stretches_.push_back({stretch.low, std::min(stretch.high, end_s)});
    }
    return out;
}

std::size_t JudgedAlarms::right() const {
    return count_known(lead_s);
}

std::size_t JudgedAlarms::warned() const {
    return count_known(warning_s);
}

JudgedAlarms judge(std::span<const double> alarm_s, std::span<const double> event_s, double horizon_s,
                   const KnownTime& known) {
    JudgedAlarms judged;
    judged.warning_s.resize(event_s.size());
    for (const double alarm : alarm_s) {
        auto next = std::upper_bound(event_s.begin(), event_s.end(), alarm + kTimeResolution);
        std::optional<double> lead;
        if (next != event_s.end() && within_horizon(*next - alarm, horizon_s)) lead = *next - alarm;
        if (!lead && !known.covers(alarm, alarm + horizon_s)) {
            ++judged.undecided;
            continue;
        }
        judged.alarm_s.push_back(alarm);
        judged.lead_s.push_back(lead);
        for (; next != event_s.end() && within_horizon(*next - alarm, horizon_s); ++next) {
            auto& warning = judged.warning_s[static_cast<std::size_t>(next - event_s.begin())];
            if (!warning) warning = *next - alarm;
        }
    }
    return judged;
}

WarningScore score_of(const JudgedAlarms& judged, double scored_s) {
    const auto alarms = static_cast<double>(judged.alarm_s.size());
    const auto events = static_cast<double>(judged.warning_s.size());
    const auto right = static_cast<double>(judged.right()), warned = static_cast<double>(judged.warned());
    WarningScore score;
    if (alarms > 0.0) score.precision = right / alarms;
    if (events > 0.0) score.recall = warned / events;
    score.f1 = f1_of(alarms, right, events, warned);
    if (scored_s > 0.0) score.false_alarms_per_h = (alarms - right) * kSecondsPerHour / scored_s;
    std::vector<double> leads;
    for (const auto& warning : judged.warning_s) {
        if (warning) leads.push_back(*warning);
    }
    score.lead = lead_time(leads);
    return score;
}

std::optional<double> f1_of(double alarms, double right, double events, double warned) {
    if (!(events > 0.0)) return std::nullopt;
    if (!(alarms > 0.0) || !(right > 0.0) || !(warned > 0.0)) return 0.0;
    const double precision = right / alarms, recall = warned / events;
    return 2.0 * precision * recall / (precision + recall);
}

std::optional<Interval> wilson_interval(std::size_t hits, std::size_t n) {
    if (n == 0) return std::nullopt;
    const auto count = static_cast<double>(n);
    const double p = static_cast<double>(hits) / count;
    const double z2 = kNormal975 * kNormal975;
    const double centre = (p + z2 / (2.0 * count)) / (1.0 + z2 / count);
    const double half =
        kNormal975 * std::sqrt(p * (1.0 - p) / count + z2 / (4.0 * count * count)) / (1.0 + z2 / count);
    return Interval{std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

LeadTime lead_time(const std::vector<double>& leads_s) {
    if (leads_s.empty()) return {};
    return {median(leads_s), quantile(leads_s, 0.1), quantile(leads_s, 0.9)};
}

}  // namespace rle
