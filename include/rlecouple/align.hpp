// Both streams on one uniform grid of step 1/sample_hz that starts at the first telemetry sample.
//
// Telemetry: the nearest sample within the tolerance, ties to the earlier. Training: the mean over the steps in
// [g - D/2, g + D/2), else the nearest step within the tolerance, else missing (docs/method.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/rle.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {

struct AlignOptions {
    std::optional<double> sample_hz;   ///< grid rate; missing: the telemetry's own median rate
    double tolerance_s = 2.0;
    std::vector<std::string> devices;  ///< only these; empty: all
    double training_shift_s = 0.0;     ///< added to the training log's clock
};

struct Pairing {
    std::optional<double> median_abs_dt_s;  ///< between a row's telemetry sample and its training steps' mean time, s
    std::optional<double> p95_abs_dt_s;
    std::optional<double> max_abs_dt_s;
};

struct Gap {
    double start_s = 0.0;    ///< time of the last sample before it
    double length_s = 0.0;
    std::string device;
};

/// Rows of aligned.csv, column by column; row i is grid point i / n_devices, device i % n_devices.
struct AlignedRows {
    std::vector<double> t_s;
    std::vector<std::int64_t> wall_us;              ///< kNoTime where no wall clock is known
    std::vector<std::uint32_t> device;
    std::vector<std::string> devices;
    std::vector<std::optional<std::size_t>> telemetry_row;   ///< row of the input telemetry; missing in a gap
    std::vector<double> temp_c, power_w, util_pct;
    std::vector<double> eta_util, eta_stability, a_load, tau_sustain_s, rle_raw, rle;
    std::vector<std::optional<bool>> collapse;
    std::vector<double> grad_norm, loss, learning_rate, step, epoch;

    std::size_t size() const { return t_s.size(); }
};

struct Alignment {
    AlignedRows rows;
    std::size_t n_telemetry = 0;    ///< telemetry rows used
    std::size_t n_training = 0;     ///< training rows used
    std::size_t n_samples = 0;      ///< aligned rows of the first device that have both an RLE and a gradient norm
    double sample_hz = 0.0;
    double tolerance_s = 2.0;
    double overlap_s = 0.0;         ///< seconds that both streams cover
    Pairing pairing;
    std::vector<Gap> gaps;
    Counts dropped;
    Counts reordered;               ///< rows that stood out of order and were sorted, by stream
    std::optional<double> suggested_shift_s;
    std::string clock;              ///< "t_s" (monotonic, shared) or "timestamp"
    std::vector<std::string> warnings;
};

/// Puts the streams on one grid. Throws Error{insufficient_data} where the telemetry is empty or nothing overlaps.
Alignment align(const Telemetry& telemetry, const Training* training, const AlignOptions& options,
                const std::vector<RleOptions>& rle_options_by_device);

}  // namespace rle
