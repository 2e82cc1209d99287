#include "core/align/align_survey.hpp"

#include <algorithm>
#include <initializer_list>

namespace rle {
namespace {

constexpr std::size_t kReach = 1024;  // rows that a late row may stand behind its place in a bounded survey
constexpr double kMostRowsNear = 200'000;  // that may lie within the disorder and the tolerance

// Puts what `row` has of these into `before`, where nothing is there yet.
template <class Row>
Meeting merged(Row& before, const Row& row, std::initializer_list<double Row::*> values) {
    bool adds = false;
    for (const auto value : values) {
        if (std::isnan(row.*value)) continue;
        if (!std::isnan(before.*value) && before.*value != row.*value) return Meeting::contradiction;
        adds = adds || std::isnan(before.*value);
    }
    if (!adds) return Meeting::duplicate;
    for (const auto value : values) {
        if (std::isnan(before.*value)) before.*value = row.*value;
    }
    return Meeting::completes;
}

bool is_wanted(const AlignOptions& options, const std::string& device) {
    return options.devices.empty() ||
           std::find(options.devices.begin(), options.devices.end(), device) != options.devices.end();
}

// The time of a row for the time being; the wall clock counts from the first row that has one.
double provisional_s(bool by_t_s, std::int64_t wall_us, double t_s, std::int64_t& origin_us) {
    if (by_t_s) return t_s;
    if (wall_us == kNoTime) return kMissing;
    if (origin_us == kNoTime) origin_us = wall_us;
    return static_cast<double>(wall_us - origin_us) * 1e-6;
}

double span_of(const std::vector<DeviceFacts>& devices, bool by_t_s) {
    double first = INFINITY, last = -INFINITY;
    for (const DeviceFacts& device : devices) {
        if (device.samples == 0) continue;
        first = std::min(first, by_t_s ? device.first.t_s : static_cast<double>(device.first.wall_us) * 1e-6);
        last = std::max(last, by_t_s ? device.last.t_s : static_cast<double>(device.last.wall_us) * 1e-6);
    }
    return last - first;
}

}  // namespace

Meeting meet(SampleRow& before, const SampleRow& row) {
    if (row.t_s - before.t_s >= kTimeResolution) return Meeting::apart;
    return merged(before, row, {&SampleRow::temp_c, &SampleRow::power_w, &SampleRow::util_pct});
}

Meeting meet(StepRow& before, const StepRow& row) {
    const bool same_step = before.step == row.step || (std::isnan(before.step) && std::isnan(row.step));
    if (row.t_s - before.t_s >= kTimeResolution || !same_step) return Meeting::apart;
    const Meeting met = merged(before, row, {&StepRow::grad_norm, &StepRow::loss, &StepRow::learning_rate});
    return met == Meeting::contradiction ? Meeting::apart : met;
}

SurveyState::SurveyState(const AlignOptions& given, bool use_t_s, std::size_t within)
    : options(given), by_t_s(use_t_s), reach(within), training_(within) {}

void SurveyState::add(const Telemetry& piece) {
    while (devices.size() < piece.devices.size()) {
        devices.emplace_back();
        samples.emplace_back();
        samples_.emplace_back(reach);
        device_intervals.emplace_back();
        last_s_.push_back(kMissing);
        watches_.emplace_back();
    }
    limits.add(piece);
    std::vector<bool> wanted;
    for (const std::string& device : piece.devices) wanted.push_back(is_wanted(options, device));
    for (std::size_t i = 0; i < piece.size(); ++i) {
        telemetry_clock.add(piece.wall_us[i], piece.t_s[i]);
        const std::size_t device = piece.device[i];
        if (!wanted[device]) continue;
        watches_[device].add(piece.wall_us[i], piece.t_s[i],
                             {piece.temp_c[i], piece.power_w[i], piece.util_pct[i]});
        const double t_s = provisional_s(by_t_s, piece.wall_us[i], piece.t_s[i], telemetry_origin_us_);
        if (!std::isfinite(t_s)) {
            ++devices[device].without_time;
            continue;
        }
        telemetry_disorder.see(t_s);
        samples_[device].push({t_s, piece.temp_c[i], piece.power_w[i], piece.util_pct[i], 0});
    }
    for (std::size_t d = 0; d < samples_.size(); ++d)
        samples_[d].release([&](const SampleRow& row) { keep(d, row); });
}

void SurveyState::keep(std::size_t d, const SampleRow& row) {
    DeviceFacts& device = devices[d];
    if (device.samples++ == 0) {
        device.first = instant(row.t_s, telemetry_origin_us_);
    } else {
        const std::int64_t interval_us = nearest_us(row.t_s - last_s_[d]);
        intervals.add_us(interval_us);
        device_intervals[d].add_us(interval_us);
    }
    last_s_[d] = row.t_s;
    if (std::isfinite(row.power_w)) {
        device.any_power = true;
        device.largest_power_w = std::max(device.largest_power_w, row.power_w);
    }
    if (std::isfinite(row.temp_c)) device.any_temp = true;
    if (std::isfinite(row.util_pct)) device.any_util = true;
    if (row.temp_c <= options.rle.ambient_c) ++device.cold;
    if (!fits_tau()) return;
    samples[d].t_s.push_back(row.t_s);
    samples[d].temp_c.push_back(row.temp_c);
    samples[d].power_w.push_back(row.power_w);
}

void SurveyState::add(const Training& piece) {
    has_training = true;
    for (std::size_t i = 0; i < piece.size(); ++i) {
        training_clock.add(piece.wall_us[i], piece.t_s[i]);
        training_watch_.add(piece.wall_us[i], piece.t_s[i],
                            {piece.grad_norm[i], piece.loss[i], piece.step[i]});
        if (std::isinf(piece.grad_norm[i])) {
            ++steps.non_finite;
            continue;
        }
        if (std::isnan(piece.grad_norm[i])) ++steps.missing;
        const double t_s = provisional_s(by_t_s, piece.wall_us[i], piece.t_s[i], training_origin_us_);
        if (!std::isfinite(t_s)) {
            ++steps.without_time;
            continue;
        }
        training_disorder.see(t_s);
        training_.push(
            {t_s, piece.grad_norm[i], piece.loss[i], piece.learning_rate[i], piece.step[i], kMissing});
    }
    training_.release([&](const StepRow& row) { keep_step(row); });
}

void SurveyState::keep_step(const StepRow& row) {
    if (steps.steps++ == 0) steps.first = instant(row.t_s, training_origin_us_);
    last_step_s_ = row.t_s;
}

Instant SurveyState::instant(double t_s, std::int64_t origin_us) const {
    if (by_t_s) return {kNoTime, t_s};
    return {origin_us + nearest_us(t_s), kMissing};
}

void SurveyState::finish() {
    for (std::size_t d = 0; d < samples_.size(); ++d) {
        samples_[d].release([&](const SampleRow& row) { keep(d, row); }, true);
        if (devices[d].samples > 0) devices[d].last = instant(last_s_[d], telemetry_origin_us_);
        devices[d].reordered = samples_[d].order().reordered();
        devices[d].duplicates = samples_[d].duplicates();
        devices[d].contradicting = samples_[d].contradicting();
        devices[d].power_limit_w = limits.of(d);
        if (watches_[d].restarted()) telemetry_clock.restarts();
    }
    training_.release([&](const StepRow& row) { keep_step(row); }, true);
    if (steps.steps > 0) steps.last = instant(last_step_s_, training_origin_us_);
    steps.reordered = training_.order().reordered();
    steps.duplicates = training_.duplicates();
    if (training_watch_.restarted()) training_clock.restarts();
}

CommonClock SurveyState::clock() const {
    return common_clock(telemetry_clock, has_training ? &training_clock : nullptr, options.clock_offset_s);
}

AlignSurvey::AlignSurvey(const AlignOptions& options, bool by_t_s, bool bounded)
    : state_(std::make_unique<SurveyState>(options, by_t_s,
                                           bounded ? kReach : TimeOrder<SampleRow>::kEverything)) {}
AlignSurvey::~AlignSurvey() = default;
AlignSurvey::AlignSurvey(AlignSurvey&&) noexcept = default;
AlignSurvey& AlignSurvey::operator=(AlignSurvey&&) noexcept = default;

void AlignSurvey::telemetry(const Telemetry& piece) {
    state_->add(piece);
}
void AlignSurvey::training(const Training& piece) {
    state_->add(piece);
}
void AlignSurvey::finish() {
    state_->finish();
}

bool AlignSurvey::clock_holds() const {
    return state_->clock().by_t_s == state_->by_t_s;
}

bool AlignSurvey::streams() const {
    const SurveyState& s = *state_;
    bool in_order = !s.fits_tau() && !s.training_late() && s.intervals.crowded() &&
                    s.telemetry_clock.origins().crowded() && s.training_clock.origins().crowded();
    std::size_t samples = 0;
    for (std::size_t d = 0; d < s.devices.size(); ++d) {
        in_order = in_order && !s.samples_late(d) && s.device_intervals[d].crowded();
        samples += s.devices[d].samples;
    }
    const double near_s =
        s.telemetry_disorder.farthest_s + s.training_disorder.farthest_s + 2.0 * s.options.tolerance_s;
    const double span_s = span_of(s.devices, s.by_t_s);
    const auto rows = static_cast<double>(samples + s.steps.steps);
    return in_order && (rows <= kMostRowsNear || near_s * rows <= kMostRowsNear * span_s);
}

}  // namespace rle
