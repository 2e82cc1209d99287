// Step 4 of the manual, as written and as sound, in one call: cross-correlation, lag test, Granger tests,
// coupling, verdict.
//
// Both series, and rle_raw and epoch where they are known, have one length and stand on one uniform grid of
// step dt_s; NaN is missing. A grid point that a file lacks must be there as a NaN: lags are seconds on the
// grid, never row offsets.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rlecouple/correlation.hpp"

namespace rle {

struct CorrelateInput {
    std::string driver_name = "grad_norm";
    std::string response_name = "rle";
    std::string device;  ///< empty where the table names none
    double dt_s = 1.0;   ///< step of the grid, s
    std::vector<double> driver;
    std::vector<double> response;
    std::vector<double>
        rle_raw;  ///< where the response is rle, what it is the trailing mean of; empty: unknown
    std::vector<double> sigma_opt_of;  ///< the gradient norm where it is not the driver; empty: the driver
    std::vector<double> step;          ///< of the training, where its norm is the driver; empty: unknown
    std::vector<double> epoch;         ///< of the training, whole or with fractions; empty: unknown
    std::vector<double> temp_c;        ///< degC; empty: unknown. Only for the remark on thermal stress
    std::vector<double> power_w;       ///< W; empty: unknown. Only for the remark on thermal stress
    double sensor_delay_s =
        0.0;  ///< delay of the response's reading behind the driver's, taken off the lag, s
    double sensor_delay_sd_s = 0.0;       ///< its standard uncertainty, s
    std::optional<double> pairing_p95_s;  ///< align.json: 95 % of the pairs are closer than this, s
};

struct CorrelateOptions {
    double max_lag_s = 3.0;       ///< longest lag searched, s
    double alpha = 0.05;          ///< level of the lag test
    unsigned long long seed = 1;  ///< of the permutations
};

/// Fewest aligned samples that a verdict other than insufficient_data is given on.
inline constexpr std::size_t kFewestSamples = 30;

/// Did power and temperature move enough for heat to couple with anything? By the spread between the 5th and
/// the 95th percentile: at least 5 degC, and at least 20 % of the power's 95th percentile. Missing where
/// neither was recorded.
struct ThermalStress {
    std::optional<double> temp_spread_c;
    std::optional<double> temp_high_c;  ///< 95th percentile
    std::optional<double> power_spread_w;
    std::optional<double> power_high_w;  ///< 95th percentile
    bool stressed = true;                ///< false: one of them hardly moved
    bool temp_moved = false;             ///< known to have moved
};
ThermalStress thermal_stress(const std::vector<double>& temp_c, const std::vector<double>& power_w);

/// Is `mean` the trailing mean of `raw` over `window_s`, as far as a grid of step dt_s shows it? False where
/// it was taken over samples that the grid does not have, and tells more than `raw`. All spans have one
/// length; NaN is missing.
bool is_trailing_mean_of(std::span<const double> mean, std::span<const double> raw, double dt_s,
                         double window_s);

/// A response that is the trailing mean of rle_raw is tested, and its k fitted, by rle_raw: the mean hides
/// four fifths of what is new in each sample. Never throws for what the data cannot tell: that is missing in
/// the result, with a warning or the verdict insufficient_data. Throws Error{failed} where the series differ
/// in length or dt_s is not positive and finite.
Correlation correlate(CorrelateInput input, const CorrelateOptions& options);

/// "p = 0.495", "p = 2e-05", "p < 1e-15": as all words have it.
std::string p_words(double p);
/// "p <= 0.001" where no draw came near.
std::string p_words(const TestedCorrelation& tested);

}  // namespace rle
