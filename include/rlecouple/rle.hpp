// The RLE formula and the collapse flag, on a device's own samples.
//
// RLE = (eta_util * eta_stability) / (A_load * (1 + 1 s / tau_sustain)), after the field manual;
// docs/method.md has the terms and their choices. Every window is in seconds and holds the samples in (t - w,
// t], so that a session recorded at 1 Hz and at 10 Hz gives the same RLE but for sampling noise.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace rle {

enum class StabilityTerm {
    ha,        ///< 1 / (1 + CV of P / (T - T_ambient)) over ha_window_s; CV by the population SD
    util,      ///< 1 / (1 + population SD of util_pct) over util_window_s
    headroom,  ///< (T_limit - T) / T_limit, in [0, 1]
};

enum class SustainTerm {
    limit,     ///< time until T_limit at the present heating rate, clamped to [1, 600] s; cooling or steady
               ///< gives 600 s
    constant,  ///< the thermal time constant
};

struct RleOptions {
    StabilityTerm stability = StabilityTerm::ha;
    SustainTerm sustain = SustainTerm::limit;
    double ambient_c = 21.0;      ///< degC
    double temp_limit_c = 83.0;   ///< degC
    double rated_power_w = 0.0;   ///< W; must be positive
    double slope_window_s = 5.0;  ///< s, for the heating rate; holds at least two samples
    double ha_window_s = 5.0;     ///< s, for StabilityTerm::ha
    double util_window_s = 10.0;  ///< s, for StabilityTerm::util
    double smoothing_s = 5.0;     ///< s, of rle
    double constant_tau_s = 3.0;  ///< for SustainTerm::constant, s
};

struct RleTerms;  // one sample's terms: rle_stream.hpp

/// The terms of RLE, one a sample; NaN where a term cannot be formed (a reading is missing, no power, T <=
/// T_ambient).
struct RleSeries {
    std::vector<double> eta_util;         ///< in [0, 1]
    std::vector<double> eta_stability;    ///< in [0, 1]
    std::vector<double> a_load;           ///< P / P_rated
    std::vector<double> tau_sustain_s;    ///< s, in [1, 600] for SustainTerm::limit
    std::vector<double> rle_raw;          ///< the formula, sample by sample; 0 or more
    std::vector<double> rle;              ///< trailing mean of rle_raw over smoothing_s
    std::vector<double> heating_c_per_s;  ///< trailing least-squares slope of the temperature, degC/s

    void push_back(const RleTerms& terms);
};

/// All spans have one length; t_s ascends strictly; NaN is missing. Throws Error{usage} where the rated power
/// is not positive.
RleSeries compute_rle(std::span<const double> t_s, std::span<const double> temp_c,
                      std::span<const double> power_w, std::span<const double> util_pct,
                      const RleOptions& options);

/// The collapse flag, one a sample: 1 collapse, 0 none, -1 unknown (no RLE). RLE below 0.65 of its rolling
/// peak (which decays by 0.2 % a second), while under load (util > 60 % or A_load > 0.75) and heating, for 7
/// s running, with evidence (tau_sustain < 60 s, or T within 5 degC of the limit, or A_load > 0.95).
std::vector<signed char> collapse_flags(std::span<const double> t_s, std::span<const double> temp_c,
                                        const RleSeries& series, double temp_limit_c);

}  // namespace rle
