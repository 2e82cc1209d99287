#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/thermal_interval.hpp"
#include "core/thermal_search.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {
namespace {

using namespace thermal;

double mean_of(const std::vector<double>& v) {
    return v.empty() ? 0.0 : std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

double mean_temperature(const ThermalSamples& s) {
    double sum = 0.0;
    double n = 0.0;
    for (const double t : s.temp_c) {
        if (std::isnan(t)) continue;
        sum += t;
        n += 1.0;
    }
    return sum / n;
}

double first_temperature(const ThermalSamples& s) {
    return *std::find_if(s.temp_c.begin(), s.temp_c.end(), [](double t) { return !std::isnan(t); });
}

// Time constants worth trying as a start, in the reach of the samples.
std::vector<double> tau_starts(const ThermalSamples& s) {
    const double span = s.t_s.back() - s.t_s.front();
    const double dt = span / static_cast<double>(s.size() - 1);
    std::vector<double> out;
    for (double tau = dt; tau < 3.0 * span; tau *= 2.5) out.push_back(tau);
    return out;
}

// Starts of the one-node search, best first.
std::vector<Theta> one_node_starts(const ThermalSamples& s, const Shape& shape,
                                   const ThermalOptions& options) {
    const double coldest = *std::min_element(s.temp_c.begin(), s.temp_c.end());
    Theta base{};
    base[kAmbient] = shape.ambient ? std::min(options.ambient_c, coldest - 1.0) : options.ambient_c;
    const double rise = std::max(mean_temperature(s) - base[kAmbient], 1.0);
    const double hA = std::max(mean_of(s.power_w), 1e-3) / rise;
    base[kStart] = base[kSinkStart] = first_temperature(s);
    std::vector<std::pair<double, Theta>> tried;
    for (const double tau : tau_starts(s)) {
        for (const double factor : {0.7, 1.0, 1.4}) {
            Theta theta = base;
            theta[kStill] = std::log(hA * factor / (shape.fan ? 1.0 + 2.0 * mean_of(s.fan) : 1.0));
            theta[kFan] = theta[kStill] + std::log(2.0);
            theta[kDie] = std::log(hA * factor * tau);
            tried.emplace_back(sum_of_squares(s, shape, theta), theta);
        }
    }
    std::sort(tried.begin(), tried.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Theta> out;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, tried.size()); ++i) out.push_back(tried[i].second);
    return out;
}

Solution best_from(const ThermalSamples& s, const Shape& shape, const std::vector<Theta>& starts,
                   const Bounds& bounds) {
    Solution best;
    best.sse = std::numeric_limits<double>::infinity();
    for (const Theta& start : starts) {
        Solution found = search(s, shape, start, bounds);
        if (found.sse < best.sse) best = std::move(found);
    }
    return best;
}

}  // namespace

ThermalResult fit_thermal(const ThermalSamples& samples, const ThermalOptions& options) {
    ThermalResult result;
    Shape shape;
    shape.ambient = options.fit_ambient;
    const Bounds bounds = bounds_of(samples);
    const Solution best = best_from(samples, shape, one_node_starts(samples, shape, options), bounds);
    const Uncertainty u = uncertainty_of(samples, best);
    result.constants = constants_of(best.theta, shape);
    ThermalFit& fit = result.fit;
    fit.model = "one-node";
    fit.simulated_c = simulate_thermal(samples, result.constants);
    fit.rmse_c = best.rmse();
    fit.ambient_c = result.constants.ambient_c;
    fit.hA_w_per_c = result.constants.hA_still;
    fit.C_j_per_c = result.constants.C_die;
    fit.tau_s = time_constants(result.constants, result.constants.hA_still);
    const auto put = [&](const char* key, double value, auto f) {
        const double half = u.quantile * standard_error(best, u, f);
        fit.ci95[key] = {value * std::exp(-half), value * std::exp(half)};
    };
    put("hA_w_per_c", *fit.hA_w_per_c, [](const Theta& t) { return t[kStill]; });
    put("C_j_per_c", *fit.C_j_per_c, [](const Theta& t) { return t[kDie]; });
    put("tau_s", fit.tau_s[0], [](const Theta& t) { return t[kDie] - t[kStill]; });
    result.usable = true;
    return result;
}

}  // namespace rle
