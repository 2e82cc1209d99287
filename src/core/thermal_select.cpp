#include "core/thermal_select.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace rle::thermal {
namespace {

constexpr std::size_t kStarts = 3;   // of the starting points tried, so many are descended from

struct Start {
    double sse;
    Theta theta;
};

double mean_of(const std::vector<double>& v) {
    double sum = 0.0;
    double n = 0.0;
    for (const double x : v) {
        if (std::isnan(x)) continue;
        sum += x;
        n += 1.0;
    }
    return n > 0.0 ? sum / n : 0.0;
}

double coldest_of(const ThermalSamples& s) {
    double low = std::numeric_limits<double>::infinity();
    for (const double t : s.temp_c) low = t < low ? t : low;
    return low;
}

double first_temperature(const ThermalSamples& s) {
    return *std::find_if(s.temp_c.begin(), s.temp_c.end(), [](double t) { return !std::isnan(t); });
}

const Solution& better(const Solution& a, const Solution& b) { return b.bic() < a.bic() ? b : a; }

Solution best_of(const Problem& problem, const Shape& shape, std::vector<Start> starts) {
    std::sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) { return a.sse < b.sse; });
    if (starts.size() > kStarts) starts.resize(kStarts);
    Solution best = fit_shape(problem, shape, starts.front().theta, 0.0);
    for (std::size_t i = 1; i < starts.size(); ++i) {
        Solution other = fit_shape(problem, shape, starts[i].theta, 0.0);
        if (other.sse < best.sse) best = std::move(other);
    }
    return best;
}

// Time constants in the reach of the samples, each with hA about where the means put it.
std::vector<Start> one_node_starts(const Problem& problem, const Shape& shape, double ambient_c) {
    const ThermalSamples& s = problem.samples;
    Theta base{};
    base[kAmbient] = shape.ambient ? std::min(ambient_c, coldest_of(s) - 1.0) : ambient_c;
    base[kStart] = base[kSinkStart] = first_temperature(s);
    const double rise = std::max(mean_of(s.temp_c) - base[kAmbient], 1.0);
    const double hA = std::max(mean_of(s.power_w), 1e-3) / rise;
    const double fan = shape.fan ? 1.0 + 4.0 * mean_of(s.fan) : 1.0;
    std::vector<Start> out;
    const double span = s.t_s.back() - s.t_s.front();
    for (double tau = problem.interval_s; tau < 3.0 * span; tau *= 2.5) {
        for (const double factor : {0.7, 1.0, 1.4}) {
            Theta theta = base;
            theta[kStill] = std::log(hA * factor / fan);
            theta[kFan] = theta[kStill] + std::log(4.0);
            theta[kDie] = std::log(hA * factor * tau);
            out.push_back({sum_of_squares(s, shape, theta), theta});
        }
    }
    return out;
}

// The one-node solution split into die and heatsink in several proportions.
std::vector<Start> two_node_starts(const Problem& problem, const Shape& shape, const Solution& one) {
    const ThermalSamples& s = problem.samples;
    const ThermalConstants c = one.constants();
    const double hA = c.hA(mean_of(s.fan));
    std::vector<Start> out;
    for (const double grown : {1.0, 3.0}) {
        for (const double share : {0.03, 0.1, 0.3}) {
            for (const double tightness : {1.0, 3.0, 10.0}) {
                Theta theta = one.theta;
                theta[kDie] = std::log(c.C_die * grown * share);
                theta[kSink] = std::log(c.C_die * grown * (1.0 - share));
                theta[kCoupling] = std::log(hA * tightness);
                theta[kSinkStart] = std::max(c.start_c - s.power_w.front() / (hA * tightness), c.ambient_c);
                out.push_back({sum_of_squares(s, shape, theta), theta});
            }
        }
    }
    return out;
}

// The same model with the power's steps known only to a share of themselves: the share that the errors speak for.
Solution with_edges(const Problem& problem, const Solution& exact) {
    Solution best = exact;
    for (const double share : {0.05, 0.1, 0.2, 0.3, 0.45, 0.6}) {
        best = better(best, fit_shape(problem, exact.shape, best.theta, share));
    }
    return best;
}

// The best reading of the power meter for a model that was fitted with the readings as they stand.
Solution with_meter(const Problem& problem, const Solution& as_read) {
    Theta late = as_read.theta;
    late[kShift] = problem.interval_s;
    const Solution averaged = fit_shape(problem, as_read.shape, late, 0.0);
    Shape shape = as_read.shape;
    shape.shift = true;
    const Solution& nearer = averaged.sse < as_read.sse ? averaged : as_read;
    const Solution shifted = fit_shape(problem, shape, nearer.theta, 0.0);
    Solution best = better(better(as_read, averaged), shifted);
    best = better(best, with_edges(problem, as_read));
    return better(best, with_edges(problem, shifted));
}

bool explained_by_rounding(const Problem& problem, const Solution& s) {
    const double sd = problem.rounding_sd();
    return s.gains.die.empty() && s.residual_variance() <= sd * sd;
}

Solution best_one_node(const Problem& problem, const ThermalOptions& options) {
    Shape shape;
    shape.ambient = options.fit_ambient;
    Solution best = best_of(problem, shape, one_node_starts(problem, shape, options.ambient_c));
    if (!explained_by_rounding(problem, best)) best = with_meter(problem, best);
    if (problem.samples.fan.empty() || explained_by_rounding(problem, best)) return best;
    shape.fan = true;
    const Solution fan = best_of(problem, shape, one_node_starts(problem, shape, options.ambient_c));
    return better(best, with_meter(problem, fan));
}

}  // namespace

Solution choose_model(const Problem& given, const ThermalOptions& options) {
    Problem problem = given;
    const Solution one = best_one_node(problem, options);
    if (!options.two_nodes || explained_by_rounding(problem, one)) return one;
    // A die faster than a tenth of the sampling interval cannot be told from one without mass.
    problem.bounds.low[kDie] = std::log(0.1 * problem.interval_s * one.constants().hA(mean_of(problem.samples.fan)));
    Solution best = one;
    for (const bool fan : {false, true}) {
        if (fan && problem.samples.fan.empty()) continue;
        Shape shape = one.shape;
        shape.two_nodes = true;
        shape.fan = fan;
        shape.shift = false;
        Solution from = one;
        from.theta[kFan] = one.shape.fan ? one.theta[kFan] : one.theta[kStill] + std::log(4.0);
        from.theta[kShift] = 0.0;
        const Solution two = best_of(problem, shape, two_node_starts(problem, shape, from));
        best = better(best, with_meter(problem, two));
    }
    return best;
}

}  // namespace rle::thermal
