#include "core/predict/predict_rivals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/predict/predict_score.hpp"
#include "core/time_resolution.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kNearLimit_c = 5.0;          // below the limit, degC
constexpr double kCollapseShare = 0.65;       // of the rolling peak, as the collapse flag has it
constexpr double kPeakKeptPerSecond = 0.998;  // likewise
constexpr std::size_t kFewestPairs = 10;

struct FirstOrder {
    double mean = 0.0;
    double phi = 0.0;
};

// Least squares over pairs of neighbouring rows.
std::optional<FirstOrder> fit_first_order(const PredictRows& rows, std::size_t begin, std::size_t end) {
    std::vector<std::pair<double, double>> pairs;
    double sum_x = 0.0, sum_y = 0.0;
    for (std::size_t i = begin + 1; i < end; ++i) {
        const double x = rows.rle[i - 1], y = rows.rle[i];
        if (std::isnan(x) || std::isnan(y) || rows.t_s[i] - rows.t_s[i - 1] > 1.5 * rows.step_s) continue;
        pairs.emplace_back(x, y);
        sum_x += x;
        sum_y += y;
    }
    if (pairs.size() < kFewestPairs) return std::nullopt;
    const auto n = static_cast<double>(pairs.size());
    const double mean_x = sum_x / n, mean_y = sum_y / n;
    double xx = 0.0, xy = 0.0;
    for (const auto& [x, y] : pairs) {
        xx += (x - mean_x) * (x - mean_x);
        xy += (x - mean_x) * (y - mean_y);
    }
    if (!(xx > 0.0)) return std::nullopt;
    return FirstOrder{mean_x, std::clamp(xy / xx, -1.0, 1.0)};
}

// The forecast one horizon ahead over the rolling peak so far, one a row; NaN where there is none.
std::vector<double> forecast_shares(const PredictRows& rows, const FirstOrder& model, double horizon_s) {
    const double kept = std::pow(model.phi, std::max(1.0, std::round(horizon_s / rows.step_s)));
    std::vector<double> shares(rows.size(), kMissing);
    double peak = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i > 0) peak *= std::pow(kPeakKeptPerSecond, rows.t_s[i] - rows.t_s[i - 1]);
        if (std::isnan(rows.rle[i])) continue;
        peak = std::max(peak, rows.rle[i]);
        if (peak > 0.0) shares[i] = (model.mean + kept * (rows.rle[i] - model.mean)) / peak;
    }
    return shares;
}

}  // namespace

std::vector<double> times_while(const PredictRows& rows, const std::vector<bool>& condition,
                                const PredictSplit& split, std::size_t begin, std::size_t end,
                                double repeat_s) {
    std::vector<double> times;
    bool held = false;
    double last = 0.0;
    for (std::size_t i = split.first; i < end; ++i) {
        const bool due = condition[i] && (!held || rows.t_s[i] - last >= repeat_s - kTimeResolution);
        if (due) last = rows.t_s[i];
        if (due && i >= begin) times.push_back(rows.t_s[i]);
        held = condition[i];
    }
    return times;
}

std::vector<double> events_between(std::span<const double> event_s, double from_s, double to_s) {
    const auto begin = std::upper_bound(event_s.begin(), event_s.end(), from_s + kTimeResolution);
    const auto end = std::upper_bound(begin, event_s.end(), to_s + kTimeResolution);
    return {begin, end};
}

ChosenThreshold choose_threshold(const PredictRows& rows, const PredictSplit& split,
                                 std::span<const double> event_s, double horizon_s,
                                 std::vector<double> candidates, double usual,
                                 const std::function<std::vector<double>(double)>& raise) {
    if (split.split <= split.first + 1) return {usual, false};
    const double until_s = rows.t_s[split.split - 1];
    const std::vector<double> events = events_between(event_s, rows.t_s[split.first], until_s);
    if (events.size() < kFewestToChoose) return {usual, false};
    const KnownTime known = split.known.until(until_s);
    std::stable_sort(candidates.begin(), candidates.end(),
                     [&](double a, double b) { return std::abs(a - usual) < std::abs(b - usual); });
    ChosenThreshold best{usual, false};
    double best_f1 = 0.0;
    for (const double candidate : candidates) {
        const JudgedAlarms judged = judge(raise(candidate), events, horizon_s, known);
        const double f1 = score_of(judged, 0.0).f1.value_or(0.0);
        if (f1 > best_f1) {
            best_f1 = f1;
            best = {candidate, true};
        }
    }
    return best;
}

RivalAlarms temperature_rival(const PredictRows& rows, const PredictSplit& split,
                              std::optional<double> limit_c, double horizon_s) {
    RivalAlarms rival{"temperature", "", std::nullopt};
    const bool known =
        std::any_of(rows.temp_c.begin(), rows.temp_c.end(), [](double t) { return std::isfinite(t); });
    if (!known || !limit_c) {
        rival.rule = known ? "no temperature limit is known" : "no temperature is recorded";
        return rival;
    }
    rival.rule = fmt::format("temperature above {:g} degC, {:g} below the limit", *limit_c - kNearLimit_c,
                             kNearLimit_c);
    std::vector<bool> hot(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) hot[i] = rows.temp_c[i] > *limit_c - kNearLimit_c;
    rival.alarm_s = times_while(rows, hot, split, split.begin, split.end, horizon_s);
    return rival;
}

RivalAlarms forecast_rival(const PredictRows& rows, const PredictSplit& split,
                           std::span<const double> event_s, double horizon_s, bool choose) {
    RivalAlarms rival{"ar1_forecast", "", std::nullopt};
    const std::optional<FirstOrder> model = fit_first_order(rows, split.first, split.split);
    if (!model) {
        rival.rule = "RLE is missing, too short or constant in the first half: no forecast";
        return rival;
    }
    const std::vector<double> shares = forecast_shares(rows, *model, horizon_s);
    const auto raise = [&](double share, std::size_t begin, std::size_t end) {
        std::vector<bool> low(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) low[i] = shares[i] < share;
        return times_while(rows, low, split, begin, end, horizon_s);
    };
    double share = kCollapseShare;
    if (choose) {
        share = choose_threshold(rows, split, event_s, horizon_s,
                                 {0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95}, kCollapseShare,
                                 [&](double c) { return raise(c, split.first, split.split); })
                    .value;
    }
    rival.rule = fmt::format(
        "RLE forecast {:g} s ahead by an AR(1) (phi {:.3f}, fitted to the first half) below {:g} of its "
        "rolling peak",
        horizon_s, model->phi, share);
    rival.alarm_s = raise(share, split.begin, split.end);
    return rival;
}

RandomRival random_rival(std::span<const double> row_s, std::span<const double> event_s, double horizon_s,
                         const KnownTime& known) {
    RandomRival rival;
    rival.chances.resize(event_s.size());
    for (const double t : row_s) {
        auto next = std::upper_bound(event_s.begin(), event_s.end(), t + kTimeResolution);
        const bool covered = next != event_s.end() && within_horizon(*next - t, horizon_s);
        rival.covered.push_back(covered);
        rival.judged.push_back(covered || known.covers(t, t + horizon_s));
        for (; next != event_s.end() && within_horizon(*next - t, horizon_s); ++next) {
            ++rival.chances[static_cast<std::size_t>(next - event_s.begin())];
        }
    }
    return rival;
}

WarningScore expected_score(double alarms, double rows, double covered, double chances) {
    WarningScore score;
    if (!(rows > 0.0)) return score;
    const double rate = std::min(1.0, alarms / rows);
    if (alarms > 0.0) score.precision = covered / rows;
    score.recall = 1.0 - std::pow(1.0 - rate, chances);
    const double p = score.precision.value_or(0.0);
    score.f1 = p > 0.0 && *score.recall > 0.0 ? 2.0 * p * *score.recall / (p + *score.recall) : 0.0;
    return score;
}

LeadTime expected_lead(const RandomRival& rival, std::span<const double> row_s,
                       std::span<const double> event_s, double horizon_s, double alarms) {
    const auto rows = static_cast<double>(std::count(rival.judged.begin(), rival.judged.end(), true));
    if (!(alarms > 0.0) || !(rows > 0.0)) return {};
    const double rate = std::min(1.0, alarms / rows);
    std::vector<std::pair<double, double>> leads;  // lead, its probability
    double total = 0.0;
    for (const double event : event_s) {
        double none_so_far = 1.0;
        for (auto row = std::lower_bound(row_s.begin(), row_s.end(), event - horizon_s - kTimeResolution);
             row != row_s.end() && within_horizon(event - *row, horizon_s); ++row) {
            leads.emplace_back(event - *row, none_so_far * rate);
            total += none_so_far * rate;
            none_so_far *= 1.0 - rate;
        }
    }
    if (leads.empty()) return {};
    std::sort(leads.begin(), leads.end());
    const auto quantile = [&](double q) {
        double below = 0.0;
        for (const auto& [lead, probability] : leads) {
            below += probability;
            if (below >= q * total) return lead;
        }
        return leads.back().first;
    };
    return {quantile(0.5), quantile(0.1), quantile(0.9)};
}

}  // namespace rle
