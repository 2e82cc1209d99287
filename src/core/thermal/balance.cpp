#include "rlecouple/balance.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/column_length.hpp"
#include "core/maths/in_parallel.hpp"
#include "core/maths/series.hpp"
#include "core/rows_in_time.hpp"
#include "core/thermal/balance_checks.hpp"
#include "core/thermal/conservation.hpp"
#include "core/thermal/energy_in.hpp"
#include "core/thermal/glitches.hpp"
#include "core/thermal/repeated_rows.hpp"
#include "core/thermal/thermal_search.hpp"
#include "core/thermal/thermal_untold.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/extreme_rows.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {
namespace {

using Rows = std::vector<std::size_t>;

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

struct Column {
    const char* name;
    std::vector<double> BalanceInput::*values;
};

constexpr Column kColumns[] = {{"t_s", &BalanceInput::t_s},
                               {"temp_c", &BalanceInput::temp_c},
                               {"power_w", &BalanceInput::power_w},
                               {"fan_pct", &BalanceInput::fan_pct},
                               {"energy_j", &BalanceInput::energy_j},
                               {"rle", &BalanceInput::rle},
                               {"grad_norm", &BalanceInput::grad_norm},
                               {"util_pct", &BalanceInput::util_pct},
                               {"coolant_flow_kg_s", &BalanceInput::coolant_flow_kg_s},
                               {"coolant_in_c", &BalanceInput::coolant_in_c},
                               {"coolant_out_c", &BalanceInput::coolant_out_c},
                               {"ambient_c", &BalanceInput::ambient_c}};

// Columns of one length; where there is no temperature or no power, a missing one in each row.
void even_out(BalanceInput& in) {
    const std::size_t rows = in.t_s.size();
    for (const Column& column : kColumns)
        check_length("balance", column.name, (in.*column.values).size(), rows);
    for (auto* needed : {&in.temp_c, &in.power_w}) needed->resize(rows, kMissing);
}

// Every column at these rows alone; what is infinite is missing.
void put_in_time(BalanceInput& in, const std::optional<Rows>& rows) {
    for (const Column& column : kColumns) {
        std::vector<double>& values = in.*column.values;
        if (!values.empty() && rows) {
            std::vector<double> picked;
            picked.reserve(rows->size());
            for (const std::size_t row : *rows) picked.push_back(values[row]);
            values = std::move(picked);
        }
        for (double& x : values) x = std::isinf(x) ? kMissing : x;
    }
}

// The logged ambient temperature at each row, its gaps bridged; empty where nobody logged one.
std::vector<double> logged_ambient(const BalanceInput& input) {
    const bool logged = count_present(input.ambient_c) > 0;
    return logged ? interpolated(input.ambient_c) : std::vector<double>();
}

// The samples of a fit: the input's rows with a power, which holds over the others. Where all have one, times
// and powers stay where they are.
struct Usable {
    ThermalSamples own;
    ThermalView samples;
    std::optional<Rows> rows;         // of the input; missing: all
    std::size_t paired = 0;           // rows with both a temperature and a power
    std::optional<double> ambient_c;  // mean of the logged one

    Usable() = default;
    Usable(const Usable&) = delete;  // `samples` looks at `own`
    Usable& operator=(const Usable&) = delete;
};

std::vector<double> at_rows(std::vector<double> column, const std::optional<Rows>& rows) {
    if (!rows || column.empty()) return column;
    std::vector<double> out;
    out.reserve(rows->size());
    for (const std::size_t row : *rows) out.push_back(column[row]);
    return out;
}

void take_room(Usable& out) {
    std::vector<double>& room = out.own.room;
    if (room.empty()) return;
    const auto n = static_cast<double>(room.size());
    out.ambient_c = std::accumulate(room.begin(), room.end(), 0.0) / n;
    for (double& t : room) t -= *out.ambient_c;
}

void find_usable(const BalanceInput& input, Usable& out) {
    const auto no_power = [](double watts) { return std::isnan(watts); };
    const bool all = std::none_of(input.power_w.begin(), input.power_w.end(), no_power);
    if (!all) out.rows.emplace();
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        if (std::isnan(input.power_w[i])) continue;
        if (!all) out.rows->push_back(i);
        if (!std::isnan(input.temp_c[i])) ++out.paired;
    }
    out.own.temp_c = at_rows(input.temp_c, out.rows);
    out.own.fan = at_rows(fan_shares(input.fan_pct), out.rows);
    out.own.room = at_rows(logged_ambient(input), out.rows);
    if (!out.own.room.empty()) out.own.room_step_c = thermal::resolution_of(input.ambient_c);
    take_room(out);
    if (!all) {
        out.own.t_s = at_rows(input.t_s, out.rows);
        out.own.power_w = at_rows(input.power_w, out.rows);
    }
    out.samples = out.own;
    if (all) {
        out.samples.t_s = input.t_s;
        out.samples.power_w = input.power_w;
    }
}

// Values of some of the rows, put back at the rows that were handed in; missing elsewhere.
std::vector<double> put_back(std::vector<double> values, const std::optional<Rows>& rows, std::size_t n) {
    if (!rows || values.empty()) return values;
    std::vector<double> out(n, kMissing);
    for (std::size_t i = 0; i < rows->size(); ++i) out[(*rows)[i]] = values[i];
    return out;
}

// Of a long session the rows by which the fit and what it leaves over can be drawn.
void thin_simulation(ThermalFit& fit, const std::vector<double>& temp_c) {
    if (fit.simulated_c.size() <= kMostSimulated) return;
    std::vector<double> left(temp_c.size());
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = temp_c[i] - fit.simulated_c[i];
    fit.simulated_rows = extreme_rows({{fit.simulated_c}, {temp_c}, {left}}, kSimulatedStretches);
    std::vector<double> kept;
    for (const std::size_t row : fit.simulated_rows) kept.push_back(fit.simulated_c[row]);
    fit.simulated_c = std::move(kept);
}

void fill_room(ThermalFit& fit, const ThermalView& samples) {
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

// The session's fit, and the one of its first half by the same ambient.
struct Fits {
    ThermalResult whole;
    std::optional<ThermalResult> first_half;
};

// Both at a time where no reading has to be judged first; where the whole then asks for another ambient, the
// half is fitted once more.
Fits fit_both(Usable& usable, ThermalOptions options) {
    const ThermalView& samples = usable.samples;
    const std::vector<Jump> jumps = lone_jumps(samples);
    const bool at_a_time = jumps.empty() && worth_a_thread(samples.size());
    auto [whole, first_half] = in_parallel(
        at_a_time, [&] { return fit_without_glitches(samples, usable.own.temp_c, jumps, options); },
        [&] { return at_a_time ? fit_first_half(samples, options) : std::nullopt; });
    const bool other_ambient = whole.fit.ambient_fitted && !options.fit_ambient;
    if (other_ambient) {
        options.fit_ambient = true;
        options.ambient_c = whole.fit.ambient_c.value_or(options.ambient_c);
    }
    if (whole.usable && (!at_a_time || other_ambient)) first_half = fit_first_half(samples, options);
    return {std::move(whole), std::move(first_half)};
}

// What went in needs no model.
void fill_energy_in(Balance& out, const EnergyIn& in) {
    if (in.seconds <= 0.0) return;
    out.conservation.energy_in_j = in.joules;
    out.heat_rate.p_mean_w = in.joules / in.seconds;
}

// Of a fan that rests while the first half is fitted the second half's share is unknown.
void note_unseen_fan(Balance& out, const ThermalView& samples) {
    if (!out.conservation.closure_holdout || !fan_rests_at_first(samples)) return;
    out.warnings.emplace_back(
        "closure_holdout is fitted on a first half in which the fan hardly moved, and how hA depends on the "
        "fan was not seen there: its error in the second half is the fan's");
}

void fill_energies(Balance& out, const ThermalView& samples, const Fits& fits, RangeCounts& counts) {
    const double longest_s = longest_interval(samples.t_s);
    const EnergyIn in = energy_in(samples.t_s, samples.power_w, longest_s);
    note_bridged(in, out.warnings);
    if (!fits.whole.usable) return fill_energy_in(out, in);
    const HeatFlow flow = heat_flow(samples, fits.whole.constants, longest_s);
    out.heat_rate = heat_rate(flow);
    out.conservation = conserve(flow);
    if (flow.intervals > 0) counts.q_w = flow.out_of_range;
    out.conservation.closure_holdout = closure_on_second_half(samples, fits.first_half);
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
void note_repeated_rows(Balance& out, std::optional<double> every_s) {
    if (!every_s) return;
    out.thermal.adequate = false;
    out.warnings.push_back(fmt::format(
        "the rows repeat readings that come each {:.3g} s: the table is on a finer grid than the telemetry, "
        "and "
        "the constants and their intervals suffer; align at the telemetry's own rate (--sample-hz {:.3g})",
        *every_s, 1.0 / *every_s));
}

// Behind a gap nothing is known of the power in between.
void note_gaps(Balance& out, const ThermalView& samples) {
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
        out.warnings.push_back(
            fmt::format("the energy counter fell {} (a wrap or a restart); what lies across is left out of "
                        "the comparison",
                        counted(faults.falls, "time")));
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

// What the columns tell by themselves; those that nothing else needs are given up, for a long session's are
// large.
struct Alone {
    RleRange rle;
    RangeCounts counts;
    IdlePower idle;
    std::optional<double> p_mean_w;  // of the recorded powers
    std::optional<double> repeated_every_s;
};

// Frees the columns that nothing else looks at (= {} would keep their memory).
Alone take_alone(BalanceInput& input, const BalanceOptions& options) {
    Alone out;
    out.rle = rle_range(input.rle);
    out.counts.rle = count_outside("rle", input.rle);
    out.counts.grad_norm = count_outside("grad_norm", input.grad_norm);
    out.p_mean_w = mean_read(input.power_w);
    out.repeated_every_s = repeated_every_s(input);
    if (!options.idle_power_w) out.idle = idle_power_of(input);
    for (const auto column : {&BalanceInput::rle, &BalanceInput::grad_norm, &BalanceInput::util_pct,
                              &BalanceInput::fan_pct, &BalanceInput::ambient_c}) {
        std::exchange(input.*column, {});
    }
    return out;
}

Balance balance_in_time(BalanceInput& input, const BalanceOptions& options, Balance out, Usable& usable) {
    ThermalOptions thermal;
    thermal.ambient_c = usable.ambient_c.value_or(options.ambient_c);
    thermal.fit_ambient = options.fit_ambient;
    thermal.ambient_assumed = options.ambient_assumed && !usable.ambient_c;
    Alone known = take_alone(input, options);
    Fits fits = fit_both(usable, thermal);
    out.thermal = std::move(fits.whole.fit);
    fill_room(out.thermal, usable.samples);
    note_repeated_rows(out, known.repeated_every_s);
    note_gaps(out, usable.samples);
    if (fits.whole.usable) note_blind_stretches(usable.samples, out.warnings);
    out.warnings.insert(out.warnings.end(), fits.whole.warnings.begin(), fits.whole.warnings.end());
    const double ambient_c = out.thermal.ambient_c.value_or(thermal.ambient_c);
    fill_tau(out, input, ambient_c);
    fill_energies(out, usable.samples, fits, known.counts);
    out.conservation.coolant_out_j = coolant_heat(input);
    fill_counter(out, input);
    out.rle = known.rle;
    out.eta_p = eta_p_of(known.idle, known.p_mean_w, options.idle_power_w, out.warnings);
    note_untold(out);
    note_missing_columns(out, input);
    known.counts.temp_rise = count_outside("temp_rise_c", input.temp_c, ambient_c);
    if (out.tau_th.value_s) known.counts.tau = count_outside("tau_th_s", {*out.tau_th.value_s});
    out.range_checks = check_ranges(known.counts);
    return out;
}

}  // namespace

Balance balance_energy(BalanceInput input, const BalanceOptions& options) {
    even_out(input);
    Balance out;
    const std::size_t n = input.t_s.size();
    const std::optional<Rows> rows = rows_in_time(input.t_s, out.warnings);
    put_in_time(input, rows);
    Usable usable;
    find_usable(input, usable);
    out.n_samples = usable.paired;
    if (usable.paired < 3) {
        throw Error(ErrorKind::insufficient_data, "",
                    fmt::format("{} samples with both temperature and power, but a balance needs three",
                                usable.paired),
                    "record longer, or see `rlecouple sensors` for what cannot be read");
    }
    out = balance_in_time(input, options, std::move(out), usable);
    const std::size_t in_time = input.t_s.size();
    out.thermal.simulated_c =
        put_back(put_back(std::move(out.thermal.simulated_c), usable.rows, in_time), rows, n);
    thin_simulation(out.thermal, put_back(std::move(input.temp_c), rows, n));
    return out;
}

}  // namespace rle
