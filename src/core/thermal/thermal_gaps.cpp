#include "core/thermal/thermal_gaps.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/series.hpp"

namespace rle {
namespace {

// A state is not known to within 30 degC before the readings, and these are known to a fraction of a degree:
// the share with which the first guess holds against them.
constexpr double kHold = 1e-4;

struct Stretch {
    std::vector<double> die;
    std::vector<double> sink;
};

Stretch run(const ThermalView& samples, const ThermalConstants& c) {
    Stretch out;
    out.die = simulate_thermal(samples, c, &out.sink);
    return out;
}

// By least squares. The model is linear in the state it starts from, so that one step ends at the minimum.
ThermalConstants started_best(const ThermalView& samples, const ThermalConstants& c) {
    ThermalConstants by_die = c, by_sink = c;
    by_die.start_c += 1.0;
    by_sink.sink_start_c += 1.0;
    const std::vector<double> base = simulate_thermal(samples, c), die = simulate_thermal(samples, by_die),
                              sink = simulate_thermal(samples, by_sink);
    double dd = kHold, ds = 0.0, ss = kHold, d_left = 0.0, s_left = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double left = samples.temp_c[i] - base[i];
        if (std::isnan(left)) continue;
        const double d = die[i] - base[i], s = c.two_nodes ? sink[i] - base[i] : 0.0;
        dd += d * d;
        ds += d * s;
        ss += s * s;
        d_left += d * left;
        s_left += s * left;
    }
    const double determinant = dd * ss - ds * ds;
    ThermalConstants out = c;
    out.start_c += (ss * d_left - ds * s_left) / determinant;
    if (c.two_nodes) out.sink_start_c += (dd * s_left - ds * d_left) / determinant;
    return out;
}

}  // namespace

std::vector<double> simulate_anew(const ThermalView& samples, const ThermalConstants& constants,
                                  const std::vector<std::size_t>& anew, std::vector<double>* sink_c) {
    if (anew.empty()) return simulate_thermal(samples, constants, sink_c);
    Stretch whole;
    ThermalConstants c = constants;
    std::size_t from = 0;
    for (std::size_t k = 0; k <= anew.size(); ++k) {
        const std::size_t to = k < anew.size() ? anew[k] : samples.size();
        const ThermalView stretch = samples.slice(from, to);
        if (from > 0) {
            const auto read = std::find_if(stretch.temp_c.begin(), stretch.temp_c.end(),
                                           [](double x) { return !std::isnan(x); });
            c.start_c = read == stretch.temp_c.end() ? whole.die.back() : *read;
            c.sink_start_c = whole.sink.back();
            c = started_best(stretch, c);
        }
        const Stretch part = run(stretch, c);
        whole.die.insert(whole.die.end(), part.die.begin(), part.die.end());
        whole.sink.insert(whole.sink.end(), part.sink.begin(), part.sink.end());
        from = to;
    }
    if (sink_c != nullptr) *sink_c = whole.sink;
    return whole.die;
}

std::vector<double> simulate_between_gaps(const ThermalView& samples, const ThermalConstants& constants,
                                          double longest_s, std::vector<double>* sink_c) {
    std::vector<std::size_t> behind_gaps;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        if (samples.t_s[i] - samples.t_s[i - 1] > longest_s) behind_gaps.push_back(i);
    }
    return simulate_anew(samples, constants, behind_gaps, sink_c);
}

}  // namespace rle
