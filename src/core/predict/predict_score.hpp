// Alarms against events: which alarms were right, which events were warned of, when.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "rlecouple/interval.hpp"
#include "rlecouple/predict.hpp"

namespace rle {

/// Is `dt` from an alarm to an event within the horizon: 0 < dt <= horizon? Times are whole microseconds.
bool within_horizon(double dt_s, double horizon_s);

/// When it was known whether trouble stood. Ascending stretches, each from its first to its last known row;
/// what is unknown for no longer than `bridged_s` breaks none, since no event in it goes unseen.
class KnownTime {
  public:
    KnownTime() = default;
    /// `known_s`: the times of the rows known, ascending.
    KnownTime(std::span<const double> known_s, double bridged_s);

    /// Was an event within (from, to] certain to be seen?
    bool covers(double from_s, double to_s) const;
    /// Of [from, to], s, each stretch with the `step_s` of its last row.
    double seconds(double from_s, double to_s, double step_s) const;
    KnownTime until(double end_s) const;

  private:
    std::vector<Interval> stretches_;
};

/// A set of alarms judged; times ascend.
struct JudgedAlarms {
    std::vector<double> alarm_s;                ///< those that can be judged
    std::vector<std::optional<double>> lead_s;  ///< one an alarm: to the next event; missing: it was wrong
    std::vector<std::optional<double>>
        warning_s;              ///< one an event: from its first alarm; missing: not warned of
    std::size_t undecided = 0;  ///< not known to the end of their horizon, without an event

    std::size_t right() const;
    std::size_t warned() const;
};

JudgedAlarms judge(std::span<const double> alarm_s, std::span<const double> event_s, double horizon_s,
                   const KnownTime& known);

WarningScore score_of(const JudgedAlarms& judged, double scored_s);

/// 0 where there is no right alarm; missing without events.
std::optional<double> f1_of(double alarms, double right, double events, double warned);

/// The 95 % interval of a proportion (Wilson 1927); missing for n = 0.
std::optional<Interval> wilson_interval(std::size_t hits, std::size_t n);

/// Median and deciles (Hyndman & Fan's type 7).
LeadTime lead_time(const std::vector<double>& leads_s);

}  // namespace rle
