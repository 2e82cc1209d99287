#include "core/thermal/thermal_untold.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace rle {
namespace {

constexpr double kTellingRatio = 1e6;
constexpr double kTellingWidth = 1e3;

using Names = std::vector<std::string>;

void drop_unbounded(Balance& balance) {
    Names dropped;
    auto& ci95 = balance.thermal.ci95;
    for (auto it = ci95.begin(); it != ci95.end();) {
        if (is_bounded(it->second)) {
            ++it;
            continue;
        }
        if (it->first == "tau_s") balance.tau_th.ci95_s.reset();
        dropped.push_back(it->first);
        it = ci95.erase(it);
    }
    if (dropped.empty()) return;
    balance.warnings.push_back(
        fmt::format("ci95 of {} is missing: the samples do not bound it", fmt::join(dropped, ", ")));
}

// Two nodes of which only one is known.
Names untold_of_two_nodes(const ThermalFit& fit) {
    Names names;
    if (fit.model != "two-node" || fit.tau_s.empty()) return names;
    if (fit.tau_s.size() < 2) names.emplace_back("the second tau_s");
    const auto& nodes = fit.node_C_j_per_c;
    if (nodes.empty() || std::any_of(nodes.begin(), nodes.end(), [](double c) { return std::isnan(c); }))
        names.emplace_back("node_C_j_per_c");
    if (!fit.coupling_w_per_c) names.emplace_back("coupling_w_per_c");
    return names;
}

Names missing_with_constants(const Balance& b) {
    Names names;
    const auto add = [&](bool there, const char* name) {
        if (!there) names.emplace_back(name);
    };
    const ThermalFit& fit = b.thermal;
    add(fit.hA_w_per_c.has_value(), "hA_w_per_c");
    add(fit.C_j_per_c.has_value(), "C_j_per_c");
    add(!fit.tau_s.empty(), "tau_s");
    add(b.tau_th.value_s.has_value(), "tau_th_s");
    if (fit.tau_s.empty()) add(!fit.node_C_j_per_c.empty(), "node_C_j_per_c");
    if (fit.tau_s.empty() && fit.model == "two-node")
        add(fit.coupling_w_per_c.has_value(), "coupling_w_per_c");
    add(!fit.model.empty(), "model");
    add(fit.rmse_c.has_value(), "rmse_c");
    add(b.heat_rate.q_mean_w.has_value(), "q_mean_w");
    add(b.heat_rate.rmse_w.has_value(), "rmse_w");
    add(b.heat_rate.relative_error.has_value(), "heat_rate.relative_error");
    add(b.conservation.energy_out_j.has_value(), "energy_out_j");
    add(b.conservation.energy_stored_j.has_value(), "energy_stored_j");
    add(b.conservation.closure.has_value(), "closure");
    add(b.conservation.closure_holdout.has_value(), "closure_holdout");
    add(b.conservation.within_5pct.has_value(), "within_5pct");
    return names;
}

}  // namespace

bool is_bounded(const Interval& interval) {
    return interval.low > 0.0 ? interval.high / interval.low <= kTellingRatio
                              : interval.width() <= kTellingWidth;
}

void note_untold(Balance& balance) {
    drop_unbounded(balance);
    const ThermalFit& fit = balance.thermal;
    if (!fit.hA_w_per_c || !fit.C_j_per_c || fit.tau_s.empty()) {
        balance.warnings.push_back(fmt::format("without these thermal constants there is no {}",
                                               fmt::join(missing_with_constants(balance), ", ")));
    }
    if (const Names names = untold_of_two_nodes(fit); !names.empty()) {
        balance.warnings.push_back(
            fmt::format("two nodes fit best, but the samples do not tell {}", fmt::join(names, ", ")));
    }
    if (!balance.tau_th.manual_median_s) {
        balance.warnings.emplace_back("tau_th_s.manual_median is missing: the temperature never moved");
    }
    if (fit.rmse_c && !fit.r2) balance.warnings.emplace_back("r2 is missing: the temperature never moved");
}

}  // namespace rle
