// One step of the thermal network, exact for constant power, for plain numbers and for Dual ones.
//
// At one fan speed the network's nodes move as a sum of modes, each with a rate of its own: T' = A T + ...
// has exp(A t) = sum of exp(rate t) (its projector). What 1 W does over t is the sum of 1 - exp(rate t) times
// where it takes the mode in the end. From these come all steps, and what an edge of the power within one
// adds.
#pragma once

#include <array>
#include <cmath>

#include "core/maths/dual.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {

/// Temperatures of the two nodes; with one node only `die` lives.
template <class S>
struct NodeState {
    S die;
    S sink;
};

/// The network's constants; hA = still + fan * effect of the fan's speed.
template <class S>
struct Network {
    bool two_nodes = false;
    S still;
    S fan;
    S C_die;
    S C_sink;
    S coupling;
    S ambient;
    double fan_exponent = 0.8;
};

/// A mode of a network: its rate (1/s, below 0), its share in exp(A t), and where 1 W and an ambient of 1
/// degC take it in the end.
template <class S>
struct Mode {
    S rate;
    S dd, ds, sd, ss;         ///< die from die, die from sink, sink from die, sink from sink
    S die_per_w, sink_per_w;  ///< degC/W
    S die_room, sink_room;    ///< degC/degC
};

/// The modes at one fan speed, the slow one first; with one node there is only this.
template <class S>
struct Modes {
    std::array<Mode<S>, 2> mode;

    static Modes of(const Network<S>& net, double fan) {
        const S hA = net.still + net.fan * fan_effect(fan, net.fan_exponent);
        return net.two_nodes ? two(net, hA) : one(net, hA);
    }

  private:
    static Modes one(const Network<S>& net, const S& hA) {
        Modes out;
        out.mode[0] = {-hA / net.C_die, S(1.0), S(0.0), S(0.0), S(0.0), S(1.0) / hA, S(0.0), S(1.0), S(0.0)};
        return out;
    }

    // A = [[-a, a], [b, -c]]; its eigenvalues s +- q are real, distinct and negative because a, b > 0 and
    // c > b.
    static Modes two(const Network<S>& net, const S& hA) {
        using std::sqrt;
        const S a = net.coupling / net.C_die, b = net.coupling / net.C_sink, out = hA / net.C_sink;
        const S c = b + out;
        const S s = (a + c) * -0.5, half = (c - a) * 0.5;
        const S q = sqrt(half * half + a * b);
        const S lean = half / q * 0.5, over = S(0.5) / q;
        const S fast = s - q, slow = a * out / fast;  // the product of both is a (c - b)
        const S die_w = S(1.0) / net.C_die;
        Modes all;
        all.mode[0] = {slow,   S(0.5) + lean, over * a, over * b, S(0.5) - lean,
                       S(0.0), S(0.0),        S(0.0),   S(0.0)};
        all.mode[1] = {fast,   S(0.5) - lean, -(over * a), -(over * b), S(0.5) + lean,
                       S(0.0), S(0.0),        S(0.0),      S(0.0)};
        for (Mode<S>& m : all.mode) {
            m.die_per_w = -(m.dd * die_w / m.rate);
            m.sink_per_w = -(m.sd * die_w / m.rate);
            m.die_room = m.dd + m.ds;
            m.sink_room = m.sd + m.ss;
        }
        return all;
    }
};

/// What a step makes of the state: die <- dd die + ds sink + die_rest + die_per_w P, and so the sink.
template <class S>
struct Step {
    S dd, ds, sd, ss;
    S die_per_w, sink_per_w;  ///< degC/W
    S die_room, sink_room;    ///< degC/degC of the ambient
    S die_rest, sink_rest;    ///< degC, of the constants' ambient

    static Step of(const Network<S>& net, const Modes<S>& modes, double dt) {
        using std::expm1;
        Step out{};
        for (std::size_t j = 0; j < (net.two_nodes ? 2U : 1U); ++j) {
            const Mode<S>& m = modes.mode[j];
            const S gone = -expm1(m.rate * dt), left = S(1.0) - gone;
            add_product(out.dd, left, m.dd);
            add_product(out.die_per_w, gone, m.die_per_w);
            add_product(out.die_room, gone, m.die_room);
            if (!net.two_nodes) continue;
            add_product(out.ds, left, m.ds);
            add_product(out.sd, left, m.sd);
            add_product(out.ss, left, m.ss);
            add_product(out.sink_per_w, gone, m.sink_per_w);
            add_product(out.sink_room, gone, m.sink_room);
        }
        out.die_rest = out.die_room * net.ambient;
        out.sink_rest = out.sink_room * net.ambient;
        return out;
    }
};

/// Adds what `watts` more do over the last `seconds` of a step.
template <bool kTwoNodes, class S>
RLE_ALWAYS_INLINE void add_late_watts(const Modes<S>& modes, double seconds, double watts,
                                      NodeState<S>& state) {
    for (std::size_t j = 0; j < (kTwoNodes ? 2U : 1U); ++j) {
        const Mode<S>& m = modes.mode[j];
        const double gone = -std::expm1(value_of(m.rate) * seconds);
        const double by_rate = -seconds * (1.0 - gone) * watts;  // derivative of gone by the rate, in W
        add_times(state.die, gone * watts, m.die_per_w);
        add_slope(state.die, by_rate * value_of(m.die_per_w), m.rate);
        if constexpr (kTwoNodes) {
            add_times(state.sink, gone * watts, m.sink_per_w);
            add_slope(state.sink, by_rate * value_of(m.sink_per_w), m.rate);
        }
    }
}

/// The state after a step under constant power in an ambient that differs from the constants' by `room_c`.
template <bool kTwoNodes, class S>
RLE_ALWAYS_INLINE void advance(const Step<S>& step, double watts, double room_c, NodeState<S>& state) {
    S die = step.die_rest;
    add_product(die, step.dd, state.die);
    add_times(die, watts, step.die_per_w);
    if (room_c != 0.0) add_times(die, room_c, step.die_room);
    if constexpr (kTwoNodes) {
        add_product(die, step.ds, state.sink);
        S sink = step.sink_rest;
        add_product(sink, step.sd, state.die);
        add_product(sink, step.ss, state.sink);
        add_times(sink, watts, step.sink_per_w);
        if (room_c != 0.0) add_times(sink, room_c, step.sink_room);
        state.sink = sink;
    }
    state.die = die;
}

}  // namespace rle
