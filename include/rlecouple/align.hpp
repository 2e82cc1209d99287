// Both streams on one uniform grid of step D = 1 / sample_hz that starts at the first telemetry sample.
//
// Telemetry: the nearest sample within the tolerance, ties to the earlier. Training: the mean over the steps
// in [g - D/2, g + D/2), else the nearest step within the tolerance, else missing. RLE is computed on the
// telemetry's own samples and then put on the grid like any other column (docs/method.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/align_choices.hpp"
#include "rlecouple/rle.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {

/// What the driver of a device says of its limits.
struct DeviceLimits {
    std::optional<double> rated_power_w;  ///< W
    std::optional<double> temp_limit_c;   ///< degC
};

struct AlignOptions {
    std::optional<double> sample_hz;      ///< grid rate, Hz; missing: the telemetry's own
    double tolerance_s = 2.0;             ///< s; how far a sample or a step may lie from its grid point
    std::vector<std::string> devices;     ///< only these; empty: all
    double clock_offset_s = 0.0;          ///< s; added to the training log's times
    bool step_time = false;               ///< rows carry step_time_s
    RleOptions rle;                       ///< its rated power and temperature limit are set for each device
    std::optional<double> rated_power_w;  ///< as the user has it; goes before the device's own
    std::optional<double> temp_limit_c;   ///< likewise
    std::optional<double>
        constant_tau_s;  ///< for SustainTerm::constant; missing: fitted to the device's samples
    std::map<std::string, DeviceLimits> limits;   ///< by device
    DeviceLimits other_limits;                    ///< what `limits` does not tell of a device
    ChoiceFrom ambient_from = ChoiceFrom::given;  ///< where rle.ambient_c is from
};

struct Pairing {
    std::optional<double>
        median_abs_dt_s;  ///< between a row's telemetry sample and its training steps' mean time, s
    std::optional<double> p95_abs_dt_s;  ///< the 95th percentile of the same, s
    std::optional<double> max_abs_dt_s;  ///< the greatest, s
};

/// A stretch without telemetry of more than twice the device's own median sampling interval.
struct Gap {
    double start_s = 0.0;   ///< t_s of the last sample before it
    double length_s = 0.0;  ///< from there to the next sample, s
    std::string device;
};

/// Rows of aligned.csv, column by column: row i is grid point i / n_devices and device i % n_devices. NaN is
/// missing.
struct AlignedRows {
    std::vector<double> t_s;  ///< s on the common clock
    std::vector<std::int64_t>
        wall_us;  ///< UTC, microseconds since 1970; kNoTime where no wall clock is known
    std::vector<std::uint32_t> device;              ///< index into `devices`
    std::vector<std::string> devices;               ///< their names
    std::vector<std::ptrdiff_t> telemetry_row;      ///< row of the input telemetry; -1 where none is near
    std::vector<double> temp_c, power_w, util_pct;  ///< of that row: degC, W, %
    /// As RleSeries has them (rle.hpp); tau_sustain_s in s, the others without a unit.
    std::vector<double> eta_util, eta_stability, a_load, tau_sustain_s, rle_raw, rle;
    std::vector<signed char> collapse;                                ///< 1, 0, or -1: unknown
    std::vector<double> grad_norm, loss, learning_rate, step, epoch;  ///< of the training; without a unit
    std::vector<double> step_time_s;  ///< s a step; empty unless it was asked for

    std::size_t size() const { return t_s.size(); }
};

struct Alignment {
    AlignedRows rows;        ///< of a stream, whose rows went elsewhere block by block: the devices alone
    std::size_t n_rows = 0;  ///< grid points times devices
    std::size_t n_telemetry = 0;  ///< telemetry rows used
    std::size_t n_training = 0;   ///< training rows used
    std::size_t n_samples = 0;    ///< rows with both a telemetry sample and a gradient norm
    std::map<std::string, std::size_t> n_samples_by_device;  ///< the same; no entry for a device with none
    std::size_t n_without_norm = 0;  ///< rows with a telemetry sample and a loss, but no gradient norm
    double sample_hz = 0.0;          ///< of the grid, Hz
    double tolerance_s = 2.0;        ///< as applied, s
    double overlap_s = 0.0;          ///< seconds that both streams cover
    Pairing pairing;
    std::vector<Gap> gaps;
    Counts dropped;                           ///< rows and cells left out, by reason
    Counts reordered;                         ///< rows that stood out of order and were sorted, by stream
    std::optional<double> suggested_shift_s;  ///< s; whole quarter hours that would make them overlap
    std::string clock;                        ///< "t_s" (monotonic, shared) or "timestamp"
    double clock_offset_s = 0.0;              ///< as applied, s
    std::optional<AlignChoices> choices;      ///< missing where an older align.json does not tell
    std::vector<std::string> warnings;
};

/// Puts the streams on one grid; `training` may be null. Streams that do not overlap give n_samples = 0 and,
/// where a shift by whole quarter hours would help, suggested_shift_s. Throws Error{insufficient_data} with
/// fewer than two telemetry samples or without a common clock, Error{usage} for a device or option that makes
/// no sense.
Alignment align(const Telemetry& telemetry, const Training* training, const AlignOptions& options);

}  // namespace rle
