// How well do alarms on the gradient norm warn of trouble? Alarms as in alarm.hpp, events, and what honest
// rivals would have done in their place.
//
// An event is the onset of a collapse or of a throttle flag: a row where the flag stands after one where it
// was known not to. An alarm at t is right when an event follows within the horizon, 0 < dt <= horizon.
// Nothing that decides about an alarm comes from after it: scores look back, and thresholds are chosen on the
// first part of the session and scored on the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/alarm.hpp"
#include "rlecouple/interval.hpp"

namespace rle {

/// One device's rows; all vectors are as long as t_s or empty (= there is no such column), NaN is missing.
struct PredictInput {
    std::string driver_name = "grad_norm";
    std::string device;
    std::string event_name;      ///< "collapse", "throttle", "collapse or throttle", a column's name
    std::vector<double> t_s;     ///< s, in any order
    std::vector<double> driver;  ///< the gradient norm
    /// Of the training, where its steps tell the driver. Where they take longer than a row, a value counts in
    /// the row of the line that told it, and once.
    std::vector<double> step;
    std::vector<std::vector<double>> flags;  ///< an event begins where one of them begins to stand (not 0)
    std::vector<double> rle;
    std::vector<double> temp_c;          ///< degC
    std::optional<double> temp_limit_c;  ///< degC
};

struct PredictOptions {
    double horizon_s = 3.0;        ///< s; the longest time from an alarm to the event that makes it right
    AlarmOptions alarm;            ///< its threshold holds where none is chosen
    bool choose_threshold = true;  ///< on the first half; false: alarm.threshold, scored on everything
    std::uint64_t seed = 1;        ///< of the bootstrap
};

/// From the first alarm within the horizon to the event, over the events that were warned of.
struct LeadTime {
    std::optional<double> median_s, p10_s, p90_s;  ///< s; median and deciles
};

/// How well one way of raising alarms warned. A ratio without a denominator is missing.
struct WarningScore {
    std::optional<double> precision;           ///< right alarms / alarms
    std::optional<double> recall;              ///< events warned of / events
    std::optional<double> f1;                  ///< harmonic mean of both; 0 without a right alarm
    std::optional<double> false_alarms_per_h;  ///< wrong alarms an hour scored
    LeadTime lead;
};

/// What would have been raised in our place.
struct Rival {
    std::string name;  ///< "random", "temperature", "ar1_forecast"
    std::string rule;  ///< in words
    WarningScore score;
    std::optional<double> f1_difference;         ///< ours less the rival's
    std::optional<Interval> f1_difference_ci95;  ///< block bootstrap
};

struct RaisedAlarm {
    double t_s = 0.0;              ///< s
    double z = 0.0;                ///< the score that raised it (alarm.hpp)
    std::optional<double> lead_s;  ///< s, to the next event, where that is within the horizon
};

enum class WarningVerdict {
    better_than_baselines,  ///< than every rival, by the interval of the difference
    better_than_chance,     ///< but not than every rival
    no_better_than_chance,
    cannot_tell,  ///< too few events or too short
};

struct Prediction {
    std::string driver;
    std::string device;                   ///< empty where the table has no device column
    std::string event;                    ///< what counted as one
    double horizon_s = 3.0;               ///< as asked for, s
    AlarmOptions alarm;                   ///< as used
    bool threshold_chosen = false;        ///< on the first part of the session
    std::optional<double> scored_from_s;  ///< t_s of the first row scored
    std::optional<double> scored_s;       ///< s, of which it is known whether trouble stood
    std::optional<double> resolution_s;   ///< step of the rows: no time here is finer
    bool flag_known = false;              ///< in some row scored; false: `events` tells nothing
    std::size_t events = 0;               ///< scored
    std::size_t events_before = 0;        ///< in the part that the threshold was chosen on
    std::size_t scores = 0;               ///< rows scored before which the window held enough for a z
    std::size_t alarms = 0;               ///< scored
    std::size_t alarms_undecided = 0;     ///< trouble was not known to the end of their horizon
    std::size_t alarms_during_event = 0;  ///< of `alarms`: trouble was already there
    WarningScore score;
    std::optional<Interval> precision_ci95, recall_ci95;  ///< Wilson's
    WarningScore manual_score;                            ///< the same alarms at the manual's horizon of 1 s
    std::vector<Rival> rivals;
    bool beats_baselines = false;
    WarningVerdict verdict = WarningVerdict::cannot_tell;
    std::string explanation;                 ///< one plain sentence
    std::vector<double> event_times_s;       ///< scored
    std::vector<RaisedAlarm> raised;         ///< scored
    std::vector<std::string> modelled = {};  ///< columns of the device that are estimates, not measured
    std::vector<std::string> warnings;
};

inline constexpr double kManualHorizon_s = 1.0;
inline constexpr std::size_t kFewestEvents = 5;  ///< below, no claim is made

/// Throws Error{insufficient_data} where fewer than two rows have a time, Error{failed} where the columns
/// differ in length.
Prediction predict(PredictInput input, const PredictOptions& options);

}  // namespace rle
