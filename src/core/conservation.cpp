#include "core/conservation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/counter_readings.hpp"

namespace rle {
namespace {

constexpr double kWaterHeat = 4186.0;  // J/(kg degC), specific heat of water at 15 to 35 degC

// The heatsink after an interval in which the die's temperature was `die_c` on average.
double sink_after(const ThermalConstants& c, double hA, double ambient_c, double sink_c, double die_c,
                  double dt) {
    const double out = c.coupling + hA;
    const double settled = (c.coupling * die_c + hA * ambient_c) / out;
    return settled + (sink_c - settled) * std::exp(-dt * out / c.C_sink);
}

bool has_column(const std::vector<double>& column) {
    return std::any_of(column.begin(), column.end(), [](double x) { return !std::isnan(x); });
}

double total(const std::vector<double>& watts, const std::vector<double>& dt) {
    double joules = 0.0;
    for (std::size_t i = 0; i < watts.size(); ++i) joules += watts[i] * dt[i];
    return joules;
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

double longest_interval(std::span<const double> t_s) {
    std::vector<double> dt;
    for (std::size_t i = 1; i < t_s.size(); ++i) dt.push_back(t_s[i] - t_s[i - 1]);
    if (dt.empty()) return 10.0;
    const auto middle = dt.begin() + static_cast<std::ptrdiff_t>(dt.size() / 2);
    std::nth_element(dt.begin(), middle, dt.end());
    return std::max(10.0, 10.0 * *middle);
}

HeatFlow heat_flow(const ThermalView& samples, const ThermalConstants& c, double longest_s) {
    const std::vector<double> die = filled_temperatures(samples);
    const std::vector<double> power = interval_power(samples, c);
    HeatFlow flow;
    double sink = c.two_nodes ? c.sink_start_c : die.front();
    std::vector<double> sink_anew;  // the heatsink behind a gap, as the model starts anew there
    if (c.two_nodes) (void)simulate_between_gaps(samples, c, longest_s, &sink_anew);
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
        const double dt = samples.t_s[i + 1] - samples.t_s[i];
        const double hA = c.hA(samples.fan.empty() ? 0.0 : samples.fan[i]);
        const double ambient_c = c.ambient_c + samples.room_over(i);
        const double die_mean = 0.5 * (die[i] + die[i + 1]);
        const double sink_next = c.two_nodes ? sink_after(c, hA, ambient_c, sink, die_mean, dt) : die[i + 1];
        if (dt <= longest_s) {
            flow.dt_s.push_back(dt);
            flow.in_w.push_back(samples.power_w[i]);
            flow.read_w.push_back(power[i]);
            flow.out_w.push_back(hA * (0.5 * (sink + sink_next) - ambient_c));
            flow.stored_w.push_back((c.C_die * (die[i + 1] - die[i]) + c.C_sink * (sink_next - sink)) / dt);
        }
        sink = c.two_nodes && dt > longest_s ? sink_anew[i + 1] : sink_next;
    }
    flow.sink_end_c = sink;
    return flow;
}

Conservation conserve(const HeatFlow& flow) {
    Conservation out;
    if (flow.dt_s.empty()) return out;
    out.energy_in_j = total(flow.in_w, flow.dt_s);
    out.energy_out_j = total(flow.out_w, flow.dt_s);
    out.energy_stored_j = total(flow.stored_w, flow.dt_s);
    if (*out.energy_in_j > 0.0) {
        out.closure = (*out.energy_in_j - *out.energy_out_j - *out.energy_stored_j) / *out.energy_in_j;
    }
    return out;
}

HeatRate heat_rate(const HeatFlow& flow) {
    HeatRate out;
    double span = 0.0;
    double squares = 0.0;
    for (std::size_t i = 0; i < flow.dt_s.size(); ++i) {
        const double miss = flow.out_w[i] + flow.stored_w[i] - flow.read_w[i];
        span += flow.dt_s[i];
        squares += miss * miss * flow.dt_s[i];
    }
    if (span <= 0.0) return out;
    out.q_mean_w = (total(flow.out_w, flow.dt_s) + total(flow.stored_w, flow.dt_s)) / span;
    out.p_mean_w = total(flow.in_w, flow.dt_s) / span;
    out.rmse_w = std::sqrt(squares / span);
    if (*out.p_mean_w > 0.0) out.relative_error = (*out.q_mean_w - *out.p_mean_w) / *out.p_mean_w;
    return out;
}

std::optional<double> closure_on_second_half(const ThermalView& samples, const ThermalOptions& options) {
    const double middle = 0.5 * (samples.t_s.front() + samples.t_s.back());
    const auto at = std::lower_bound(samples.t_s.begin(), samples.t_s.end(), middle);
    const auto half = static_cast<std::size_t>(at - samples.t_s.begin());
    if (half < 10 || samples.size() - half < 10) return std::nullopt;
    const ThermalView first = samples.slice(0, half + 1);
    const ThermalResult fitted = fit_thermal(first, options);
    if (!fitted.usable) return std::nullopt;
    const double longest_s = longest_interval(samples.t_s);
    ThermalConstants constants = fitted.constants;
    constants.sink_start_c = heat_flow(first, constants, longest_s).sink_end_c;
    HeatFlow second = heat_flow(samples.slice(half, samples.size()), constants, longest_s);
    second.in_w = second.read_w;  // in half a session an edge placed an interval off is a share of it
    return conserve(second).closure;
}

EnergyIn energy_in(const std::vector<double>& t_s, const std::vector<double>& power_w) {
    const double longest_s = longest_interval(t_s);
    EnergyIn out;
    for (std::size_t i = 0; i + 1 < t_s.size(); ++i) {
        const double dt = t_s[i + 1] - t_s[i];
        if (dt > longest_s) continue;
        out.joules += power_w[i] * dt;
        out.seconds += dt;
    }
    return out;
}

namespace {

// Joules of the power between two readings of the counter; missing where a gap lies between them.
double joules_between(const std::vector<double>& t_s, const std::vector<double>& power_w, std::size_t from,
                      std::size_t to, double longest_s) {
    double joules = 0.0;
    for (std::size_t i = from; i < to; ++i) {
        const double dt = t_s[i + 1] - t_s[i];
        joules += dt > longest_s ? kMissing : power_w[i] * dt;
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
    const CounterReadings counted = counter_readings(t_s, power_w, energy_j);
    faults.glitches = counted.glitches + counted.impossible;
    faults.first_glitch_s = counted.first_strange_s;
    EnergyCounter out;
    Standing standing;
    for (const CounterStep& step : counted.steps) {
        const double joules = joules_between(t_s, power_w, step.from, step.to, longest_s);
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
    double joules = 0.0;
    double before = kMissing;
    double t_before = kMissing;
    bool any = false;
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        const double watts =
            input.coolant_flow_kg_s[i] * kWaterHeat * (input.coolant_out_c[i] - input.coolant_in_c[i]);
        if (std::isnan(watts)) continue;
        if (!std::isnan(t_before)) {
            joules += 0.5 * (watts + before) * (input.t_s[i] - t_before);
            any = true;
        }
        before = watts;
        t_before = input.t_s[i];
    }
    return any ? std::optional(joules) : std::nullopt;
}

}  // namespace rle
