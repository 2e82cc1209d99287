#include "core/thermal/conservation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/maths/spread.hpp"
#include "core/thermal/counter_readings.hpp"
#include "core/thermal/energy_in.hpp"
#include "core/thermal/lost_rows.hpp"
#include "core/thermal/power_table.hpp"
#include "rlecouple/quantities.hpp"

namespace rle {
namespace {

constexpr double kLeastGap = 10.0;       // s
constexpr double kManyIntervals = 10.0;  // of the median one: a gap
constexpr std::size_t kFewBlind = 3;     // temperatures missing in a row that a straight line serves
constexpr double kWaterHeat = 4186.0;    // J/(kg degC), specific heat of water at 15 to 35 degC

// The heatsink after an interval in which the die's temperature was `die_c` on average.
double sink_after(const ThermalConstants& c, double hA, double ambient_c, double sink_c, double die_c,
                  double dt) {
    const double out = c.coupling + hA;
    const double settled = (c.coupling * die_c + hA * ambient_c) / out;
    return settled + (sink_c - settled) * std::exp(-dt * out / c.C_sink);
}

void add_interval(double dt, double in_w, double read_w, double out_w, double stored_w, HeatFlow& flow) {
    const double miss = out_w + stored_w - read_w;
    ++flow.intervals;
    flow.seconds += dt;
    flow.in_j += in_w * dt;
    flow.read_j += read_w * dt;
    flow.out_j += out_w * dt;
    flow.stored_j += stored_w * dt;
    flow.miss_square += miss * miss * dt;
}

bool has_column(const std::vector<double>& column) {
    return std::any_of(column.begin(), column.end(), [](double x) { return !std::isnan(x); });
}

bool outside(double x, const ManualRange& range) {
    return x < range.low || x > range.high;
}

ManualRange range_of(std::string_view variable) {
    const auto ranges = manual_ranges();
    return *std::find_if(ranges.begin(), ranges.end(),
                         [&](auto& range) { return range.variable == variable; });
}

// The heatsink at every sample behind a gap, as the model starts anew there; empty where it need not.
std::vector<double> sink_behind_gaps(const ThermalView& s, const ThermalConstants& c, double longest_s) {
    std::vector<double> sink;
    if (c.two_nodes && has_gap(s.t_s, longest_s)) (void)simulate_between_gaps(s, c, longest_s, &sink);
    return sink;
}

// The sample behind the temperatures that are missing behind sample i; size() where none is read again.
std::size_t next_read(const ThermalView& s, std::size_t i) {
    std::size_t next = i + 1;
    while (next < s.size() && std::isnan(s.temp_c[next])) ++next;
    return next;
}

// Puts the model's path from sample `from` on in place of the temperatures that are missing up to `next`, and
// joins it to the reading there.
void carry_through(const ThermalView& s, ThermalConstants c, std::size_t from, std::size_t next,
                   double sink_c, std::vector<double>& die) {
    const std::size_t last = std::min(next, s.size() - 1);
    const ThermalView blind = s.slice(from, last + 1);
    c.start_c = die[from];
    c.sink_start_c = sink_c;
    const std::vector<double> path = simulate_thermal(blind, c);
    const double off = next < s.size() ? die[next] - path.back() : 0.0;
    for (std::size_t i = from + 1; i < s.size() && i < next; ++i) {
        const double share = (s.t_s[i] - s.t_s[from]) / (s.t_s[last] - s.t_s[from]);
        die[i] = path[i - from] + share * off;
    }
}

// The temperatures, but for those that carry_through() has to fill once the heatsink is known there.
std::vector<double> die_path(const ThermalView& s, const ThermalConstants& c) {
    std::vector<double> out = filled_temperatures(s);
    if (std::isnan(s.temp_c.front()) && next_read(s, 0) > kFewBlind) out.front() = c.start_c;
    return out;
}

}  // namespace

std::vector<double> filled_temperatures(const ThermalView& s) {
    std::vector<double> out(s.temp_c.begin(), s.temp_c.end());
    std::size_t last = s.size();  // the last row read; size(): none yet
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (std::isnan(out[i])) continue;
        for (std::size_t j = last == s.size() ? 0 : last + 1; j < i; ++j) {
            const double share = last == s.size() ? 1.0 : (s.t_s[j] - s.t_s[last]) / (s.t_s[i] - s.t_s[last]);
            out[j] = last == s.size() ? out[i] : out[last] + share * (out[i] - out[last]);
        }
        last = i;
    }
    for (std::size_t j = last + 1; j < s.size(); ++j) out[j] = out[last];
    return out;
}

bool has_gap(std::span<const double> t_s, double longest_s) {
    return std::adjacent_find(t_s.begin(), t_s.end(), [=](double before, double after) {
               return after - before > longest_s;
           }) != t_s.end();
}

double longest_interval(std::span<const double> t_s) {
    if (t_s.size() < 2) return kLeastGap;
    const std::size_t middle = (t_s.size() - 1) / 2;
    std::size_t short_ones = 0;  // too many of them, and the median is one
    for (std::size_t i = 1; i < t_s.size(); ++i)
        short_ones += t_s[i] - t_s[i - 1] <= kLeastGap / kManyIntervals;
    if (short_ones > middle) return kLeastGap;
    std::vector<double> dt;
    for (std::size_t i = 1; i < t_s.size(); ++i) dt.push_back(t_s[i] - t_s[i - 1]);
    std::nth_element(dt.begin(), dt.begin() + static_cast<std::ptrdiff_t>(middle), dt.end());
    return std::max(kLeastGap, kManyIntervals * dt[middle]);
}

HeatFlow heat_flow(const ThermalView& samples, const ThermalConstants& c, double longest_s) {
    std::vector<double> die = die_path(samples, c);
    const std::vector<double> sink_anew = sink_behind_gaps(samples, c, longest_s);
    const PowerTable power(samples, c);
    const LostRows lost(samples.t_s, samples.power_w, longest_s);
    const ManualRange range = range_of("q_w");
    PowerTable::Cursor cursor;
    HeatFlow flow;
    double sink = c.two_nodes ? c.sink_start_c : die.front(), fan = 0.0, hA = c.hA(fan);
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
        const double dt = samples.t_s[i + 1] - samples.t_s[i];
        const bool begins = i == 0 || !std::isnan(samples.temp_c[i]);
        if (begins && std::isnan(samples.temp_c[i + 1])) {
            const std::size_t next = next_read(samples, i);
            if (next > i + kFewBlind) carry_through(samples, c, i, next, sink, die);
        }
        if (!samples.fan.empty() && samples.fan[i] != fan) hA = c.hA(fan = samples.fan[i]);
        const double ambient_c = c.ambient_c + samples.room_over(i);
        const double die_mean = 0.5 * (die[i] + die[i + 1]);
        const double sink_next = c.two_nodes ? sink_after(c, hA, ambient_c, sink, die_mean, dt) : die[i + 1];
        const double read = power.mean(i, c.reading, c.power_shift_s, cursor).value;
        if (dt <= longest_s) {
            const double out = hA * (0.5 * (sink + sink_next) - ambient_c);
            const double stored = (c.C_die * (die[i + 1] - die[i]) + c.C_sink * (sink_next - sink)) / dt;
            const double held = held_watts(lost, samples.t_s, samples.power_w, i);
            add_interval(dt, held, read, out, stored, flow);
            if (outside(out + stored, range)) ++flow.out_of_range;
        }
        sink = c.two_nodes && dt > longest_s ? sink_anew[i + 1] : sink_next;
    }
    flow.die_end_c = die.back();
    flow.sink_end_c = sink;
    return flow;
}

Conservation conserve(const HeatFlow& flow) {
    Conservation out;
    if (flow.intervals == 0) return out;
    out.energy_in_j = flow.in_j;
    out.energy_out_j = flow.out_j;
    out.energy_stored_j = flow.stored_j;
    if (flow.in_j > 0.0) out.closure = (flow.in_j - flow.out_j - flow.stored_j) / flow.in_j;
    return out;
}

HeatRate heat_rate(const HeatFlow& flow) {
    HeatRate out;
    if (flow.seconds <= 0.0) return out;
    out.q_mean_w = (flow.out_j + flow.stored_j) / flow.seconds;
    out.p_mean_w = flow.in_j / flow.seconds;
    out.rmse_w = std::sqrt(flow.miss_square / flow.seconds);
    if (*out.p_mean_w > 0.0) out.relative_error = (*out.q_mean_w - *out.p_mean_w) / *out.p_mean_w;
    return out;
}

namespace {

// The first sample of the second half of the time.
std::size_t half_of(const ThermalView& samples) {
    const double middle = 0.5 * (samples.t_s.front() + samples.t_s.back());
    const auto at = std::lower_bound(samples.t_s.begin(), samples.t_s.end(), middle);
    return static_cast<std::size_t>(at - samples.t_s.begin());
}

}  // namespace

std::optional<ThermalResult> fit_first_half(const ThermalView& samples, const ThermalOptions& options) {
    const std::size_t half = half_of(samples);
    if (half < 10 || samples.size() - half < 10) return std::nullopt;
    return fit_thermal(samples.slice(0, half + 1), options);
}

bool fan_rests_at_first(const ThermalView& samples) {
    if (samples.fan.empty()) return false;
    const Spread first = spread_of(samples.fan.first(half_of(samples))), all = spread_of(samples.fan);
    return first.width() < 0.1 * all.width();
}

std::optional<double> closure_on_second_half(const ThermalView& samples,
                                             const std::optional<ThermalResult>& first_half) {
    if (!first_half || !first_half->usable) return std::nullopt;
    const std::size_t half = half_of(samples);
    const double longest_s = longest_interval(samples.t_s);
    ThermalConstants constants = first_half->constants;
    const HeatFlow first = heat_flow(samples.slice(0, half + 1), constants, longest_s);
    constants.start_c = first.die_end_c;
    constants.sink_start_c = first.sink_end_c;
    HeatFlow second = heat_flow(samples.slice(half, samples.size()), constants, longest_s);
    second.in_j = second.read_j;  // in half a session an edge placed an interval off is a share of it
    return conserve(second).closure;
}

namespace {

// Joules of the power between two readings of the counter; missing where a gap lies between them.
double joules_between(const std::vector<double>& t_s, const std::vector<double>& power_w,
                      const LostRows& lost, std::size_t from, std::size_t to, double longest_s) {
    double joules = 0.0;
    for (std::size_t i = from; i < to; ++i) {
        const double dt = t_s[i + 1] - t_s[i];
        joules += dt > longest_s ? kMissing : held_watts(lost, t_s, power_w, i) * dt;
    }
    return joules;
}

// The longest time for which the counter stood still while power flowed.
struct Standing {
    double joules = 0.0, seconds = 0.0;
    double longest_j = 0.0, longest_s = 0.0;

    void take(double rise, double more_j, double more_s) {
        joules = rise == 0.0 ? joules + more_j : 0.0;
        seconds = rise == 0.0 ? seconds + more_s : 0.0;
        if (joules <= longest_j) return;
        longest_j = joules;
        longest_s = seconds;
    }
};

constexpr double kHungShare = 0.1;  // of the energy, within which the counter did not move
constexpr double kHungRises = 3.0;  // times its usual rise: a coarse counter moves rarely, but by as much

void judge_standing(const Standing& standing, std::vector<double> rises, const EnergyCounter& counter,
                    CounterFaults& faults) {
    if (rises.empty()) return;
    const auto middle = rises.begin() + static_cast<std::ptrdiff_t>(rises.size() / 2);
    std::nth_element(rises.begin(), middle, rises.end());
    if (standing.longest_j <= kHungShare * counter.integrated_j) return;
    if (standing.longest_j > kHungRises * *middle) faults.stood_still_s = standing.longest_s;
}

// The rows at which the power was read: it holds over the others.
std::vector<std::size_t> rows_with_power(const BalanceInput& input) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        if (!std::isnan(input.power_w[i])) rows.push_back(i);
    }
    return rows;
}

}  // namespace

std::optional<EnergyCounter> compare_counter(const BalanceInput& input, CounterFaults& faults) {
    faults = {};
    if (!has_column(input.energy_j)) return std::nullopt;
    std::vector<double> t_s, power_w, energy_j, rises;
    for (const std::size_t row : rows_with_power(input)) {
        t_s.push_back(input.t_s[row]);
        power_w.push_back(input.power_w[row]);
        energy_j.push_back(input.energy_j[row]);
    }
    const double longest_s = longest_interval(t_s);
    const LostRows lost(t_s, power_w, longest_s);
    const CounterReadings counted = counter_readings(t_s, power_w, energy_j);
    faults.glitches = counted.glitches + counted.impossible;
    faults.first_glitch_s = counted.first_strange_s;
    EnergyCounter out;
    Standing standing;
    for (const CounterStep& step : counted.steps) {
        const double joules = joules_between(t_s, power_w, lost, step.from, step.to, longest_s);
        if (step.rise_j < 0.0) ++faults.falls;
        if (step.rise_j < 0.0 || step.impossible || std::isnan(joules)) continue;
        out.counter_j += step.rise_j;
        out.integrated_j += joules;
        standing.take(step.rise_j, joules, t_s[step.to] - t_s[step.from]);
        if (step.rise_j > 0.0) rises.push_back(step.rise_j);
    }
    if (out.counter_j <= 0.0) return std::nullopt;
    out.relative_error = (out.integrated_j - out.counter_j) / out.counter_j;
    judge_standing(standing, std::move(rises), out, faults);
    return out;
}

std::optional<double> coolant_heat(const BalanceInput& input) {
    if (!has_column(input.coolant_flow_kg_s) || !has_column(input.coolant_in_c) ||
        !has_column(input.coolant_out_c)) {
        return std::nullopt;
    }
    std::vector<double> t_s, watts;
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        const double w =
            input.coolant_flow_kg_s[i] * kWaterHeat * (input.coolant_out_c[i] - input.coolant_in_c[i]);
        if (std::isnan(w)) continue;
        t_s.push_back(input.t_s[i]);
        watts.push_back(w);
    }
    const EnergyIn carried = energy_in(t_s, watts, longest_interval(t_s));
    return carried.seconds > 0.0 ? std::optional(carried.joules) : std::nullopt;
}

}  // namespace rle
