// The tool's own error rates: sessions of known truth, made here, run through align and correlate, and
// scored.
//
// A family is a kind of session. Session i of a family is the same on every machine for the same seed,
// whatever else runs. Rates are shares of the sessions that the question applies to; missing where it applies
// to none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/align.hpp"
#include "rlecouple/correlation.hpp"
#include "rlecouple/interval.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {

/// null: nothing couples the series. coupled: the driver acts on the response, or the reverse. shown:
/// neither; a case that no correlation of two series can settle, shown for what it is.
enum class FamilyKind { null, coupled, shown };

/// What is true of a simulated session.
struct Truth {
    bool coupled = false;
    std::optional<double> lag_s;    ///< s; negative: the driver leads
    std::optional<double> k_per_s;  ///< 1/s per unit of the driver
    std::optional<double> tau_s;    ///< relaxation of the response, s
};

/// A simulated recording: what the chain is given.
struct SimulatedSession {
    Telemetry telemetry;
    Training training;
    double sample_hz = 1.0;        ///< Hz
    double rated_power_w = 200.0;  ///< W
    Truth truth;
};

/// What the chain made of one session, against the truth.
struct SessionOutcome {
    Truth truth;
    std::optional<bool> detected;            ///< `tested` is significant
    std::optional<bool> manual_detected;     ///< the manual's rule: |r_peak| > 0.3
    std::optional<double> lag_error_s;       ///< t_lag_s - truth, s
    std::optional<bool> lag_exact;           ///< within half a grid step of the truth
    std::optional<bool> manual_lag_exact;    ///< the raw peak, likewise
    std::optional<bool> lag_covered;         ///< the truth lies in t_lag_ci95_s
    std::optional<double> lag_ci_width_s;    ///< of t_lag_ci95_s, s
    std::optional<double> k_relative_error;  ///< k / truth - 1
    std::optional<bool> k_covered;           ///< the truth lies in k_ci95_per_s
};

/// A session's files, for who wants to look at one.
struct KeptSession {
    SimulatedSession session;
    std::optional<Alignment> alignment;
    std::optional<Correlation> correlation;
};

struct Family {
    std::string name;   ///< "null_ar_0.9"
    std::string about;  ///< one line
    FamilyKind kind = FamilyKind::null;
    std::size_t samples = 0;  ///< on the grid, a session
    double sample_hz = 1.0;
    /// Makes session `index` of the given seed, runs the chain and scores it; `kept` may be nullptr.
    std::function<SessionOutcome(std::uint64_t seed, std::uint64_t index, KeptSession* kept)> run;
};

/// Every family of the lag test, in the order of the tables: null, coupled, shown.
std::vector<Family> lag_families();

/// How a family fared.
struct FamilyScore {
    std::string name;
    std::string about;
    FamilyKind kind = FamilyKind::null;
    std::size_t n = 0;  ///< sessions
    std::size_t samples = 0;
    double sample_hz = 1.0;
    std::optional<double> false_positive_rate;  ///< null
    std::optional<double> power;                ///< coupled
    std::optional<double> detection_rate;       ///< shown
    std::optional<double> manual_rate;          ///< the manual's rule calls it coupled
    std::optional<double> lag_exact_rate;       ///< over all sessions
    std::optional<double> manual_lag_exact_rate;
    std::optional<double> lag_bias_s;            ///< mean error, over the sessions detected
    std::optional<double> lag_rmse_s;            ///< over the sessions detected
    std::optional<double> ci_coverage;           ///< of t_lag_ci95_s, over all sessions
    std::optional<double> ci_coverage_detected;  ///< of t_lag_ci95_s, over the sessions detected
    std::optional<double> ci_width_s;            ///< mean, over the sessions detected
    std::optional<double> k_ci_coverage;         ///< over the sessions that have a k
    std::optional<double> k_relative_bias;       ///< median, over the sessions that have a k
};

FamilyScore score(const Family& family, const std::vector<SessionOutcome>& outcomes);

}  // namespace rle
