#include "core/align/align_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/align/device_rle.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle {
namespace {

constexpr double kMostRows = 1e9;

std::vector<std::uint32_t> wanted_devices(const Telemetry& telemetry, const std::vector<std::string>& names) {
    std::vector<std::uint32_t> out;
    if (names.empty()) {
        out.resize(telemetry.devices.size());
        std::iota(out.begin(), out.end(), 0u);
        return out;
    }
    for (const std::string& name : names) {
        const auto it = std::find(telemetry.devices.begin(), telemetry.devices.end(), name);
        if (it == telemetry.devices.end()) {
            throw Error(ErrorKind::usage, "--device", fmt::format("no device '{}' in the telemetry", name),
                        fmt::format("it has {}", fmt::join(telemetry.devices, ", ")));
        }
        out.push_back(static_cast<std::uint32_t>(it - telemetry.devices.begin()));
    }
    return out;
}

void count(Counts& counts, const std::string& reason, std::size_t n) {
    if (n > 0) counts[reason] += n;
}

void merge_counts(const Counts& from, const std::string& prefix, Counts& into) {
    for (const auto& [reason, n] : from) count(into, prefix + reason, n);
}

void append(const std::vector<std::string>& from, std::vector<std::string>& into) {
    into.insert(into.end(), from.begin(), from.end());
}

// A sampler set to 10 Hz shows 9.97 Hz: the rate, or the period, that was meant, where one is within 10 %.
double nominal_rate(double interval_s) {
    const double hz = 1.0 / interval_s;
    const double nearest = hz >= 1.0 ? std::round(hz) : 1.0 / std::round(interval_s);
    return std::abs(hz - nearest) <= 0.1 * hz ? nearest : hz;
}

// As many points as bring each sample within half a step of one.
Grid make_grid(const SurveyState& survey, AlignPlan& plan) {
    double first = INFINITY, last = -INFINITY;
    for (const std::uint32_t d : plan.devices) {
        const DeviceFacts& device = survey.devices[d];
        first = std::min(first, plan.clock.telemetry_s(device.first.wall_us, device.first.t_s));
        last = std::max(last, plan.clock.telemetry_s(device.last.wall_us, device.last.t_s));
    }
    const double hz = plan.result.sample_hz;
    const std::size_t samples = plan.result.n_telemetry;
    const double points = Grid{first, hz}.cell_of(last) + 1.0;
    plan.last_s = last;
    if (points > kMostRows || points > 1e7 + 1e4 * static_cast<double>(samples)) {
        throw Error(ErrorKind::failed, "telemetry",
                    fmt::format("its {} samples span {:.0f} s, {:.0f} rows at {} Hz", samples, last - first,
                                points, hz),
                    "is one of the timestamps wrong?");
    }
    return {first, hz, static_cast<std::size_t>(points), 0};
}

void count_samples(const SurveyState& survey, const std::vector<std::uint32_t>& wanted,
                   const std::vector<std::string>& names, AlignPlan& plan) {
    Alignment& result = plan.result;
    for (const std::uint32_t d : wanted) {
        const DeviceFacts& device = survey.devices[d];
        count(result.reordered, "telemetry", device.reordered);
        count(result.dropped, "telemetry_without_time", device.without_time);
        count(result.dropped, "telemetry_duplicate", device.duplicates);
        if (device.contradicting > 0) {
            result.warnings.push_back(fmt::format(
                "{} rows of {} have the time of another row and other readings, and were left out: are these "
                "several devices (name the column that tells them apart 'device'), or times too coarse?",
                device.contradicting, names[d]));
        }
        result.n_telemetry += device.samples;
        if (device.samples > 0) plan.devices.push_back(d);
    }
}

void count_steps(const TrainingFacts& steps, const Training& head, Alignment& result) {
    append(head.warnings, result.warnings);
    merge_counts(head.dropped, "training_", result.dropped);
    count(result.reordered, "training", steps.reordered);
    count(result.dropped, "training_without_time", steps.without_time);
    count(result.dropped, "grad_norm_non_finite", steps.non_finite);
    count(result.dropped, "grad_norm_missing", steps.missing);
    count(result.dropped, "training_duplicate", steps.duplicates);
    result.n_training = steps.steps;
}

void check(const AlignOptions& options) {
    if (options.sample_hz && !(*options.sample_hz > 0.0 && *options.sample_hz <= 1e6)) {
        throw Error(ErrorKind::usage, "--sample-hz", "must be above 0 and at most 1000000");
    }
    if (!(options.tolerance_s >= 0.0)) throw Error(ErrorKind::usage, "--tolerance", "must not be negative");
}

template <class Value>
Choice<Value> option(const Value& value, const Value& otherwise) {
    return {value, value == otherwise ? ChoiceFrom::standard : ChoiceFrom::given};
}

AlignChoices choices_of(const AlignOptions& options) {
    const AlignOptions otherwise;
    AlignChoices choices;
    choices.ambient_c = {options.rle.ambient_c, options.ambient_from};
    choices.stability = option(options.rle.stability, otherwise.rle.stability);
    choices.sustain = option(options.rle.sustain, otherwise.rle.sustain);
    choices.slope_window_s = option(options.rle.slope_window_s, otherwise.rle.slope_window_s);
    choices.tolerance_s = option(options.tolerance_s, otherwise.tolerance_s);
    return choices;
}

}  // namespace

AlignPlan plan_alignment(const AlignOptions& options, const SurveyState& survey, const Telemetry& telemetry,
                         const Training* training) {
    check(options);
    AlignPlan plan;
    Alignment& result = plan.result;
    result.tolerance_s = options.tolerance_s;
    result.clock_offset_s = options.clock_offset_s;
    result.choices = choices_of(options);
    append(telemetry.warnings, result.warnings);
    merge_counts(telemetry.dropped, "telemetry_", result.dropped);
    plan.clock = survey.clock();
    result.clock = plan.clock.name();
    append(plan.clock.warnings, result.warnings);

    count_samples(survey, wanted_devices(telemetry, options.devices), telemetry.devices, plan);
    const double interval_s = survey.intervals.quantile(0.5);
    if (std::isnan(interval_s)) {
        throw Error(ErrorKind::insufficient_data, "telemetry", counted(result.n_telemetry, "sample"),
                    "an alignment needs at least two samples of one device");
    }
    result.sample_hz = options.sample_hz.value_or(nominal_rate(interval_s));
    plan.grid = make_grid(survey, plan);
    for (const std::uint32_t d : plan.devices) {
        result.rows.devices.push_back(telemetry.devices[d]);
        plan.interval_s.push_back(survey.device_intervals[d].quantile(0.5));
        DeviceRle device = rle_of_device(telemetry.devices[d], survey.devices[d], survey.samples[d], options,
                                         result.warnings);
        plan.rle.push_back(device.options);
        result.choices->devices.push_back(std::move(device.choices));
    }
    if (training != nullptr) count_steps(survey.steps, *training, result);
    return plan;
}

}  // namespace rle
