// One step of the thermal network, exact for constant power, for plain numbers and for Dual ones.
#pragma once

#include <cmath>

#include "core/dual.hpp"

namespace rle {

/// Temperatures of the two nodes; with one node only `die` lives.
template <class S>
struct NodeState {
    S die;
    S sink;
};

/// The network with hA already taken at the present fan speed.
template <class S>
struct Network {
    bool two_nodes = false;
    S hA;
    S C_die;
    S C_sink;
    S coupling;
    S ambient;
};

/// exp(A dt), A the network's matrix, and where it settles under `power`.
template <class S>
struct Transition {
    S dd, ds, sd, ss;  ///< die from die, die from sink, sink from die, sink from sink

    static Transition of(const Network<S>& net, double dt) {
        using std::exp;
        using std::sqrt;
        Transition t;
        if (!net.two_nodes) {
            t.dd = exp(net.hA / net.C_die * -dt);
            return t;
        }
        // A = [[-a, a], [b, -c]]; its eigenvalues s +- q are real, distinct and negative because a, b > 0 and
        // c > b.
        const S a = net.coupling / net.C_die;
        const S b = net.coupling / net.C_sink;
        const S c = b + net.hA / net.C_sink;
        const S s = (a + c) * -0.5;
        const S half = (c - a) * 0.5;
        const S q = sqrt(half * half + a * b);
        const S slow = exp((s + q) * dt);
        const S fast = exp((s - q) * dt);
        const S even = (slow + fast) * 0.5;
        const S odd = (slow - fast) * 0.5 / q;
        t.dd = even + odd * half;
        t.ds = odd * a;
        t.sd = odd * b;
        t.ss = even - odd * half;
        return t;
    }
};

/// The state after a step under constant power.
template <class S, class P>
NodeState<S> advance(const Network<S>& net, const Transition<S>& t, const NodeState<S>& from,
                     const P& power) {
    const S drop = S(power) / net.hA;
    if (!net.two_nodes) {
        const S settled = net.ambient + drop;
        return {settled + t.dd * (from.die - settled), from.sink};
    }
    const S sink_settled = net.ambient + drop;
    const S die_settled = sink_settled + S(power) / net.coupling;
    const S die = from.die - die_settled;
    const S sink = from.sink - sink_settled;
    return {die_settled + t.dd * die + t.ds * sink, sink_settled + t.sd * die + t.ss * sink};
}

}  // namespace rle
