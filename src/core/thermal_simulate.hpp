// Runs the network through the samples with the derivatives by every free parameter alongside.
#pragma once

#include <vector>

#include "core/power_table.hpp"
#include "core/thermal_filter.hpp"
#include "core/thermal_parameters.hpp"

namespace rle::thermal {

/// The free parameters as Dual numbers, the others as constants.
template <std::size_t N>
std::array<Dual<N>, kSlots> as_duals(const Theta& theta, const std::vector<Slot>& free) {
    std::array<Dual<N>, kSlots> out;
    for (std::size_t s = 0; s < kSlots; ++s) out[s] = Dual<N>(theta[s]);
    for (std::size_t i = 0; i < free.size(); ++i) out[free[i]] = Dual<N>::variable(theta[free[i]], i);
    for (std::size_t s = 0; s <= kCoupling; ++s) out[s] = exp(out[s]);
    return out;
}

/// Calls visit(i, T) with the model's temperature T (a Dual) at every sample i, as predicted before sample i is looked at:
/// with gains, part of each error goes back into the state. N >= free.size().
template <std::size_t N, class Visit>
void simulate(const ThermalSamples& samples, const PowerTable& power, const Shape& shape, const Theta& theta,
              const std::vector<Slot>& free, const Gains& gains, Visit visit) {
    const auto p = as_duals<N>(theta, free);
    Network<Dual<N>> net{shape.two_nodes, p[kStill], p[kDie], p[kSink], p[kCoupling], p[kAmbient]};
    NodeState<Dual<N>> state{p[kStart], p[kSinkStart]};
    Transition<Dual<N>> step;
    PowerTable::Cursor cursor;
    double step_dt = -1.0;
    double step_fan = -1.0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        visit(i, state.die);
        if (!gains.die.empty() && gains.die[i] != 0.0) {
            const Dual<N> error = Dual<N>(samples.temp_c[i]) - state.die;
            state.die = state.die + error * gains.die[i];
            if (shape.two_nodes) state.sink = state.sink + error * gains.sink[i];
        }
        if (i + 1 == samples.size()) break;
        const double dt = samples.t_s[i + 1] - samples.t_s[i];
        const double fan = shape.fan ? samples.fan[i] : 0.0;
        if (dt != step_dt || fan != step_fan) {  // on a regular grid one exponential serves many steps
            if (shape.fan) net.hA = p[kStill] + p[kFan] * fan;
            step = Transition<Dual<N>>::of(net, dt);
            step_dt = dt;
            step_fan = fan;
        }
        const PowerTable::Mean mean = power.mean(i, theta[kShift], cursor);
        const Dual<N> watts = p[kShift].chained(mean.value, mean.slope);
        state = advance(net, step, state, watts);
    }
}

}  // namespace rle::thermal
