// The RLE formula and the collapse flag, on a device's own samples.
//
// RLE = (eta_util * eta_stability) / (A_load * (1 + 1 s / tau_sustain)), after the field manual; docs/method.md has the
// terms and their choices. Every window is in seconds and holds the samples in (t - w, t], so that a session recorded at
// 1 Hz and at 10 Hz gives the same RLE but for sampling noise.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace rle {

enum class StabilityTerm {
    ha,        ///< 1 / (1 + CV of P / (T - T_ambient)) over a trailing 5 s
    util,      ///< 1 / (1 + population SD of util_pct) over a trailing 10 s
    headroom,  ///< (T_limit - T) / T_limit
};

enum class SustainTerm {
    limit,     ///< time until T_limit at the present heating rate, clamped to [1, 600] s; cooling or steady gives 600 s
    constant,  ///< the thermal time constant
};

struct RleOptions {
    StabilityTerm stability = StabilityTerm::ha;
    SustainTerm sustain = SustainTerm::limit;
    double ambient_c = 21.0;
    double temp_limit_c = 90.0;                  ///< degC
    std::optional<double> rated_power_w;         ///< W; missing: the largest power of the session
    double slope_window_s = 5.0;
    double ha_window_s = 5.0;
    double util_window_s = 10.0;
    double smoothing_s = 5.0;
    double constant_tau_s = 3.0;                 ///< for SustainTerm::constant
};

/// The terms of RLE, one a sample; NaN where a term cannot be formed (a missing reading, no power, no spread of time).
struct RleSeries {
    std::vector<double> eta_util;        ///< in [0, 1]
    std::vector<double> eta_stability;   ///< in [0, 1]
    std::vector<double> a_load;          ///< P / P_rated
    std::vector<double> tau_sustain_s;   ///< in [1, 600] s
    std::vector<double> rle_raw;
    std::vector<double> rle;             ///< trailing mean of rle_raw
    std::vector<signed char> collapse;   ///< 1 collapse, 0 none, -1 unknown
    double rated_power_w = 0.0;          ///< the one used
};

/// All spans have one length; t_s ascends strictly. NaN is missing.
RleSeries compute_rle(std::span<const double> t_s, std::span<const double> temp_c, std::span<const double> power_w,
                      std::span<const double> util_pct, const RleOptions& options);

}  // namespace rle
