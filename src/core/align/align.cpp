#include "rlecouple/align.hpp"
#include "rlecouple/counted.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/align/align_plan.hpp"
#include "core/align/align_windows.hpp"
#include "core/align/busy_stretch.hpp"
#include "core/align/device_rle.hpp"
#include "rlecouple/align_stream.hpp"

namespace rle {
namespace {

constexpr double kQuarterHour = 900.0;
constexpr double kLongestShift = 26.0 * 3600.0;  // no two zones lie further apart
constexpr double kMargin = 1e-3;                 // s; more than any rounding moves a time
constexpr std::size_t kWholeGrid = static_cast<std::size_t>(-1);
constexpr std::size_t kNoSlot = static_cast<std::size_t>(-1);

// The smallest shift of the training log by whole quarter hours that gives at least half of the greatest
// overlap possible.
std::optional<double> helpful_shift(double from, double to, double train_from, double train_to) {
    const double possible = std::min(to - from, train_to - train_from);
    std::optional<double> best;
    for (double shift = -kLongestShift; shift <= kLongestShift; shift += kQuarterHour) {
        const double overlap = std::min(to, train_to + shift) - std::max(from, train_from + shift);
        const bool helps = overlap > 0.0 && overlap >= 0.5 * possible;
        if (helps && (!best || std::abs(shift) < std::abs(*best))) best = shift;
    }
    return best;
}

void warn_about_rows(Alignment& result) {
    for (const auto& [stream, n] : result.reordered) {
        result.warnings.push_back(fmt::format("{}: {} stood out of time order and {} sorted", stream,
                                              counted(n, "row"), was_or_were(n)));
    }
    for (const auto& [reason, n] : result.dropped) {
        if (reason.ends_with("_duplicate")) {
            const std::string stream = reason.substr(0, reason.size() - 10);
            result.warnings.push_back(
                fmt::format("{} {} left out", counted(n, stream + " duplicate row"), was_or_were(n)));
        }
        if (reason == "grad_norm_non_finite") {
            result.warnings.push_back(
                fmt::format("{} with an overflowed gradient norm (nan, inf or -1) {} left out",
                            counted(n, "training step"), was_or_were(n)));
        }
    }
}

// The step that is under way when a recording ends comes behind it: that is no other clock's doing.
std::string words_of_steps_outside(std::size_t before, std::size_t behind, double last_by_s) {
    if (before == 0 && behind == 1) {
        return fmt::format(
            "the last training step came {:.1f} s after the last sample and was left out; one that is under "
            "way when a recording ends does so",
            last_by_s);
    }
    const std::size_t n = before + behind;
    return fmt::format(
        "{} {} outside the telemetry ({} before its first sample, {} after its last) and {} left out",
        counted(n, "training step"), n == 1 ? "lies" : "lie", before, behind, was_or_were(n));
}

// How long each step took. A row that repeats a step's number (an evaluation) is none; where the numbers
// start again, so does the clock.
class Pace {
  public:
    double take(const StepRow& row) {
        const bool counted = std::isfinite(row.step) && std::isfinite(last_step_);
        const double steps = counted ? row.step - last_step_ : 1.0;
        if (steps == 0.0) return kMissing;
        const double since_s = std::round((row.t_s - last_s_) * 1e6) / 1e6;  // times are whole microseconds
        last_s_ = row.t_s;
        last_step_ = row.step;
        return steps > 0.0 ? since_s / steps : kMissing;
    }

  private:
    double last_s_ = kMissing, last_step_ = kMissing;
};

// One device's way from rows to cells.
struct DeviceLane {
    CleanStream<SampleRow> stream;
    SampleWindow window;
    std::vector<Gap> gaps;
    double last_s = kMissing;  // of the newest sample in the window
    BusyStretch busy{};
};

// No row up to this time still waits.
template <class Row>
bool all_behind(const CleanStream<Row>& stream, double t_s) {
    bool behind = true;
    stream.for_each_held([&](const Row& row) { behind = behind && row.t_s > t_s; });
    return behind;
}

}  // namespace

struct Aligner::State {
    AlignPlan plan;
    bool step_time;
    Pace pace;
    bool has_training;
    TrainingFacts steps;
    std::vector<std::size_t> slot_of;  // by device of the telemetry; kNoSlot: not wanted
    std::vector<DeviceLane> lanes;     // by slot
    CleanStream<StepRow> step_stream;
    StepWindow step_window;
    // No row to come lies further behind the latest than the survey saw.
    Disorder telemetry_seen, training_seen;
    double telemetry_disorder_s, training_disorder_s;
    bool telemetry_ended = false, training_ended = false;
    std::ptrdiff_t rows_read = 0;
    std::size_t points_done = 0;
    MicrosecondCounts apart;             // between a row's two halves
    std::vector<std::size_t> with_both;  // rows by slot

    std::size_t most_points;
    std::size_t steps_within = 0;  // reach of the grid
    std::size_t steps_before = 0;  // it

    State(const AlignOptions& options, const SurveyState& survey, const Telemetry& telemetry,
          const Training* training, std::size_t most)
        : plan(plan_alignment(options, survey, telemetry, training)),
          step_time(options.step_time),
          has_training(training != nullptr),
          steps(survey.steps),
          slot_of(telemetry.devices.size(), kNoSlot),
          step_stream(survey.reach),
          telemetry_disorder_s(survey.telemetry_disorder.farthest_s),
          training_disorder_s(survey.training_disorder.farthest_s),
          training_ended(training == nullptr),
          with_both(plan.devices.size(), 0),
          most_points(most) {
        for (std::size_t slot = 0; slot < plan.devices.size(); ++slot) {
            slot_of[plan.devices[slot]] = slot;
            lanes.push_back(
                {CleanStream<SampleRow>(survey.reach), SampleWindow(plan.rle[slot]), {}, kMissing});
        }
    }

    double half_step() const { return 0.5 / plan.grid.hz; }
    double reach_s() const { return std::max(plan.result.tolerance_s, half_step()) + kMargin; }
    // The points of the next block.
    Grid stretch() const {
        Grid block = plan.grid;
        block.first = points_done;
        block.size = std::min(most_points, plan.grid.size - points_done);
        return block;
    }
    double needed_s() const {
        const Grid block = stretch();
        return block.at(block.size - 1) + reach_s();
    }

    void take(std::size_t slot, const SampleRow& row) {
        DeviceLane& lane = lanes[slot];
        const double length = row.t_s - lane.last_s;
        if (length > 2.0 * plan.interval_s[slot] + kTimeResolution)
            lane.gaps.push_back({lane.last_s, length, plan.result.rows.devices[slot]});
        lane.last_s = row.t_s;
        lane.busy.take(row.t_s, row.util_pct);
        lane.window.push(row);
    }

    void hint_at_clocks(double first_s, double last_s, Alignment& result) const {
        for (const DeviceLane& lane : lanes) {
            const auto offset = lane.busy.offset_of(first_s, last_s, steps.steps);
            if (!offset) continue;
            result.warnings.push_back(fmt::format(
                "the device is at work as long as the training log lasts, but begins and ends {:g} s {} it: "
                "do the clocks differ? --clock-offset {:g} would put them together",
                std::abs(*offset), *offset > 0.0 ? "after" : "before", result.clock_offset_s + *offset));
            return;
        }
    }

    bool telemetry_covers(double t_s) const {
        const double held = telemetry_ended ? INFINITY : telemetry_seen.latest_s - telemetry_disorder_s;
        return held > t_s && std::all_of(lanes.begin(), lanes.end(), [&](const DeviceLane& lane) {
                   return all_behind(lane.stream, t_s);
               });
    }
    bool training_covers(double t_s) const {
        const double held = training_ended ? INFINITY : training_seen.latest_s - training_disorder_s;
        return held > t_s && all_behind(step_stream, t_s);
    }

    void count(const AlignedRows& rows, const std::vector<double>& sample_s,
               const std::vector<double>& step_s) {
        const std::size_t stride = rows.devices.size();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows.telemetry_row[i] < 0) continue;
            const double t = step_s[i / stride];
            if (!std::isnan(t)) apart.add(std::abs(sample_s[i] - t));
            if (!std::isnan(rows.grad_norm[i])) ++with_both[i % stride];
            if (std::isnan(rows.grad_norm[i]) && !std::isnan(rows.loss[i])) ++plan.result.n_without_norm;
        }
    }
};

Aligner::Aligner(const AlignOptions& options, const AlignSurvey& survey, const Telemetry& telemetry_head,
                 const Training* training_head, std::size_t block_points)
    : state_(std::make_unique<State>(options, *survey.state_, telemetry_head, training_head, block_points)) {}
Aligner::~Aligner() = default;

bool Aligner::done() const {
    return state_->points_done == state_->plan.grid.size;
}

void Aligner::telemetry(const Telemetry& piece) {
    State& s = *state_;
    s.telemetry_ended = piece.size() == 0;
    for (std::size_t i = 0; i < piece.size(); ++i, ++s.rows_read) {
        // A device that the survey did not see came while the file was read: it grows.
        const std::size_t slot = piece.device[i] < s.slot_of.size() ? s.slot_of[piece.device[i]] : kNoSlot;
        const double t_s = s.plan.clock.telemetry_s(piece.wall_us[i], piece.t_s[i]);
        if (slot == kNoSlot || !std::isfinite(t_s)) continue;
        s.telemetry_seen.see(t_s);
        s.lanes[slot].stream.push({t_s, piece.temp_c[i], piece.power_w[i], piece.util_pct[i], s.rows_read});
    }
    for (std::size_t slot = 0; slot < s.lanes.size(); ++slot) {
        s.lanes[slot].stream.release([&](const SampleRow& row) { s.take(slot, row); }, s.telemetry_ended);
    }
}

void Aligner::training(const Training& piece) {
    State& s = *state_;
    s.training_ended = piece.size() == 0;
    for (std::size_t i = 0; i < piece.size(); ++i) {
        const double t_s = s.plan.clock.training_s(piece.wall_us[i], piece.t_s[i]);
        if (std::isinf(piece.grad_norm[i]) || !std::isfinite(t_s)) continue;
        s.training_seen.see(t_s);
        s.step_stream.push(
            {t_s, piece.grad_norm[i], piece.loss[i], piece.learning_rate[i], piece.step[i], piece.epoch[i]});
    }
    // A log may begin long before the telemetry: no point needs what lies before the reach of the next one.
    const double past_s = s.stretch().at(0) - s.reach_s();
    const auto take = [&](StepRow row) {
        if (s.step_time) row.time_taken_s = s.pace.take(row);
        if (s.plan.grid.reaches(row.t_s, s.plan.result.tolerance_s))
            ++s.steps_within;
        else if (row.t_s < s.plan.grid.start_s)
            ++s.steps_before;
        if (row.t_s >= past_s) s.step_window.push(row);
    };
    s.step_stream.release(take, s.training_ended);
}

bool Aligner::next(AlignedRows& block) {
    State& s = *state_;
    if (done()) return false;
    const Grid grid = s.stretch();
    if (!s.telemetry_covers(s.needed_s()) || !s.training_covers(s.needed_s())) return false;
    block = AlignedRows{};
    block.devices = s.plan.result.rows.devices;
    open_block(block, grid, s.plan.clock.origin_wall_us);
    if (s.step_time) block.step_time_s.assign(block.size(), kMissing);
    std::vector<double> sample_s(block.size(), kMissing);
    const double tolerance_s = s.plan.result.tolerance_s;
    for (std::size_t slot = 0; slot < s.lanes.size(); ++slot)
        s.lanes[slot].window.place(grid, tolerance_s, slot, s.lanes.size(), block, sample_s);
    if (s.has_training) s.count(block, sample_s, s.step_window.place(grid, tolerance_s, block));
    s.points_done += grid.size;
    const double past_s = grid.at(grid.size) - s.reach_s();
    for (DeviceLane& lane : s.lanes) lane.window.drop_before(past_s);
    s.step_window.drop_before(past_s);
    return true;
}

bool Aligner::wants_telemetry() const {
    const State& s = *state_;
    return !done() && !s.telemetry_ended && !s.telemetry_covers(s.needed_s());
}
bool Aligner::wants_training() const {
    const State& s = *state_;
    return !done() && !s.training_ended && !s.training_covers(s.needed_s());
}

std::ptrdiff_t Aligner::oldest_row() const {
    std::ptrdiff_t oldest = state_->rows_read;
    for (const DeviceLane& lane : state_->lanes) {
        for (const std::ptrdiff_t row : lane.window.rows()) oldest = std::min(oldest, row);
        lane.stream.for_each_held([&](const SampleRow& row) { oldest = std::min(oldest, row.row); });
    }
    return oldest;
}

Alignment Aligner::finish() {
    State& s = *state_;
    Alignment result = std::move(s.plan.result);
    result.n_rows = s.points_done * s.lanes.size();
    for (std::size_t slot = 0; slot < s.lanes.size(); ++slot) {
        result.gaps.insert(result.gaps.end(), s.lanes[slot].gaps.begin(), s.lanes[slot].gaps.end());
        result.n_samples += s.with_both[slot];
        if (s.with_both[slot] > 0) result.n_samples_by_device[result.rows.devices[slot]] = s.with_both[slot];
    }
    if (s.apart.size() > 0)
        result.pairing = {s.apart.quantile(0.5), s.apart.quantile(0.95), s.apart.quantile(1.0)};
    if (s.has_training && s.steps.steps > 0) {
        const double from = s.plan.grid.start_s, to = s.plan.last_s;
        const double first = s.plan.clock.training_s(s.steps.first.wall_us, s.steps.first.t_s);
        const double last = s.plan.clock.training_s(s.steps.last.wall_us, s.steps.last.t_s);
        if (s.steps.steps > s.steps_within) {
            const std::size_t outside = s.steps.steps - s.steps_within;
            result.dropped["training_outside_telemetry"] = outside;
            result.warnings.push_back(
                words_of_steps_outside(s.steps_before, outside - s.steps_before, last - to));
        }
        result.overlap_s = std::max(0.0, std::min(to, last) - std::max(from, first));
        if (result.clock != "t_s") s.hint_at_clocks(first, last, result);
        if (result.n_samples == 0 && result.overlap_s == 0.0)
            result.suggested_shift_s = helpful_shift(from, to, first, last);
    }
    warn_about_rows(result);
    return result;
}

namespace {

AlignSurvey survey_of(const Telemetry& telemetry, const Training* training, const AlignOptions& options,
                      bool by_t_s) {
    AlignSurvey survey(options, by_t_s, false);
    survey.telemetry(telemetry);
    if (training != nullptr) survey.training(*training);
    survey.finish();
    return survey;
}

}  // namespace

Alignment align(const Telemetry& telemetry, const Training* training, const AlignOptions& options) {
    const auto counted = [](const auto& stream) {
        return std::any_of(stream.t_s.begin(), stream.t_s.end(), [](double t) { return std::isfinite(t); });
    };
    const bool by_t_s = counted(telemetry) && (training == nullptr || counted(*training));
    AlignSurvey survey = survey_of(telemetry, training, options, by_t_s);
    if (!survey.clock_holds()) survey = survey_of(telemetry, training, options, !by_t_s);
    Aligner aligner(options, survey, telemetry, training, kWholeGrid);
    aligner.telemetry(telemetry);
    aligner.telemetry({});
    if (training != nullptr) {
        aligner.training(*training);
        aligner.training({});
    }
    AlignedRows rows;
    aligner.next(rows);
    Alignment result = aligner.finish();
    result.rows = std::move(rows);
    return result;
}

}  // namespace rle
