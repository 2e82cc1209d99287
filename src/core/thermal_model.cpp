#include "core/thermal_model.hpp"

#include <algorithm>

#include "core/power_table.hpp"
#include "core/thermal_simulate.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {

ThermalSamples ThermalSamples::slice(std::size_t first, std::size_t last) const {
    const auto cut = [&](const std::vector<double>& v) {
        const auto begin = v.begin();
        return v.empty() ? v
                         : std::vector<double>(begin + static_cast<std::ptrdiff_t>(first),
                                               begin + static_cast<std::ptrdiff_t>(last));
    };
    return {cut(t_s), cut(temp_c), cut(power_w), cut(fan), cut(room)};
}

double fan_effect(double fan, double exponent) {
    return fan > 0.0 ? std::pow(fan, exponent) : 0.0;
}

std::vector<double> time_constants(const ThermalConstants& c, double hA) {
    if (!c.two_nodes) return {c.C_die / hA};
    const double a = c.coupling / c.C_die;
    const double b = (c.coupling + hA) / c.C_sink;
    const double mean = 0.5 * (a + b);
    const double spread =
        std::sqrt(0.25 * (a - b) * (a - b) + c.coupling * c.coupling / (c.C_die * c.C_sink));
    const double fast = 1.0 / (mean + spread);
    const double determinant = c.coupling * hA / (c.C_die * c.C_sink);
    return {(mean + spread) / determinant, fast};
}

std::vector<double> interval_power(const ThermalSamples& samples, const ThermalConstants& constants) {
    const PowerTable table(samples.t_s, samples.power_w);
    PowerTable::Cursor cursor;
    std::vector<double> out(samples.size());
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
        out[i] = table.mean(i, constants.reading, constants.power_shift_s, cursor).value;
    }
    if (!out.empty()) out.back() = samples.power_w.back();
    return out;
}

std::vector<double> simulate_thermal(const ThermalSamples& samples, const ThermalConstants& c,
                                     std::vector<double>* sink_c) {
    const PowerTable power(samples.t_s, samples.power_w);
    const Network<double> net{c.two_nodes, c.hA_still, c.C_die, c.C_sink, c.coupling, c.ambient_c};
    thermal::Stepper<double> stepper(samples, power, {c.reading, c.fan_exponent}, net, c.hA_still, c.hA_fan,
                                     c.power_shift_s);
    NodeState<double> state{c.start_c, c.two_nodes ? c.sink_start_c : c.start_c};
    std::vector<double> out;
    out.reserve(samples.size());
    if (sink_c != nullptr) sink_c->clear();
    for (std::size_t i = 0; i < samples.size(); ++i) {
        out.push_back(state.die);
        if (sink_c != nullptr) sink_c->push_back(c.two_nodes ? state.sink : state.die);
        if (i + 1 < samples.size()) state = stepper.after(i, state);
    }
    return out;
}

}  // namespace rle
