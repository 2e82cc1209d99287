// Runs the network through the samples, with plain numbers or with the derivatives by every free parameter
// alongside.
#pragma once

#include <vector>

#include "core/thermal/alike_steps.hpp"
#include "core/thermal/power_table.hpp"
#include "core/thermal/thermal_filter.hpp"
#include "core/thermal/thermal_model.hpp"
#include "core/thermal/thermal_parameters.hpp"

namespace rle::thermal {

/// The steps of a network through a session, each kind made once. S is double or a Dual.
template <class S>
class StepTable {
  public:
    StepTable(const ThermalView& samples, const AlikeSteps& alike, const Network<S>& network)
        : samples_(samples), alike_(alike), net_(network) {
        for (const AlikeSteps::Kind& kind : alike.kinds()) {
            const Modes<S>& modes = modes_at(kind.fan);
            mode_of_.push_back(modes_.size() - 1);
            steps_.push_back(Step<S>::of(net_, modes, kind.dt_s));
        }
    }

    /// Of the interval behind sample i, in ascending order of i where steps are not alike.
    RLE_ALWAYS_INLINE const Step<S>& step(std::size_t i) {
        return alike_.any() ? steps_[alike_.of(i)] : made(i);
    }
    RLE_ALWAYS_INLINE const Modes<S>& modes(std::size_t i) {
        return alike_.any() ? modes_[mode_of_[alike_.of(i)]] : modes_at(fan_at(i));
    }

  private:
    double fan_at(std::size_t i) const { return samples_.fan.empty() ? 0.0 : samples_.fan[i]; }

    const Modes<S>& modes_at(double fan) {
        if (modes_.empty() || fan != fan_) modes_.push_back(Modes<S>::of(net_, fan));
        if (!alike_.any() && modes_.size() > 1) modes_ = {modes_.back()};
        fan_ = fan;
        return modes_.back();
    }

    const Step<S>& made(std::size_t i) {
        made_ = Step<S>::of(net_, modes_at(fan_at(i)), samples_.t_s[i + 1] - samples_.t_s[i]);
        return made_;
    }

    const ThermalView& samples_;
    const AlikeSteps& alike_;
    Network<S> net_;
    std::vector<Modes<S>> modes_;
    std::vector<std::size_t> mode_of_;  // of each kind
    std::vector<Step<S>> steps_;        // of each kind
    double fan_ = 0.0;                  // of the last modes
    Step<S> made_{};
};

/// Takes the state from one sample to the next.
template <bool kTwoNodes, class S>
class Stepper {
  public:
    Stepper(const ThermalView& samples, const PowerTable& power, const AlikeSteps& alike,
            const Network<S>& network, PowerReading reading, const S& shift)
        : samples_(samples),
          power_(power),
          steps_(samples, alike, network),
          reading_(reading),
          shift_(shift) {}

    RLE_ALWAYS_INLINE void advance(std::size_t i, NodeState<S>& state) {
        const Step<S>& step = steps_.step(i);
        const double room = samples_.room_over(i);
        if (power_.bridges(i, reading_))
            return advance_over(i, step, power_.bridge(i, reading_), room, state);
        if (reading_ == PowerReading::averaged || looks_behind(reading_)) {
            const bool one = reading_ == PowerReading::averaged;
            const PowerTable::Edge edge = one ? power_.edge(i) : power_.edge_behind(i, value_of(shift_));
            advance_over(i, step, edge, room, state);
            if (!one) add_shift(step, power_.mean(i, reading_, value_of(shift_), cursor_), state);
            return;
        }
        const PowerTable::Mean mean = power_.mean(i, reading_, value_of(shift_), cursor_);
        rle::advance<kTwoNodes>(step, mean.value, room, state);
        add_shift(step, mean, state);
    }

  private:
    RLE_ALWAYS_INLINE void advance_over(std::size_t i, const Step<S>& step, const PowerTable::Edge& edge,
                                        double room, NodeState<S>& state) {
        rle::advance<kTwoNodes>(step, edge.before_w, room, state);
        if (edge.share_before == 1.0) return;
        const double after_s = (samples_.t_s[i + 1] - samples_.t_s[i]) * (1.0 - edge.share_before);
        add_late_watts<kTwoNodes>(steps_.modes(i), after_s, edge.after_w - edge.before_w, state);
    }

    RLE_ALWAYS_INLINE void add_shift(const Step<S>& step, const PowerTable::Mean& mean,
                                     NodeState<S>& state) const {
        if (mean.slope == 0.0) return;
        add_slope(state.die, value_of(step.die_per_w) * mean.slope, shift_);
        if constexpr (kTwoNodes) add_slope(state.sink, value_of(step.sink_per_w) * mean.slope, shift_);
    }

    const ThermalView& samples_;
    const PowerTable& power_;
    StepTable<S> steps_;
    PowerReading reading_;
    S shift_;
    PowerTable::Cursor cursor_;
};

inline Network<double> network_of(const ThermalConstants& c) {
    return {c.two_nodes, c.hA_still, c.hA_fan, c.C_die, c.C_sink, c.coupling, c.ambient_c, c.fan_exponent};
}

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
template <bool kTwoNodes, std::size_t N, class Visit>
RLE_ALWAYS_INLINE void simulate(const ThermalView& samples, const PowerTable& power, const AlikeSteps& alike,
                                const Shape& shape, const Theta& theta, const std::vector<Slot>& free,
                                const Gains& gains, const Visit& visit) {
    const auto p = as_duals<N>(theta, shape, free);
    const Network<Dual<N>> net{shape.two_nodes, p[kStill],    p[kFan],     p[kDie],
                               p[kSink],        p[kCoupling], p[kAmbient], shape.fan_exponent};
    Stepper<kTwoNodes, Dual<N>> stepper(samples, power, alike, net, shape.reading, p[kShift]);
    NodeState<Dual<N>> state{p[kStart], p[kSinkStart]};
    const bool feeds_back = !gains.die.empty();
    for (std::size_t i = 0; i < samples.size(); ++i) {
        visit(i, state.die);
        if (feeds_back && gains.die[i] != 0.0) {
            const Dual<N> model = state.die;
            const double error = samples.temp_c[i] - model.v;
            add_times(state.die, -gains.die[i], model);
            state.die.v = model.v + error * gains.die[i];
            if constexpr (kTwoNodes) {
                add_slope(state.sink, -gains.sink[i], model);
                state.sink.v += error * gains.sink[i];
            }
        }
        if (i + 1 < samples.size()) stepper.advance(i, state);
    }
}

}  // namespace rle::thermal
