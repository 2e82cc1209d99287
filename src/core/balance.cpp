#include "rlecouple/balance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/balance_checks.hpp"
#include "core/conservation.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {
namespace {

// The fan column with missing readings held over, as shares of full speed; empty where it says nothing or
// never moves.
std::vector<double> fan_shares(const std::vector<double>& fan_pct) {
    const auto first = std::find_if(fan_pct.begin(), fan_pct.end(), [](double f) { return !std::isnan(f); });
    if (first == fan_pct.end()) return {};
    std::vector<double> out;
    out.reserve(fan_pct.size());
    double held = *first;
    for (const double f : fan_pct) {
        if (!std::isnan(f)) held = f;
        out.push_back(held / 100.0);
    }
    const auto [low, high] = std::minmax_element(out.begin(), out.end());
    return *high - *low < 0.02 ? std::vector<double>{} : out;
}

// Rows with a power, in strictly ascending time; the power holds over rows without one.
ThermalSamples thermal_samples(const BalanceInput& input, std::size_t& paired) {
    const std::vector<double> fan = fan_shares(input.fan_pct);
    ThermalSamples s;
    paired = 0;
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        if (std::isnan(input.power_w[i]) || std::isnan(input.t_s[i])) continue;
        if (!s.t_s.empty() && input.t_s[i] <= s.t_s.back()) continue;
        s.t_s.push_back(input.t_s[i]);
        s.temp_c.push_back(input.temp_c[i]);
        s.power_w.push_back(input.power_w[i]);
        if (!fan.empty()) s.fan.push_back(fan[i]);
        if (!std::isnan(input.temp_c[i])) ++paired;
    }
    return s;
}

void fill_tau(Balance& out, const BalanceInput& input, double ambient_c) {
    const ThermalFit& fit = out.thermal;
    if (!fit.tau_s.empty()) {
        out.tau_th.value_s = fit.tau_s.front();
        out.tau_th.tau_class = tau_class_of(fit.tau_s.front());
    }
    const auto interval = fit.ci95.find("tau_s");
    if (interval != fit.ci95.end()) out.tau_th.ci95_s = interval->second;
    out.tau_th.manual_median_s = manual_tau(input, ambient_c);
}

void fill_energies(Balance& out, const ThermalSamples& samples, const ThermalResult& fitted,
                   const ThermalOptions& options, std::vector<double>& q_w) {
    if (!fitted.usable) return;
    const HeatFlow flow = heat_flow(samples, fitted.constants, longest_interval(samples.t_s));
    out.heat_rate = heat_rate(flow);
    out.conservation = conserve(flow);
    for (std::size_t i = 0; i < flow.dt_s.size(); ++i) q_w.push_back(flow.out_w[i] + flow.stored_w[i]);
    out.conservation.closure_holdout = closure_on_second_half(samples, options);
    if (!out.conservation.closure_holdout) {
        out.warnings.push_back(
            "closure_holdout is missing: the first half of the session does not carry a fit of its own");
    }
    const auto judged =
        out.conservation.closure_holdout ? out.conservation.closure_holdout : out.conservation.closure;
    if (judged) out.conservation.within_5pct = std::abs(*judged) <= 0.05;
}

}  // namespace

Balance balance_energy(const BalanceInput& input, const BalanceOptions& options) {
    Balance out;
    const ThermalSamples samples = thermal_samples(input, out.n_samples);
    if (out.n_samples < 3) {
        throw Error(ErrorKind::insufficient_data, "",
                    fmt::format("{} samples with both temperature and power, but a balance needs three",
                                out.n_samples),
                    "record longer, or see `rlecouple sensors` for what cannot be read");
    }
    ThermalOptions thermal;
    thermal.ambient_c = options.ambient_c;
    thermal.fit_ambient = options.fit_ambient;
    const ThermalResult fitted = fit_thermal(samples, thermal);
    out.thermal = fitted.fit;
    out.warnings = fitted.warnings;
    const double ambient_c = fitted.fit.ambient_c.value_or(options.ambient_c);
    fill_tau(out, input, ambient_c);
    std::vector<double> q_w;
    fill_energies(out, samples, fitted, thermal, q_w);
    out.conservation.coolant_out_j = coolant_heat(input);
    std::size_t falls = 0;
    out.energy_counter = compare_counter(input, falls);
    if (falls > 0) {
        out.warnings.push_back(
            fmt::format("the energy counter fell {} times (a wrap or a restart); those intervals are "
                        "left out of the comparison",
                        falls));
    }
    out.rle = rle_range(input.rle);
    out.eta_p = eta_p_of(input, options.idle_power_w, out.warnings);
    out.range_checks = check_ranges(input, ambient_c, q_w, out.tau_th.value_s);
    return out;
}

}  // namespace rle
