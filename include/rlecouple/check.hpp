// Has a session's result moved against a baseline?
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/reproduce.hpp"

namespace rle {

/// How far a metric may lie from its baseline.
struct Tolerance {
    double amount = 0.20;
    bool relative = true;  ///< a share of the baseline's magnitude; else in the metric's unit
};

struct CheckOptions {
    Tolerance tolerance;                       ///< of the metrics looked at unasked
    std::map<std::string, Tolerance> metrics;  ///< by name; named ones are looked at in any case
};

/// One line of the table.
struct CheckRow {
    std::string name;  ///< a metric's, or "verdict"
    std::string unit;
    std::optional<double> before, now;      ///< of a metric; missing: the result had none
    std::string word_before, word_now;      ///< of the verdict; empty: none
    std::optional<double> change;           ///< now - before, in the metric's unit
    std::optional<double> relative_change;  ///< change / |before|; missing where before is 0
    std::optional<Tolerance> tolerance;     ///< missing for the verdict, which may not change
    bool moved = false;                     ///< beyond the tolerance; or there on one side alone
};

struct CheckResult {
    std::vector<CheckRow> rows;  ///< the verdict first; no row for what is missing on both sides
    std::size_t moved = 0;
    /// Files of the session that are no longer those that its result was made of: nothing holds of them.
    std::vector<std::string> other_files = {};
    std::vector<std::string> warnings = {};

    bool held() const { return moved == 0 && other_files.empty(); }
};

/// Throws Error{usage} for a metric that there is not, and Error{failed} where there is nothing to compare.
CheckResult check_against(const SessionResult& baseline, const SessionResult& now,
                          const CheckOptions& options);

}  // namespace rle
