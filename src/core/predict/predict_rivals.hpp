// What honest rivals would have raised in the place of our alarms.
//
// A rival's condition that lasts counts as a new alarm every horizon, so that one that is early and stays is
// not called late.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/predict/predict_rows.hpp"
#include "core/predict/predict_score.hpp"
#include "rlecouple/predict.hpp"

namespace rle {

/// Rows [first, split) choose thresholds, rows [begin, end) are scored.
struct PredictSplit {
    std::size_t first = 0;
    std::size_t split = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    KnownTime known;  ///< when it was known whether trouble stood
};

/// Times in rows [begin, end) at which a condition (one a row) begins to hold, and again every `repeat_s`
/// while it does.
std::vector<double> times_while(const PredictRows& rows, const std::vector<bool>& condition,
                                const PredictSplit& split, std::size_t begin, std::size_t end,
                                double repeat_s);

/// The events in (from, to].
std::vector<double> events_between(std::span<const double> event_s, double from_s, double to_s);

struct ChosenThreshold {
    double value = 0.0;
    bool chosen = false;  ///< false: nothing to choose by, the usual value holds
};
inline constexpr std::size_t kFewestToChoose = 3;  ///< events

/// The candidate with the greatest F1 on rows [first, split); of equal ones the one nearest to `usual`.
/// `raise` gives the times of the alarms in these rows.
ChosenThreshold choose_threshold(const PredictRows& rows, const PredictSplit& split,
                                 std::span<const double> event_s, double horizon_s,
                                 std::vector<double> candidates, double usual,
                                 const std::function<std::vector<double>(double)>& raise);

/// A rival with alarms of its own; `alarm_s` is missing where it cannot be formed, and `rule` says why.
struct RivalAlarms {
    std::string name;
    std::string rule;
    std::optional<std::vector<double>> alarm_s;
};

/// T > limit - 5 degC.
RivalAlarms temperature_rival(const PredictRows& rows, const PredictSplit& split,
                              std::optional<double> limit_c, double horizon_s);

/// An autoregression of order one, fitted to RLE in the first half, forecasts it one horizon ahead: an alarm
/// where the forecast is below a share of RLE's rolling peak, chosen like our threshold (usual: 0.65, as the
/// collapse flag has it).
RivalAlarms forecast_rival(const PredictRows& rows, const PredictSplit& split,
                           std::span<const double> event_s, double horizon_s, bool choose);

/// Alarms at random rows, each row with the same chance: what they score on average, without drawing any.
struct RandomRival {
    std::vector<bool> covered;         ///< one a scored row: an event follows within the horizon
    std::vector<bool> judged;          ///< one a scored row: covered, or known for a horizon
    std::vector<std::size_t> chances;  ///< one an event: rows from which an alarm would warn of it
};
RandomRival random_rival(std::span<const double> row_s, std::span<const double> event_s, double horizon_s,
                         const KnownTime& known);

/// Expected precision and recall of `alarms` alarms thrown at `rows` rows, of which `covered` are right, at
/// `chances` rows an event on average; f1 of both.
WarningScore expected_score(double alarms, double rows, double covered, double chances);

/// The lead times of random alarms: from the first of them within the horizon.
LeadTime expected_lead(const RandomRival& rival, std::span<const double> row_s,
                       std::span<const double> event_s, double horizon_s, double alarms);

}  // namespace rle
