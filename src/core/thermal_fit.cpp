#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/thermal_interval.hpp"
#include "core/thermal_select.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {
namespace {

using namespace thermal;

double mean_fan(const ThermalSamples& s) {
    return s.fan.empty()
               ? 0.0
               : std::accumulate(s.fan.begin(), s.fan.end(), 0.0) / static_cast<double>(s.fan.size());
}

}  // namespace

ThermalResult fit_thermal(const ThermalSamples& samples, const ThermalOptions& options) {
    ThermalResult result;
    const Problem problem(samples);
    const Solution best = choose_model(problem, options);
    const Uncertainty u = uncertainty_of(problem, best);
    result.constants = best.constants();
    ThermalFit& fit = result.fit;
    const double fan = mean_fan(samples);
    fit.model = best.shape.two_nodes ? "two-node" : "one-node";
    fit.simulated_c = simulate_thermal(samples, result.constants);
    double sse = 0, n = 0;
    for (std::size_t i = 0; i < samples.size(); ++i)
        if (!std::isnan(samples.temp_c[i]))
            sse += std::pow(samples.temp_c[i] - fit.simulated_c[i], 2), n += 1;
    fit.rmse_c = std::sqrt(sse / n);
    fit.ambient_c = result.constants.ambient_c;
    fit.hA_w_per_c = result.constants.hA(fan);
    fit.C_j_per_c = result.constants.C_die + result.constants.C_sink;
    fit.tau_s = time_constants(result.constants, *fit.hA_w_per_c);
    fit.adequate = u.ljung_box_p > 0.001 ||
                   best.residual_variance() <= 2.0 * problem.rounding_sd() * problem.rounding_sd();
    const auto put = [&](const char* key, double value, auto f) {
        const double half = u.quantile * standard_error(best, u, f);
        fit.ci95[key] = {value * std::exp(-half), value * std::exp(half)};
    };
    const Shape shape = best.shape;
    put("hA_w_per_c", *fit.hA_w_per_c,
        [=](const Theta& t) { return std::log(constants_of(t, shape).hA(fan)); });
    put("C_j_per_c", *fit.C_j_per_c, [=](const Theta& t) {
        return std::log(constants_of(t, shape).C_die + constants_of(t, shape).C_sink);
    });
    put("tau_s", fit.tau_s[0], [=](const Theta& t) {
        const auto c = constants_of(t, shape);
        return std::log(time_constants(c, c.hA(fan))[0]);
    });
    result.usable = true;
    return result;
}

}  // namespace rle
