#include "core/thermal_filter.hpp"

#include <cmath>

namespace rle::thermal {
namespace {

constexpr double kUnknownSd = 30.0;  // degC, of a node behind a gap

// Symmetric 2x2 covariance of the nodes' errors.
struct Spread {
    double dd = 0.0;
    double ds = 0.0;
    double ss = 0.0;
};

Network<double> network_at(const ThermalSamples& samples, const ThermalConstants& c, std::size_t i) {
    return {c.two_nodes, c.hA(samples.fan.empty() ? 0.0 : samples.fan[i]), c.C_die, c.C_sink, c.coupling,
            c.ambient_c};
}

// What 1 W more over the step adds to the nodes.
NodeState<double> response(const Network<double>& net, const Transition<double>& step) {
    Network<double> bare = net;
    bare.ambient = 0.0;
    return advance(bare, step, NodeState<double>{0.0, 0.0}, 1.0);
}

Spread carried(const Spread& p, const Transition<double>& t, bool two_nodes) {
    if (!two_nodes) return {t.dd * t.dd * p.dd, 0.0, 0.0};
    return {t.dd * t.dd * p.dd + 2.0 * t.dd * t.ds * p.ds + t.ds * t.ds * p.ss,
            t.dd * t.sd * p.dd + (t.dd * t.ss + t.ds * t.sd) * p.ds + t.ds * t.ss * p.ss,
            t.sd * t.sd * p.dd + 2.0 * t.sd * t.ss * p.ds + t.ss * t.ss * p.ss};
}

bool is_plain(const ThermalSamples& samples, const Noise& noise) {
    if (noise.edge_share > 0.0 || noise.power_sd > 0.0) return false;
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
        if (samples.t_s[i + 1] - samples.t_s[i] > noise.longest_s) return false;
    }
    return true;
}

}  // namespace

Gains gains_of(const ThermalSamples& samples, const PowerTable& power, const ThermalConstants& c,
               const Noise& noise) {
    Gains g;
    if (is_plain(samples, noise)) return g;
    const double r = noise.temp_sd * noise.temp_sd;
    Spread p;
    PowerTable::Cursor cursor;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const bool read = !std::isnan(samples.temp_c[i]);
        const double s = p.dd + r;
        g.die.push_back(read ? p.dd / s : 0.0);
        g.sink.push_back(read ? p.ds / s : 0.0);
        g.relative.push_back(s / r);
        if (read) p = {p.dd * r / s, p.ds * r / s, p.ss - p.ds * p.ds / s};
        if (i + 1 == samples.size()) break;
        const double dt = samples.t_s[i + 1] - samples.t_s[i];
        if (dt > noise.longest_s) {
            p = {kUnknownSd * kUnknownSd, 0.0, c.two_nodes ? kUnknownSd * kUnknownSd : 0.0};
            continue;
        }
        const Network<double> net = network_at(samples, c, i);
        const auto step = Transition<double>::of(net, dt);
        const NodeState<double> watt = response(net, step);
        const double edge = noise.edge_share * power.mean(i, c.reading, c.power_shift_s, cursor).step;
        const double sd = std::hypot(edge, noise.power_sd);
        p = carried(p, step, c.two_nodes);
        p.dd += sd * sd * watt.die * watt.die;
        if (c.two_nodes) {
            p.ds += sd * sd * watt.die * watt.sink;
            p.ss += sd * sd * watt.sink * watt.sink;
        }
    }
    return g;
}

std::vector<double> filtered(const ThermalSamples& samples, const ThermalConstants& c, const Gains& gains,
                             const std::vector<double>& e) {
    if (gains.die.empty()) return e;
    std::vector<double> out(e.size(), kMissing);
    NodeState<double> state{0.0, 0.0};
    for (std::size_t i = 0; i < e.size(); ++i) {
        if (!std::isnan(samples.temp_c[i])) {
            out[i] = e[i] - state.die;
            state.die += gains.die[i] * out[i];
            state.sink += gains.sink[i] * out[i];
        }
        if (i + 1 == e.size()) break;
        Network<double> net = network_at(samples, c, i);
        net.ambient = 0.0;
        state = advance(net, Transition<double>::of(net, samples.t_s[i + 1] - samples.t_s[i]), state, 0.0);
    }
    return out;
}

}  // namespace rle::thermal
