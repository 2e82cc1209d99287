// Do several sessions give the same result? The manual's criterion (within +-20 % of their mean), and what it
// lacks: an equivalence test, a pooled correlation, and whether the sessions are independent at all.
//
// A session is the unit: its metrics are single numbers, and a session without one is left out of that
// metric and counted.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rlecouple/interval.hpp"

namespace rle {

/// A number that a session's result comes down to.
struct Metric {
    std::string_view name;  ///< as in our JSON documents
    std::string_view unit;
    std::string_view title;  ///< for a reader
    bool reproduced;         ///< the manual's criterion asks for it
    bool checked;            ///< `check` looks at it unasked
    bool thermal = false;    ///< of the thermal fit: of modelled temperatures it is the model's own
    bool beside = false;  ///< `reproduce` tells it of coupled sessions, and the criterion does not ask for it
};
std::span<const Metric> session_metrics();
/// Index into session_metrics(); missing for a name that is none.
std::optional<std::size_t> find_metric(std::string_view name);

/// What is known of one session.
struct SessionResult {
    std::string name;                           ///< the path it was read from
    std::vector<std::optional<double>> values;  ///< as session_metrics()
    std::string verdict;                        ///< of its correlation; empty: none
    std::optional<double> n_samples;            ///< of its correlation
    std::vector<double> norm_steps;  ///< numbers of the training's steps, ascending; empty: not known
    std::vector<double> norms;       ///< their gradient norms, in the log's order; NaN is missing
    std::vector<double> readings;    ///< temperature and power of its first samples in turn; NaN is missing
    std::string training_hash;       ///< of the training log; empty: not known
    std::vector<std::string> modelled = {};  ///< columns that are estimates, not measured
};

/// How far the sessions agree in one metric.
struct Agreement {
    std::size_t metric = 0;                        ///< index into session_metrics()
    std::size_t n = 0;                             ///< sessions that have it
    std::optional<double> mean;                    ///< metric's unit
    std::optional<double> sd;                      ///< divided by n - 1
    std::optional<double> cv;                      ///< sd / |mean|
    std::optional<double> max_relative_deviation;  ///< max |x - mean| / |mean|
    std::optional<std::size_t> farthest;   ///< the session of that deviation; of three or more, not all equal
    std::optional<bool> within_20pct;      ///< the manual's criterion
    std::optional<Interval> prediction90;  ///< where a further session is expected, 90 %
    std::optional<double> equivalence_p;   ///< that a further session lies beyond +-20 % (TOST)
    std::optional<bool> equivalent;        ///< equivalence_p < 0.05
};

/// The manual's r_peak of all sessions as one, by Fisher's z, each weighted by n_samples - 3.
struct PooledCorrelation {
    std::size_t n = 0;  ///< sessions
    std::optional<double> r;
    std::optional<Interval> ci95;     ///< as if one r held for all
    std::optional<double> i2;         ///< share of the variance between sessions that is not sampling, 0 to 1
    std::optional<double> q;          ///< Cochran's
    std::optional<double> q_p_value;  ///< chi-squared with n - 1 degrees of freedom
    std::optional<double> r_random;   ///< with a variance between sessions (DerSimonian & Laird 1986)
    std::optional<Interval> ci95_random;
};

struct Reproduction {
    std::vector<SessionResult> sessions;
    std::vector<Agreement> metrics;  ///< the reproduced ones, and those beside, in the table's order
    PooledCorrelation pooled;
    std::vector<PooledCorrelation> without;  ///< `pooled` without each of the sessions
    bool independent = true;  ///< no two sessions hold the same gradient norms or the same readings
    std::vector<std::vector<std::size_t>> same_inputs;  ///< groups of sessions that do
    bool reproducible = false;
    bool told = false;        ///< some metric could be compared
    std::string explanation;  ///< one plain sentence
    std::vector<std::string> warnings;
};

inline constexpr double kManualShare = 0.20;  ///< of the mean: the manual's criterion

Reproduction reproduce(std::vector<SessionResult> sessions);

/// What a session gives to the comparison in a metric: of those beside the criterion nothing but where it is
/// coupled, since of other sessions the tested lag is none.
std::optional<double> compared(const SessionResult& session, std::size_t metric);

/// Is temperature an estimate, so that the thermal fit finds the model that made it?
bool temperature_is_modelled(const SessionResult& session);
/// What is to be said of sessions with estimates; empty where all is measured.
std::string words_on_estimates(const std::vector<SessionResult>& sessions);

/// Were both sessions trained on the same numbers? Exactly equal norms at ten steps or more that both have,
/// of which five differ among themselves; or the same log.
bool same_norms(const SessionResult& a, const SessionResult& b);

/// Are both sessions one recording? Exactly equal readings, ten or more, of which five differ among
/// themselves, as far as both go.
bool same_readings(const SessionResult& a, const SessionResult& b);

}  // namespace rle
