#include "core/thermal/thermal_model.hpp"

#include <algorithm>

#include "core/thermal/power_table.hpp"
#include "core/thermal/thermal_simulate.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {

ThermalView ThermalView::slice(std::size_t first, std::size_t last) const {
    const auto cut = [&](std::span<const double> v) {
        return v.empty() ? v : v.subspan(first, last - first);
    };
    return {cut(t_s), cut(temp_c), cut(power_w), cut(fan), cut(room), room_step_c};
}

ThermalSamples ThermalSamples::slice(std::size_t first, std::size_t last) const {
    const ThermalView part = ThermalView(*this).slice(first, last);
    const auto kept = [](std::span<const double> v) { return std::vector<double>(v.begin(), v.end()); };
    return {kept(part.t_s), kept(part.temp_c), kept(part.power_w),
            kept(part.fan), kept(part.room),   room_step_c};
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

std::vector<double> interval_power(const ThermalView& samples, const ThermalConstants& constants) {
    const PowerTable table(samples, constants);
    PowerTable::Cursor cursor;
    std::vector<double> out(samples.size());
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
        out[i] = table.mean(i, constants.reading, constants.power_shift_s, cursor).value;
    }
    if (!out.empty()) out.back() = samples.power_w.back();
    return out;
}

namespace {

template <bool kTwoNodes>
std::vector<double> run(const ThermalView& samples, const ThermalConstants& c, std::vector<double>* sink_c) {
    const PowerTable power(samples, c);
    const AlikeSteps alike(samples, c.hA_fan != 0.0 && !samples.fan.empty());
    thermal::Stepper<kTwoNodes, double> stepper(samples, power, alike, thermal::network_of(c), c.reading,
                                                c.power_shift_s);
    NodeState<double> state{c.start_c, kTwoNodes ? c.sink_start_c : c.start_c};
    std::vector<double> out;
    out.reserve(samples.size());
    if (sink_c != nullptr) {
        sink_c->clear();
        sink_c->reserve(samples.size());
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
        out.push_back(state.die);
        if (sink_c != nullptr) sink_c->push_back(kTwoNodes ? state.sink : state.die);
        if (i + 1 < samples.size()) stepper.advance(i, state);
    }
    return out;
}

}  // namespace

std::vector<double> simulate_thermal(const ThermalView& samples, const ThermalConstants& constants,
                                     std::vector<double>* sink_c) {
    return constants.two_nodes ? run<true>(samples, constants, sink_c)
                               : run<false>(samples, constants, sink_c);
}

}  // namespace rle
