#include "cli/calibrate_tables.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>

namespace rle::cli {
namespace {

std::string percent(const std::optional<double>& share) {
    return share ? fmt::format("{:.1f} %", 100.0 * *share) : "-";
}

std::string percent(double share) {
    return std::isfinite(share) ? fmt::format("{:.1f} %", 100.0 * share) : "-";
}

std::string number(const std::optional<double>& value, const char* format) {
    return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

std::string size_of(const FamilyScore& score) {
    return fmt::format("{} at {:g} Hz", score.samples, score.sample_hz);
}

constexpr const char* kPlainRow = "{:<20} {:>6} {:>12} {:>9} {:>9}  {}\n";
constexpr const char* kCoupledRow = "{:<20} {:>6} {:>12} {:>8} {:>8} {:>8} {:>7} {:>8} {:>8} {:>8} {:>8}\n";
constexpr const char* kThermalRow = "{:<20} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9}  {}\n";

}  // namespace

std::string table_head(FamilyKind kind) {
    if (kind == FamilyKind::coupled) {
        return "\nThe driver acts on the response (or the reverse): how often is that found, and found "
               "right?\n" +
               fmt::format(fmt::runtime(kCoupledRow), "family", "n", "samples", "power", "raw lag", "lag",
                           "rmse s", "covered", "width s", "k bias", "k cov.");
    }
    const char* title = kind == FamilyKind::null
                            ? "\nNothing couples the two series: how often is coupling claimed?\n"
                            : "\nNot for a correlation to settle: how often is coupling claimed?\n";
    return title + fmt::format(fmt::runtime(kPlainRow), "family", "n", "samples", "manual", "tested", "what");
}

std::string table_row(const FamilyScore& s) {
    if (s.kind != FamilyKind::coupled) {
        const std::optional<double> tested =
            s.kind == FamilyKind::null ? s.false_positive_rate : s.detection_rate;
        return fmt::format(fmt::runtime(kPlainRow), s.name, s.n, size_of(s), percent(s.manual_rate),
                           percent(tested), s.about);
    }
    return fmt::format(fmt::runtime(kCoupledRow), s.name, s.n, size_of(s), percent(s.power),
                       percent(s.manual_lag_exact_rate), percent(s.lag_exact_rate),
                       number(s.lag_rmse_s, "{:.3f}"), percent(s.ci_coverage), number(s.ci_width_s, "{:.2f}"),
                       percent(s.k_relative_bias), percent(s.k_ci_coverage));
}

std::string thermal_table_head() {
    return "\nThermal constants: how far off are they, and do their intervals hold the truth?\n" +
           fmt::format(fmt::runtime(kThermalRow), "family", "n", "tau bias", "tau err.", "tau cov.",
                       "hA err.", "hA cov.", "what");
}

std::string thermal_table_row(const ThermalFamily& family, const ThermalScore& s) {
    return fmt::format(fmt::runtime(kThermalRow), family.name, s.n, percent(s.tau_relative_bias),
                       percent(s.tau_relative_error), percent(s.tau_ci_coverage),
                       percent(s.hA_relative_error), percent(s.hA_ci_coverage), family.about);
}

}  // namespace rle::cli
