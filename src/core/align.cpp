#include "rlecouple/align.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/align_grid.hpp"
#include "core/common_clock.hpp"
#include "core/device_rle.hpp"
#include "core/order_statistics.hpp"
#include "rlecouple/error.hpp"

namespace rle {
namespace {

constexpr double kTimeResolution = 5e-7;  // s; times are whole microseconds
constexpr double kMostRows = 1e9;
constexpr double kQuarterHour = 900.0;
constexpr double kLongestShift = 26.0 * 3600.0;  // no two zones lie further apart

// One device's telemetry in time order, without duplicates.
struct DeviceStream {
    std::uint32_t device = 0;
    OrderedRows rows;
};

std::vector<double> pick(const std::vector<double>& column, const std::vector<std::size_t>& rows) {
    std::vector<double> out;
    out.reserve(rows.size());
    for (const std::size_t row : rows) out.push_back(column[row]);
    return out;
}

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

// Drops each row for which `same(row, row before)` holds; rows are in time order.
template <class Same>
std::size_t drop_duplicates(OrderedRows& rows, Same same) {
    OrderedRows kept;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!kept.row.empty() && same(rows.row[i], kept.row.back(), rows.t_s[i] - kept.t_s.back())) continue;
        kept.row.push_back(rows.row[i]);
        kept.t_s.push_back(rows.t_s[i]);
    }
    const std::size_t dropped = rows.size() - kept.size();
    rows.row = std::move(kept.row);
    rows.t_s = std::move(kept.t_s);
    return dropped;
}

void count(Counts& counts, const std::string& reason, std::size_t n) {
    if (n > 0) counts[reason] += n;
}

std::vector<DeviceStream> device_streams(const Telemetry& telemetry, const CommonClock& clock,
                                         const std::vector<std::string>& names, Alignment& result) {
    std::vector<DeviceStream> streams;
    for (const std::uint32_t device : wanted_devices(telemetry, names)) {
        std::vector<std::size_t> candidates;
        for (std::size_t row = 0; row < telemetry.size(); ++row) {
            if (telemetry.device[row] == device) candidates.push_back(row);
        }
        DeviceStream stream{device, in_time_order(candidates, clock.telemetry_s)};
        count(result.reordered, "telemetry", stream.rows.reordered);
        count(result.dropped, "telemetry_without_time", stream.rows.without_time);
        count(result.dropped, "telemetry_duplicate",
              drop_duplicates(stream.rows, [](auto, auto, double dt) { return dt < kTimeResolution; }));
        result.n_telemetry += stream.rows.size();
        if (stream.rows.size() > 0) streams.push_back(std::move(stream));
    }
    return streams;
}

bool equal_or_both_missing(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

// The training rows that may be averaged: in time order, without duplicates and without overflowed steps.
OrderedRows training_rows(const Training& training, const CommonClock& clock, Alignment& result) {
    std::vector<std::size_t> candidates;
    std::size_t non_finite = 0, missing = 0;
    for (std::size_t row = 0; row < training.size(); ++row) {
        if (std::isinf(training.grad_norm[row])) {
            ++non_finite;
            continue;
        }
        if (std::isnan(training.grad_norm[row])) ++missing;
        candidates.push_back(row);
    }
    OrderedRows rows = in_time_order(candidates, clock.training_s);
    count(result.reordered, "training", rows.reordered);
    count(result.dropped, "training_without_time", rows.without_time);
    count(result.dropped, "grad_norm_non_finite", non_finite);
    count(result.dropped, "grad_norm_missing", missing);
    const auto same_step = [&](std::size_t a, std::size_t b, double dt) {
        return dt < kTimeResolution && equal_or_both_missing(training.step[a], training.step[b]) &&
               equal_or_both_missing(training.grad_norm[a], training.grad_norm[b]);
    };
    count(result.dropped, "training_duplicate", drop_duplicates(rows, same_step));
    result.n_training = rows.size();
    return rows;
}

double median_interval(const std::vector<DeviceStream>& streams) {
    std::vector<double> intervals;
    for (const DeviceStream& stream : streams) {
        for (std::size_t i = 1; i < stream.rows.size(); ++i)
            intervals.push_back(stream.rows.t_s[i] - stream.rows.t_s[i - 1]);
    }
    return median(std::move(intervals));
}

// A sampler set to 10 Hz shows 9.97 Hz: the rate, or the period, that was meant, where one is within 10 %.
double nominal_rate(double interval_s) {
    const double hz = 1.0 / interval_s;
    const double nearest = hz >= 1.0 ? std::round(hz) : 1.0 / std::round(interval_s);
    return std::abs(hz - nearest) <= 0.1 * hz ? nearest : hz;
}

Grid make_grid(const std::vector<DeviceStream>& streams, double hz, std::size_t samples) {
    double first = INFINITY, last = -INFINITY;
    for (const DeviceStream& stream : streams) {
        first = std::min(first, stream.rows.t_s.front());
        last = std::max(last, stream.rows.t_s.back());
    }
    const double points = std::floor((last - first) * hz + 1e-6) + 1.0;
    if (points > kMostRows || points > 1e7 + 1e4 * static_cast<double>(samples)) {
        throw Error(ErrorKind::failed, "telemetry",
                    fmt::format("its {} samples span {:.0f} s, {:.0f} rows at {} Hz", samples, last - first,
                                points, hz),
                    "is one of the timestamps wrong?");
    }
    return {first, hz, static_cast<std::size_t>(points)};
}

void find_gaps(const DeviceStream& stream, const std::string& name, double interval_s,
               std::vector<Gap>& gaps) {
    for (std::size_t i = 1; i < stream.rows.size(); ++i) {
        const double length = stream.rows.t_s[i] - stream.rows.t_s[i - 1];
        if (length > 2.0 * interval_s + kTimeResolution)
            gaps.push_back({stream.rows.t_s[i - 1], length, name});
    }
}

// Column `of` at the rows of a grid: source position by grid point, NaN where there is none.
void scatter(const std::vector<double>& of, const std::vector<std::ptrdiff_t>& source, std::size_t slot,
             std::size_t stride, std::vector<double>& into) {
    for (std::size_t g = 0; g < source.size(); ++g) {
        if (source[g] >= 0) into[g * stride + slot] = of[static_cast<std::size_t>(source[g])];
    }
}

void place_device(const DeviceStream& stream, const Telemetry& telemetry, const AlignOptions& options,
                  const Grid& grid, std::size_t slot, std::size_t stride, Alignment& result) {
    const std::string& name = telemetry.devices[stream.device];
    const DeviceSamples samples{name, stream.rows.t_s, pick(telemetry.temp_c, stream.rows.row),
                                pick(telemetry.power_w, stream.rows.row),
                                pick(telemetry.util_pct, stream.rows.row)};
    const DeviceRle device = rle_of_device(samples, options, result.warnings);
    const std::vector<std::ptrdiff_t> source = nearest_rows(stream.rows, grid, options.tolerance_s);
    AlignedRows& rows = result.rows;
    const auto put = [&](const std::vector<double>& from, std::vector<double>& into) {
        scatter(from, source, slot, stride, into);
    };
    put(samples.temp_c, rows.temp_c);
    put(samples.power_w, rows.power_w);
    put(samples.util_pct, rows.util_pct);
    put(device.series.eta_util, rows.eta_util);
    put(device.series.eta_stability, rows.eta_stability);
    put(device.series.a_load, rows.a_load);
    put(device.series.tau_sustain_s, rows.tau_sustain_s);
    put(device.series.rle_raw, rows.rle_raw);
    put(device.series.rle, rows.rle);
    for (std::size_t g = 0; g < grid.size; ++g) {
        if (source[g] < 0) continue;
        const auto i = static_cast<std::size_t>(source[g]);
        rows.collapse[g * stride + slot] = device.collapse[i];
        rows.telemetry_row[g * stride + slot] = static_cast<std::ptrdiff_t>(stream.rows.row[i]);
    }
}

void reserve_rows(AlignedRows& rows, const Grid& grid, std::int64_t origin_wall_us) {
    const std::size_t stride = rows.devices.size(), n = grid.size * stride;
    rows.t_s.resize(n);
    rows.wall_us.resize(n);
    rows.device.resize(n);
    rows.telemetry_row.assign(n, -1);
    rows.collapse.assign(n, -1);
    for (auto* column : {&rows.temp_c, &rows.power_w, &rows.util_pct, &rows.eta_util, &rows.eta_stability,
                         &rows.a_load, &rows.tau_sustain_s, &rows.rle_raw, &rows.rle, &rows.grad_norm,
                         &rows.loss, &rows.learning_rate, &rows.step, &rows.epoch}) {
        column->assign(n, kMissing);
    }
    for (std::size_t i = 0; i < n; ++i) {
        rows.t_s[i] = grid.at(i / stride);
        rows.device[i] = static_cast<std::uint32_t>(i % stride);
        rows.wall_us[i] =
            origin_wall_us == kNoTime ? kNoTime : origin_wall_us + std::llround(rows.t_s[i] * 1e6);
    }
}

void place_training(const OrderedRows& steps, const Training& training, const Grid& grid, double tolerance_s,
                    AlignedRows& rows) {
    const std::size_t stride = rows.devices.size();
    const auto put = [&](std::string_view quantity, const std::vector<double>& from,
                         std::vector<double>& into) {
        const std::vector<double> cells =
            aggregate(steps, pick(from, steps.row), find_quantity(quantity)->aggregate, grid, tolerance_s);
        for (std::size_t i = 0; i < rows.size(); ++i) into[i] = cells[i / stride];
    };
    put("grad_norm", training.grad_norm, rows.grad_norm);
    put("loss", training.loss, rows.loss);
    put("learning_rate", training.learning_rate, rows.learning_rate);
    put("step", training.step, rows.step);
    put("epoch", training.epoch, rows.epoch);
}

// How far apart in time the two halves of a row lie.
Pairing pairing_of(const AlignedRows& rows, const CommonClock& clock, const OrderedRows& steps,
                   const Training& training, const Grid& grid, double tolerance_s) {
    OrderedRows with_norm;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (std::isnan(training.grad_norm[steps.row[i]])) continue;
        with_norm.row.push_back(steps.row[i]);
        with_norm.t_s.push_back(steps.t_s[i]);
    }
    const std::vector<double> step_time =
        aggregate(with_norm, with_norm.t_s, Aggregate::mean, grid, tolerance_s);
    std::vector<double> apart;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double t = step_time[i / rows.devices.size()];
        if (rows.telemetry_row[i] < 0 || std::isnan(t)) continue;
        apart.push_back(std::abs(clock.telemetry_s[static_cast<std::size_t>(rows.telemetry_row[i])] - t));
    }
    if (apart.empty()) return {};
    return {quantile(apart, 0.5), quantile(apart, 0.95), quantile(apart, 1.0)};
}

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

void count_samples(Alignment& result) {
    const AlignedRows& rows = result.rows;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows.telemetry_row[i] < 0 || std::isnan(rows.grad_norm[i])) continue;
        ++result.n_samples;
        ++result.n_samples_by_device[rows.devices[rows.device[i]]];
    }
}

void warn_about_rows(Alignment& result) {
    for (const auto& [stream, n] : result.reordered) {
        result.warnings.push_back(
            fmt::format("{}: {} rows stood out of time order and were sorted", stream, n));
    }
    for (const auto& [reason, n] : result.dropped) {
        if (reason.ends_with("_duplicate")) {
            result.warnings.push_back(fmt::format("{} {} rows were left out", n,
                                                  reason.substr(0, reason.size() - 10) + " duplicate"));
        }
        if (reason == "grad_norm_non_finite") {
            result.warnings.push_back(
                fmt::format("{} training steps with a nan or inf gradient norm were left out", n));
        }
    }
}

void merge_counts(const Counts& from, const std::string& prefix, Counts& into) {
    for (const auto& [reason, n] : from) count(into, prefix + reason, n);
}

void append(const std::vector<std::string>& from, std::vector<std::string>& into) {
    into.insert(into.end(), from.begin(), from.end());
}

void check(const AlignOptions& options) {
    if (options.sample_hz && !(*options.sample_hz > 0.0 && *options.sample_hz <= 1e6)) {
        throw Error(ErrorKind::usage, "--sample-hz", "must be above 0 and at most 1000000");
    }
    if (!(options.tolerance_s >= 0.0)) throw Error(ErrorKind::usage, "--tolerance", "must not be negative");
}

}  // namespace

Alignment align(const Telemetry& telemetry, const Training* training, const AlignOptions& options) {
    check(options);
    Alignment result;
    result.tolerance_s = options.tolerance_s;
    result.clock_offset_s = options.clock_offset_s;
    append(telemetry.warnings, result.warnings);
    merge_counts(telemetry.dropped, "telemetry_", result.dropped);
    const CommonClock clock = common_clock(telemetry, training, options.clock_offset_s);
    result.clock = clock.name;
    append(clock.warnings, result.warnings);

    const std::vector<DeviceStream> streams = device_streams(telemetry, clock, options.devices, result);
    const double interval_s = median_interval(streams);
    if (std::isnan(interval_s)) {
        throw Error(ErrorKind::insufficient_data, "telemetry",
                    fmt::format("{} sample(s)", result.n_telemetry),
                    "an alignment needs at least two samples of one device");
    }
    result.sample_hz = options.sample_hz.value_or(nominal_rate(interval_s));
    const Grid grid = make_grid(streams, result.sample_hz, result.n_telemetry);
    for (const DeviceStream& stream : streams)
        result.rows.devices.push_back(telemetry.devices[stream.device]);
    reserve_rows(result.rows, grid, clock.origin_wall_us);
    for (std::size_t slot = 0; slot < streams.size(); ++slot) {
        place_device(streams[slot], telemetry, options, grid, slot, streams.size(), result);
        find_gaps(streams[slot], result.rows.devices[slot], interval_s, result.gaps);
    }

    if (training != nullptr) {
        append(training->warnings, result.warnings);
        merge_counts(training->dropped, "training_", result.dropped);
        const OrderedRows steps = training_rows(*training, clock, result);
        place_training(steps, *training, grid, options.tolerance_s, result.rows);
        result.pairing = pairing_of(result.rows, clock, steps, *training, grid, options.tolerance_s);
        count_samples(result);
        if (steps.size() > 0) {
            const double last = grid.at(grid.size - 1);
            result.overlap_s =
                std::max(0.0, std::min(last, steps.t_s.back()) - std::max(grid.start_s, steps.t_s.front()));
            if (result.n_samples == 0) {
                result.suggested_shift_s =
                    helpful_shift(grid.start_s, last, steps.t_s.front(), steps.t_s.back());
            }
        }
    }
    warn_about_rows(result);
    return result;
}

}  // namespace rle
