// Runs the network through the samples, with plain numbers or with the derivatives by every free parameter
// alongside.
#pragma once

#include <vector>

#include "core/power_table.hpp"
#include "core/thermal_filter.hpp"
#include "core/thermal_parameters.hpp"

namespace rle::thermal {

/// What a model takes as settled about its inputs.
struct Habits {
    PowerReading reading;
    double fan_exponent;
};

/// Takes the state from one sample to the next. S is double or a Dual.
template <class S>
class Stepper {
  public:
    Stepper(const ThermalSamples& samples, const PowerTable& power, const Habits& habits,
            const Network<S>& network, const S& still, const S& fan, const S& shift)
        : samples_(samples),
          power_(power),
          habits_(habits),
          net_(network),
          ambient_(network.ambient),
          still_(still),
          fan_(fan),
          shift_(shift) {}

    NodeState<S> after(std::size_t i, const NodeState<S>& state) {
        const double dt = samples_.t_s[i + 1] - samples_.t_s[i];
        const double speed = samples_.fan.empty() ? 0.0 : samples_.fan[i];
        if (dt != dt_ || speed != speed_) {  // on a regular grid one exponential serves many steps
            net_.hA = still_ + fan_ * fan_effect(speed, habits_.fan_exponent);
            step_ = Transition<S>::of(net_, dt);
            dt_ = dt;
            speed_ = speed;
        }
        if (!samples_.room.empty()) net_.ambient = ambient_ + samples_.room_over(i);
        if (habits_.reading == PowerReading::averaged) {
            const PowerTable::Edge edge = power_.edge(i);
            if (edge.share_before < 1.0) return across(edge, dt, state);
        }
        return advance(net_, step_, state, watts(power_.mean(i, habits_.reading, value_of(shift_), cursor_)));
    }

  private:
    NodeState<S> across(const PowerTable::Edge& edge, double dt, const NodeState<S>& state) const {
        const auto before = Transition<S>::of(net_, dt * edge.share_before);
        const auto after = Transition<S>::of(net_, dt * (1.0 - edge.share_before));
        return advance(net_, after, advance(net_, before, state, S(edge.before_w)), S(edge.after_w));
    }

    S watts(const PowerTable::Mean& mean) const {
        if constexpr (std::is_same_v<S, double>) {
            return mean.value;
        } else {
            return mean.slope == 0.0 ? S(mean.value) : shift_.chained(mean.value, mean.slope);
        }
    }

    const ThermalSamples& samples_;
    const PowerTable& power_;
    Habits habits_;
    Network<S> net_;
    S ambient_;
    S still_;
    S fan_;
    S shift_;
    Transition<S> step_;
    double dt_ = -1.0;
    double speed_ = -1.0;
    PowerTable::Cursor cursor_;
};

/// The free parameters as Dual numbers, the others as constants; logarithms undone.
template <std::size_t N>
std::array<Dual<N>, kSlots> as_duals(const Theta& theta, const Shape& shape, const std::vector<Slot>& free) {
    std::array<Dual<N>, kSlots> out;
    for (std::size_t s = 0; s < kSlots; ++s) out[s] = Dual<N>(theta[s]);
    for (std::size_t i = 0; i < free.size(); ++i) out[free[i]] = Dual<N>::variable(theta[free[i]], i);
    for (std::size_t s = 0; s <= kCoupling; ++s) out[s] = exp(out[s]);
    if (!shape.fan) out[kFan] = Dual<N>(0.0);
    return out;
}

/// Calls visit(i, T) with the model's temperature T (a Dual) at every sample i, as predicted before sample i
/// is looked at: with gains, part of each error goes back into the state. N >= free.size().
template <std::size_t N, class Visit>
void simulate(const ThermalSamples& samples, const PowerTable& power, const Shape& shape, const Theta& theta,
              const std::vector<Slot>& free, const Gains& gains, Visit visit) {
    const auto p = as_duals<N>(theta, shape, free);
    const Network<Dual<N>> net{shape.two_nodes, p[kStill], p[kDie], p[kSink], p[kCoupling], p[kAmbient]};
    Stepper<Dual<N>> stepper(samples, power, {shape.reading, shape.fan_exponent}, net, p[kStill], p[kFan],
                             p[kShift]);
    NodeState<Dual<N>> state{p[kStart], p[kSinkStart]};
    for (std::size_t i = 0; i < samples.size(); ++i) {
        visit(i, state.die);
        if (!gains.die.empty() && gains.die[i] != 0.0) {
            const Dual<N> error = Dual<N>(samples.temp_c[i]) - state.die;
            state.die = state.die + error * gains.die[i];
            if (shape.two_nodes) state.sink = state.sink + error * gains.sink[i];
        }
        if (i + 1 < samples.size()) state = stepper.after(i, state);
    }
}

}  // namespace rle::thermal
