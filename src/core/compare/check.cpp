#include "rlecouple/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "rlecouple/error.hpp"

namespace rle {
namespace {

constexpr double kRounding = 1e-12;  // 1.1 - 1.0 is not above 10 %

CheckRow verdict_row(const SessionResult& baseline, const SessionResult& now) {
    CheckRow row;
    row.name = "verdict";
    row.word_before = baseline.verdict;
    row.word_now = now.verdict;
    row.moved = baseline.verdict != now.verdict;
    return row;
}

CheckRow metric_row(const Metric& metric, std::optional<double> before, std::optional<double> now,
                    const Tolerance& tolerance) {
    CheckRow row;
    row.name = metric.name;
    row.unit = metric.unit;
    row.before = before;
    row.now = now;
    row.tolerance = tolerance;
    row.moved = true;
    if (!before || !now) return row;
    row.change = *now - *before;
    if (*before != 0.0) row.relative_change = *row.change / std::abs(*before);
    const double allowed = tolerance.relative ? tolerance.amount * std::abs(*before) : tolerance.amount;
    row.moved = std::abs(*row.change) > allowed + kRounding * std::max(std::abs(*before), std::abs(*now));
    return row;
}

void refuse_unknown(const CheckOptions& options) {
    for (const auto& [name, tolerance] : options.metrics) {
        if (find_metric(name)) continue;
        std::vector<std::string_view> names;
        for (const Metric& metric : session_metrics()) names.push_back(metric.name);
        throw Error(ErrorKind::usage, "--metric " + name, "no such metric",
                    fmt::format("one of {}", fmt::join(names, ", ")));
    }
}

void note_estimates(const SessionResult& baseline, const SessionResult& now, CheckResult& result) {
    std::string words = words_on_estimates({now});
    if (words.empty()) words = words_on_estimates({baseline});
    if (words.empty()) return;
    if (temperature_is_modelled(now) || temperature_is_modelled(baseline))
        words += "; the thermal constants are its own, the same each time by its making";
    result.warnings.push_back(std::move(words));
}

// A result that is null is named, not left out in silence.
void note_missing_changes(CheckResult& result) {
    std::vector<std::string> one_sided, from_zero;
    for (const CheckRow& row : result.rows) {
        if (!row.tolerance) continue;
        if (!row.change) {
            one_sided.push_back(row.name);
        } else if (!row.relative_change) {
            from_zero.push_back(row.name);
        }
    }
    if (!one_sided.empty()) {
        result.warnings.push_back(
            fmt::format("{}: before or now is missing, and so is the change", fmt::join(one_sided, ", ")));
    }
    if (!from_zero.empty()) {
        result.warnings.push_back(fmt::format("{}: relative_change is missing, since the baseline is 0",
                                              fmt::join(from_zero, ", ")));
    }
}

}  // namespace

CheckResult check_against(const SessionResult& baseline, const SessionResult& now,
                          const CheckOptions& options) {
    refuse_unknown(options);
    CheckResult result;
    if (!baseline.verdict.empty() || !now.verdict.empty()) result.rows.push_back(verdict_row(baseline, now));
    for (std::size_t m = 0; m < session_metrics().size(); ++m) {
        const Metric& metric = session_metrics()[m];
        const auto named = options.metrics.find(std::string(metric.name));
        if (named == options.metrics.end() && !metric.checked) continue;
        if (!baseline.values[m] && !now.values[m]) continue;
        result.rows.push_back(metric_row(metric, baseline.values[m], now.values[m],
                                         named == options.metrics.end() ? options.tolerance : named->second));
    }
    if (result.rows.empty()) {
        throw Error(ErrorKind::failed, now.name, "holds no result to compare, and neither does the baseline",
                    "run rlecouple analyze on the session first");
    }
    note_estimates(baseline, now, result);
    note_missing_changes(result);
    for (const CheckRow& row : result.rows) result.moved += row.moved ? 1 : 0;
    return result;
}

}  // namespace rle
