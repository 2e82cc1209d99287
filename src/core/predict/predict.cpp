#include "rlecouple/predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/maths/series.hpp"
#include "core/predict/predict_bootstrap.hpp"
#include "core/predict/predict_explain.hpp"
#include "core/predict/predict_rivals.hpp"
#include "core/predict/predict_rows.hpp"
#include "core/predict/predict_score.hpp"

namespace rle {
namespace {

const std::vector<double> kCandidates{2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0};

class Predicting {
  public:
    // Of the input the columns go into the rows.
    Predicting(PredictInput& input, const PredictOptions& options)
        : input_(input), options_(options), rows_(predict_rows(input)), all_events_(event_times(rows_)) {}

    Prediction run();

  private:
    bool find_split();
    void choose();
    void raise();
    void add_rival(const RivalAlarms& rival);
    void add_random();
    void note_resolution();
    double from_s() const { return rows_.t_s[split_.begin]; }

    const PredictInput& input_;
    const PredictOptions& options_;
    PredictRows rows_;
    std::vector<double> all_events_;
    std::vector<double> z_;
    PredictSplit split_;
    TimeBlocks blocks_;
    JudgedAlarms ours_;
    Prediction result_;
};

// Where there is no gradient norm nothing can be raised: the rows from its first to its last value count.
bool Predicting::find_split() {
    const auto there = [](double value) { return std::isfinite(value); };
    const auto first = std::find_if(rows_.driver.begin(), rows_.driver.end(), there);
    if (first == rows_.driver.end()) return false;
    const auto last = std::find_if(rows_.driver.rbegin(), rows_.driver.rend(), there);
    split_.first = static_cast<std::size_t>(first - rows_.driver.begin());
    split_.end = static_cast<std::size_t>(last.base() - rows_.driver.begin());
    const double middle = 0.5 * (rows_.t_s[split_.first] + rows_.t_s[split_.end - 1]);
    split_.split = static_cast<std::size_t>(std::lower_bound(rows_.t_s.begin(), rows_.t_s.end(), middle) -
                                            rows_.t_s.begin());
    split_.begin = options_.choose_threshold ? split_.split : split_.first;
    split_.known = known_time(rows_, options_.horizon_s);
    return true;
}

void Predicting::choose() {
    z_ = spike_scores(rows_.t_s, rows_.driver, options_.alarm);
    if (!options_.choose_threshold) return;
    const auto raise = [&](double threshold) {
        AlarmOptions alarm = options_.alarm;
        alarm.threshold = threshold;
        std::vector<double> times;
        for (const std::size_t row :
             alarm_rows(rows_.times(0, split_.split), std::span(z_).first(split_.split), alarm))
            times.push_back(rows_.t_s[row]);
        return times;
    };
    const ChosenThreshold chosen = choose_threshold(rows_, split_, all_events_, options_.horizon_s,
                                                    kCandidates, options_.alarm.threshold, raise);
    result_.alarm.threshold = chosen.value;
    result_.threshold_chosen = chosen.chosen;
    if (!chosen.chosen) {
        result_.warnings.push_back(fmt::format(
            "the first half has fewer than {} events, or no threshold warns of any: {:g} is taken",
            kFewestToChoose, chosen.value));
    }
}

void Predicting::raise() {
    const double last_s = rows_.t_s[split_.end - 1];
    result_.scored_from_s = from_s();
    result_.scored_s = split_.known.seconds(from_s(), last_s, rows_.step_s);
    result_.flag_known = *result_.scored_s > 0.0;
    if (result_.flag_known)
        result_.event_times_s = events_between(all_events_, from_s(), last_s + options_.horizon_s);
    result_.events = result_.event_times_s.size();
    result_.events_before = events_between(all_events_, rows_.t_s[split_.first], from_s()).size();
    result_.scores = count_present(std::span(z_).subspan(split_.begin, split_.end - split_.begin));
    std::vector<double> times;
    for (const std::size_t row : alarm_rows(rows_.t_s, z_, result_.alarm)) {
        if (row < split_.begin) continue;
        times.push_back(rows_.t_s[row]);
        result_.raised.push_back({rows_.t_s[row], z_[row], std::nullopt});
        if (rows_.trouble[row] == 1.0) ++result_.alarms_during_event;
    }
    ours_ = judge(times, result_.event_times_s, options_.horizon_s, split_.known);
    for (std::size_t i = 0; i < ours_.lead_s.size(); ++i) result_.raised[i].lead_s = ours_.lead_s[i];
    result_.alarms = result_.flag_known ? ours_.alarm_s.size() : times.size();
    result_.alarms_undecided = ours_.undecided;
    result_.score = score_of(ours_, *result_.scored_s);
    result_.precision_ci95 = wilson_interval(ours_.right(), ours_.alarm_s.size());
    result_.recall_ci95 = wilson_interval(ours_.warned(), result_.events);
    result_.manual_score =
        score_of(judge(times, result_.event_times_s, kManualHorizon_s, split_.known), *result_.scored_s);
    blocks_ = time_blocks(from_s(), last_s, options_.horizon_s);
}

void Predicting::add_rival(const RivalAlarms& rival) {
    Rival out{rival.name, rival.rule, {}, std::nullopt, std::nullopt};
    if (rival.alarm_s) {
        const JudgedAlarms theirs =
            judge(*rival.alarm_s, result_.event_times_s, options_.horizon_s, split_.known);
        out.score = score_of(theirs, *result_.scored_s);
        if (out.score.f1) out.f1_difference = *result_.score.f1 - *out.score.f1;
        if (result_.events >= kFewestEvents) {
            out.f1_difference_ci95 =
                f1_difference_interval(tally(blocks_, ours_, result_.event_times_s),
                                       tally(blocks_, theirs, result_.event_times_s), options_.seed);
        }
    }
    result_.rivals.push_back(out);
}

void Predicting::add_random() {
    Rival out{
        "random", "alarms at random rows, as many as ours; expected values", {}, std::nullopt, std::nullopt};
    const std::span<const double> row_s = rows_.times(split_.begin, split_.end);
    const std::vector<double>& events = result_.event_times_s;
    const RandomRival random = random_rival(row_s, events, options_.horizon_s, split_.known);
    const auto rows = static_cast<double>(std::count(random.judged.begin(), random.judged.end(), true));
    const auto covered = static_cast<double>(std::count(random.covered.begin(), random.covered.end(), true));
    const auto alarms = static_cast<double>(result_.alarms);
    if (!events.empty() && rows > 0.0) {
        double chances = 0.0;
        for (const std::size_t count : random.chances) chances += static_cast<double>(count);
        out.score = expected_score(alarms, rows, covered, chances / static_cast<double>(events.size()));
        out.score.lead = expected_lead(random, row_s, events, options_.horizon_s, alarms);
        out.f1_difference = *result_.score.f1 - *out.score.f1;
        if (result_.events >= kFewestEvents) {
            out.f1_difference_ci95 = f1_difference_interval(
                tally(blocks_, ours_, events), tally(blocks_, random, row_s, events), options_.seed);
        }
    }
    if (alarms > 0.0 && rows > 0.0) {
        out.score.precision = covered / rows;
        out.score.false_alarms_per_h = alarms * (1.0 - covered / rows) * 3600.0 / *result_.scored_s;
    }
    result_.rivals.push_back(out);
}

void Predicting::note_resolution() {
    result_.resolution_s = rows_.step_s;
    if (rows_.step_s > 0.25 * options_.horizon_s) {
        result_.warnings.push_back(
            fmt::format("the rows are {:g} s apart, so lead times are known to {:g} s; a row's gradient norm "
                        "is the mean of the steps up to half of that after it",
                        rows_.step_s, rows_.step_s));
    }
}

Prediction Predicting::run() {
    result_.driver = input_.driver_name;
    result_.device = input_.device;
    result_.event = input_.event_name;
    result_.horizon_s = options_.horizon_s;
    result_.alarm = options_.alarm;
    if (find_split()) {
        note_resolution();
        choose();
        raise();
        add_random();
        add_rival(temperature_rival(rows_, split_, input_.temp_limit_c, options_.horizon_s));
        add_rival(forecast_rival(rows_, split_, all_events_, options_.horizon_s, options_.choose_threshold));
    } else {
        result_.warnings.push_back(
            fmt::format("no {} is recorded: no alarm could be raised", input_.driver_name));
    }
    decide(result_);
    return result_;
}

}  // namespace

Prediction predict(PredictInput input, const PredictOptions& options) {
    return Predicting(input, options).run();
}

}  // namespace rle
