#include "core/thermal/thermal_filter.hpp"

#include <algorithm>
#include <cmath>

#include "core/thermal/thermal_simulate.hpp"

namespace rle::thermal {
namespace {

constexpr double kUnknownSd = 30.0;  // degC, of a node behind a gap

// Symmetric 2x2 covariance of the nodes' errors.
struct Spread {
    double dd = 0.0;
    double ds = 0.0;
    double ss = 0.0;
};

Spread carried(const Spread& p, const Step<double>& t, bool two_nodes) {
    if (!two_nodes) return {t.dd * t.dd * p.dd, 0.0, 0.0};
    return {t.dd * t.dd * p.dd + 2.0 * t.dd * t.ds * p.ds + t.ds * t.ds * p.ss,
            t.dd * t.sd * p.dd + (t.dd * t.ss + t.ds * t.sd) * p.ds + t.ds * t.ss * p.ss,
            t.sd * t.sd * p.dd + 2.0 * t.sd * t.ss * p.ds + t.ss * t.ss * p.ss};
}

bool is_plain(const ThermalView& samples, const PowerTable& power, const Noise& noise) {
    if (noise.edge_share > 0.0 || noise.power_sd > 0.0 || power.lacks_samples()) return false;
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
        if (samples.t_s[i + 1] - samples.t_s[i] > noise.longest_s) return false;
    }
    return true;
}

}  // namespace

Gains gains_of(const ThermalView& samples, const PowerTable& power, const AlikeSteps& alike,
               const ThermalConstants& c, const Noise& noise) {
    Gains g;
    if (is_plain(samples, power, noise)) return g;
    for (std::vector<double>* v : {&g.die, &g.sink, &g.relative}) v->reserve(samples.size());
    StepTable<double> steps(samples, alike, network_of(c));
    const double r = noise.temp_sd * noise.temp_sd, power_variance = noise.power_sd * noise.power_sd,
                 edge_variance = noise.edge_share * noise.edge_share;
    Spread p;
    PowerTable::Cursor cursor;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const bool read = !std::isnan(samples.temp_c[i]);
        const double s = p.dd + r;
        g.die.push_back(read ? p.dd / s : 0.0);
        g.sink.push_back(read ? p.ds / s : 0.0);
        g.relative.push_back(s / r);
        if (read) {
            g.log_relative += std::log(s / r);
            p = {p.dd * r / s, p.ds * r / s, p.ss - p.ds * p.ds / s};
        }
        if (i + 1 == samples.size()) break;
        if (samples.t_s[i + 1] - samples.t_s[i] > noise.longest_s) {
            p = {kUnknownSd * kUnknownSd, 0.0, c.two_nodes ? kUnknownSd * kUnknownSd : 0.0};
            continue;
        }
        const Step<double>& step = steps.step(i);
        const double by_edge = edge_variance * power.mean(i, c.reading, c.power_shift_s, cursor).step_square;
        const double by_loss =
            power.lacks_samples() ? power.lost_variance(i, c.reading, c.power_shift_s) : 0.0;
        const double variance = std::max(by_edge, by_loss) + power_variance;
        p = carried(p, step, c.two_nodes);
        p.dd += variance * step.die_per_w * step.die_per_w;
        if (c.two_nodes) {
            p.ds += variance * step.die_per_w * step.sink_per_w;
            p.ss += variance * step.sink_per_w * step.sink_per_w;
        }
    }
    return g;
}

}  // namespace rle::thermal
