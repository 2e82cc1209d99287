#include "rlecouple/balance.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/balance_checks.hpp"
#include "core/conservation.hpp"
#include "core/glitches.hpp"
#include "core/repeated_rows.hpp"
#include "core/series.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/extreme_rows.hpp"
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

// The rows in strictly ascending time: sorted, of equal times the first; rows without a time are left out.
std::vector<std::size_t> rows_in_time(const std::vector<double>& t_s, std::vector<std::string>& warnings) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (std::isfinite(t_s[i])) rows.push_back(i);
    }
    const auto earlier = [&](std::size_t a, std::size_t b) { return t_s[a] < t_s[b]; };
    const bool sorted = std::is_sorted(rows.begin(), rows.end(), earlier);
    if (!sorted) std::stable_sort(rows.begin(), rows.end(), earlier);
    const auto same = [&](std::size_t a, std::size_t b) { return t_s[a] == t_s[b]; };
    rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
    if (!sorted) warnings.emplace_back("rows stood out of order in time and were sorted");
    if (rows.size() < t_s.size()) {
        warnings.push_back(
            fmt::format("{} rows without a time of their own were left out", t_s.size() - rows.size()));
    }
    return rows;
}

std::vector<double> picked(const std::vector<double>& column, const std::vector<std::size_t>& rows) {
    std::vector<double> out;
    if (column.empty()) return out;
    out.reserve(rows.size());
    for (const std::size_t row : rows) out.push_back(std::isinf(column[row]) ? kMissing : column[row]);
    return out;
}

BalanceInput picked(const BalanceInput& in, const std::vector<std::size_t>& rows) {
    return {picked(in.t_s, rows),          picked(in.temp_c, rows),        picked(in.power_w, rows),
            picked(in.fan_pct, rows),      picked(in.energy_j, rows),      picked(in.rle, rows),
            picked(in.grad_norm, rows),    picked(in.util_pct, rows),      picked(in.coolant_flow_kg_s, rows),
            picked(in.coolant_in_c, rows), picked(in.coolant_out_c, rows), picked(in.ambient_c, rows)};
}

// The logged ambient temperature at each row, its gaps bridged; empty where nobody logged one.
std::vector<double> logged_ambient(const BalanceInput& input) {
    const bool logged = count_present(input.ambient_c) > 0;
    return logged ? interpolated(input.ambient_c) : std::vector<double>();
}

// The samples of a fit, and the input's row of each. The power holds over rows without one.
struct Usable {
    ThermalSamples samples;
    std::vector<std::size_t> rows;
    std::size_t paired = 0;           // rows with both a temperature and a power
    std::optional<double> ambient_c;  // mean of the logged one
};

Usable usable_samples(const BalanceInput& input) {
    const std::vector<double> fan = fan_shares(input.fan_pct), ambient = logged_ambient(input);
    Usable out;
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        if (std::isnan(input.power_w[i])) continue;
        out.rows.push_back(i);
        out.samples.t_s.push_back(input.t_s[i]);
        out.samples.temp_c.push_back(input.temp_c[i]);
        out.samples.power_w.push_back(input.power_w[i]);
        if (!fan.empty()) out.samples.fan.push_back(fan[i]);
        if (!ambient.empty()) out.samples.room.push_back(ambient[i]);
        if (!std::isnan(input.temp_c[i])) ++out.paired;
    }
    std::vector<double>& room = out.samples.room;
    if (room.empty()) return out;
    const auto n = static_cast<double>(room.size());
    out.ambient_c = std::accumulate(room.begin(), room.end(), 0.0) / n;
    for (double& t : room) t -= *out.ambient_c;
    return out;
}

// The simulated temperatures at the rows that were handed in; missing where a row has no power.
std::vector<double> at_rows(const std::vector<double>& simulated, const std::vector<std::size_t>& usable,
                            const std::vector<std::size_t>& in_time, std::size_t n) {
    if (simulated.empty()) return {};
    std::vector<double> out(n, kMissing);
    for (std::size_t i = 0; i < usable.size(); ++i) out[in_time[usable[i]]] = simulated[i];
    return out;
}

// Of a long session the rows by which the fit and what it leaves over can be drawn.
void thin_simulation(ThermalFit& fit, const std::vector<double>& temp_c) {
    if (fit.simulated_c.size() <= kMostSimulated) return;
    std::vector<double> left = temp_c;
    for (std::size_t i = 0; i < left.size(); ++i) left[i] -= fit.simulated_c[i];
    fit.simulated_rows = extreme_rows({{fit.simulated_c}, {temp_c}, {left}}, kSimulatedStretches);
    std::vector<double> kept;
    for (const std::size_t row : fit.simulated_rows) kept.push_back(fit.simulated_c[row]);
    fit.simulated_c = std::move(kept);
}

void fill_room(ThermalFit& fit, const ThermalSamples& samples) {
    if (samples.room.empty()) return;
    const auto [low, high] = std::minmax_element(samples.room.begin(), samples.room.end());
    fit.ambient_moved_c = *high - *low;
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

// What went in needs no model.
void fill_energy_in(Balance& out, const ThermalSamples& samples) {
    const EnergyIn in = energy_in(samples.t_s, samples.power_w);
    if (in.seconds <= 0.0) return;
    out.conservation.energy_in_j = in.joules;
    out.heat_rate.p_mean_w = in.joules / in.seconds;
}

// Of a fan that rests while the first half is fitted the second half's share is unknown.
void note_unseen_fan(Balance& out, const ThermalSamples& samples) {
    if (samples.fan.empty() || !out.conservation.closure_holdout) return;
    const double middle = 0.5 * (samples.t_s.front() + samples.t_s.back());
    const auto half = std::lower_bound(samples.t_s.begin(), samples.t_s.end(), middle) - samples.t_s.begin();
    const auto [low, high] = std::minmax_element(samples.fan.begin(), samples.fan.begin() + half);
    const auto [least, most] = std::minmax_element(samples.fan.begin(), samples.fan.end());
    if (*high - *low >= 0.1 * (*most - *least)) return;
    out.warnings.emplace_back(
        "closure_holdout is fitted on a first half in which the fan hardly moved, and how hA depends on the "
        "fan was not seen there: its error in the second half is the fan's");
}

void fill_energies(Balance& out, const ThermalSamples& samples, const ThermalResult& fitted,
                   const ThermalOptions& options, std::vector<double>& q_w) {
    if (!fitted.usable) return fill_energy_in(out, samples);
    const HeatFlow flow = heat_flow(samples, fitted.constants, longest_interval(samples.t_s));
    out.heat_rate = heat_rate(flow);
    out.conservation = conserve(flow);
    for (std::size_t i = 0; i < flow.dt_s.size(); ++i) q_w.push_back(flow.out_w[i] + flow.stored_w[i]);
    out.conservation.closure_holdout = closure_on_second_half(samples, options);
    if (!out.conservation.closure_holdout) {
        out.warnings.push_back(
            "closure_holdout is missing: the first half of the session does not carry a fit of its own");
    }
    note_unseen_fan(out, samples);
    const auto judged =
        out.conservation.closure_holdout ? out.conservation.closure_holdout : out.conservation.closure;
    if (judged) out.conservation.within_5pct = std::abs(*judged) <= 0.05;
}

// The errors of a reading come again in each row that repeats it, and look like so much more evidence.
void note_repeated_rows(Balance& out, const BalanceInput& input) {
    const std::optional<double> every_s = repeated_every_s(input);
    if (!every_s) return;
    out.thermal.adequate = false;
    out.warnings.push_back(fmt::format(
        "the rows repeat readings that come each {:.3g} s: the table is on a finer grid than the telemetry, "
        "and "
        "the constants and their intervals suffer; align at the telemetry's own rate (--sample-hz {:.3g})",
        *every_s, 1.0 / *every_s));
}

// Behind a gap nothing is known of the power in between.
void note_gaps(Balance& out, const ThermalSamples& samples) {
    const double longest_s = longest_interval(samples.t_s);
    std::size_t gaps = 0;
    double longest_gap_s = 0.0;
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
        const double dt = samples.t_s[i + 1] - samples.t_s[i];
        if (dt <= longest_s) continue;
        ++gaps;
        longest_gap_s = std::max(longest_gap_s, dt);
    }
    if (gaps == 0) return;
    out.warnings.push_back(fmt::format(
        "{} of {:.3g} s without a power reading: the model starts anew behind {}, and the energies leave {} "
        "out on all sides",
        gaps == 1 ? "1 gap" : fmt::format("{} gaps, the longest", gaps), longest_gap_s,
        gaps == 1 ? "it" : "each", gaps == 1 ? "it" : "them"));
}

void fill_counter(Balance& out, const BalanceInput& input) {
    CounterFaults faults;
    out.energy_counter = compare_counter(input, faults);
    if (faults.falls > 0) {
        out.warnings.push_back(fmt::format(
            "the energy counter fell {} times (a wrap or a restart); those intervals are left out of "
            "the comparison",
            faults.falls));
    }
    if (faults.glitches > 0) {
        out.warnings.push_back(
            fmt::format("{} of the energy counter {} left out of the comparison as no energy: no power in "
                        "the record could "
                        "have made such a jump; {} {:.6g} s",
                        faults.glitches == 1 ? "1 reading" : fmt::format("{} readings", faults.glitches),
                        faults.glitches == 1 ? "is" : "are",
                        faults.glitches == 1 ? "it is at" : "the first is at", faults.first_glitch_s));
    }
    if (faults.stood_still_s > 0.0) {
        out.warnings.push_back(fmt::format(
            "the energy counter stood still for {:.4g} s while power flowed: it hung, and its comparison "
            "with the power tells nothing of the power",
            faults.stood_still_s));
    }
}

// A reason for the values of columns that the table does not have.
void note_missing_columns(Balance& out, const BalanceInput& input) {
    std::vector<std::string> values, columns;
    if (!out.rle.max) {
        values.emplace_back("rle");
        columns.emplace_back("rle");
    }
    if (!out.energy_counter && count_present(input.energy_j) == 0) {
        values.emplace_back("energy_counter");
        columns.emplace_back("energy_j");
    } else if (!out.energy_counter) {
        out.warnings.emplace_back("energy_counter is missing: the counter in energy_j never rose");
    }
    if (values.empty()) return;
    out.warnings.push_back(fmt::format("{} {} missing: the table has no readings of {}",
                                       fmt::join(values, " and "), values.size() == 1 ? "is" : "are",
                                       fmt::join(columns, " and ")));
}

Balance balance_in_time(const BalanceInput& input, const BalanceOptions& options, Balance out,
                        Usable& usable) {
    ThermalOptions thermal;
    thermal.ambient_c = usable.ambient_c.value_or(options.ambient_c);
    thermal.fit_ambient = options.fit_ambient;
    thermal.ambient_assumed = options.ambient_assumed && !usable.ambient_c;
    const ThermalResult fitted = fit_without_glitches(usable.samples, usable.samples.temp_c, thermal);
    out.thermal = fitted.fit;
    fill_room(out.thermal, usable.samples);
    note_repeated_rows(out, input);
    note_gaps(out, usable.samples);
    out.warnings.insert(out.warnings.end(), fitted.warnings.begin(), fitted.warnings.end());
    const double ambient_c = fitted.fit.ambient_c.value_or(thermal.ambient_c);
    if (fitted.fit.ambient_fitted && !thermal.fit_ambient) {  // the half held out goes by it, too
        thermal.fit_ambient = true;
        thermal.ambient_c = ambient_c;
    }
    fill_tau(out, input, ambient_c);
    std::vector<double> q_w;
    fill_energies(out, usable.samples, fitted, thermal, q_w);
    out.conservation.coolant_out_j = coolant_heat(input);
    fill_counter(out, input);
    out.rle = rle_range(input.rle);
    out.eta_p = eta_p_of(input, out.heat_rate.p_mean_w, options.idle_power_w, out.warnings);
    note_missing_columns(out, input);
    out.range_checks = check_ranges(input, ambient_c, q_w, out.tau_th.value_s);
    return out;
}

}  // namespace

Balance balance_energy(BalanceInput input, const BalanceOptions& options) {
    Balance out;
    const std::vector<std::size_t> rows = rows_in_time(input.t_s, out.warnings);
    const BalanceInput in_time = picked(input, rows);
    Usable usable = usable_samples(in_time);
    out.n_samples = usable.paired;
    if (usable.paired < 3) {
        throw Error(ErrorKind::insufficient_data, "",
                    fmt::format("{} samples with both temperature and power, but a balance needs three",
                                usable.paired),
                    "record longer, or see `rlecouple sensors` for what cannot be read");
    }
    out = balance_in_time(in_time, options, std::move(out), usable);
    out.thermal.simulated_c = at_rows(out.thermal.simulated_c, usable.rows, rows, input.t_s.size());
    thin_simulation(out.thermal, input.temp_c);
    return out;
}

}  // namespace rle
