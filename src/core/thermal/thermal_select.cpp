#include "core/thermal/thermal_select.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "core/thermal/thermal_interval.hpp"

namespace rle::thermal {
namespace {

constexpr std::size_t kExcerpt = 4000;  // samples: the model is chosen on so many, and then fitted to all
constexpr double kAlike = 1e-6;         // of BIC
constexpr double kPlainly = 10.0;       // of BIC, "very strong" evidence (Kass & Raftery 1995)
constexpr double kOtherRoom = 10.0;     // degC, by which a given ambient may be wrong
constexpr double kKnownRoom = 2.0;      // degC, half the 95 % interval of one that is fitted unasked
constexpr double kSureOfAssumed = 2.0;  // halves of that interval, by which an ambient must be off
constexpr double kSureOfGiven = 2.5;    // one that somebody measured: whole degrees that repeat each period
                                        // of a load may put it off by 2
constexpr double kMoreThanOne = 1.3;    // intervals in a window: of one, each reading is by itself
constexpr double kSeenFading = 0.15;  // intervals, of a fading mean's time constant: shorter ones do not show
constexpr double kNearTable = 0.1;    // of a window, by which it may be off the one its table is made for
constexpr double kFadedAway = 1.5;    // s, an interval after which nothing is left of them
constexpr std::size_t kStarts = 3;    // of the starting points tried, so many are descended from

struct Start {
    double sse;
    Theta theta;
};

double mean_of(std::span<const double> v) {
    double sum = 0.0;
    double n = 0.0;
    for (const double x : v) {
        if (std::isnan(x)) continue;
        sum += x;
        n += 1.0;
    }
    return n > 0.0 ? sum / n : 0.0;
}

double coldest_of(const ThermalView& s) {
    double low = std::numeric_limits<double>::infinity();
    for (const double t : s.temp_c) low = t < low ? t : low;
    return low;
}

double first_temperature(const ThermalView& s) {
    return *std::find_if(s.temp_c.begin(), s.temp_c.end(), [](double t) { return !std::isnan(t); });
}

// Of two that fit alike but for rounding (readings of a power that rests) the first.
const Solution& better(const Solution& a, const Solution& b) {
    return b.bic() < a.bic() - kAlike ? b : a;
}

Solution best_of(const Problem& problem, const Shape& shape, std::vector<Start> starts) {
    std::sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) { return a.sse < b.sse; });
    if (starts.size() > kStarts) starts.resize(kStarts);
    Solution best = fit_shape(problem, shape, starts.front().theta, kCoarse);
    for (std::size_t i = 1; i < starts.size(); ++i) {
        Solution other = fit_shape(problem, shape, starts[i].theta, kCoarse);
        if (other.sse < best.sse) best = std::move(other);
    }
    return fit_shape(problem, shape, best.theta);
}

// Time constants in the reach of the samples, each with hA about where the means put it.
std::vector<Start> one_node_starts(const Problem& problem, const Shape& shape, double ambient_c) {
    const ThermalView& s = problem.samples;
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
            out.push_back({sum_of_squares(problem, shape, theta), theta});
        }
    }
    return out;
}

// The one-node solution split into die and heatsink in several proportions.
std::vector<Start> two_node_starts(const Problem& problem, const Shape& shape, const Solution& one) {
    const ThermalView& s = problem.samples;
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
                out.push_back({sum_of_squares(problem, shape, theta), theta});
            }
        }
    }
    return out;
}

// The same model under every way of reading the meter; the best of them.
Solution with_meter(const Problem& problem, const Solution& held) {
    Solution best = held;
    const auto attempt = [&](PowerReading reading, double edge_share, double shift_s) {
        Shape shape = held.shape;
        shape.read_as(reading, edge_share);
        Theta from = best.theta;
        from[kShift] = shift_s;
        best = better(best, fit_shape(problem, shape, from));
    };
    attempt(PowerReading::averaged, 0.0, 0.0);
    attempt(PowerReading::sampled, kAnywhere, 0.0);
    attempt(PowerReading::late, kAnywhere, problem.interval_s);
    const bool late = best.shape.reading == PowerReading::late;
    const double shift_s = late ? best.theta[kShift] : 0.5 * problem.interval_s;
    attempt(PowerReading::late, 0.0, shift_s);
    const double instant_s = shift_s - 0.5 * problem.interval_s;  // no reading is of an instant to come
    if (late && instant_s > 0.0) attempt(PowerReading::late_sampled, kAnywhere, instant_s);
    const std::optional<Solution> trailing = with_long_mean(problem, held);
    return trailing ? better(best, *trailing) : best;
}

// What 1 W can warm the die by, degC; a path that some of the power makes stays below.
double most_per_w(const Solution& s) {
    const ThermalConstants c = s.constants();
    return 1.0 / c.hA_still + (c.two_nodes ? 1.0 / c.coupling : 0.0);
}

bool leans_on_fan_steps(const Problem& problem, const Solution& s) {
    return s.shape.fan && problem.fan_steps.variance() > 0.0;
}

// What the rounding of power, ambient and fan can leave at most, degC^2; that of a fan has no simple bound.
double most_by_inputs(const Problem& problem, const Solution& s) {
    if (leans_on_fan_steps(problem, s)) return std::numeric_limits<double>::infinity();
    return problem.power_steps.variance() * most_per_w(s) * most_per_w(s) + problem.room_steps.variance();
}

// Distinct errors of the column that has the fewest.
double fewest_readings(const Problem& problem, const Solution& s) {
    std::size_t out = std::numeric_limits<std::size_t>::max();
    for (const ReadingSteps* steps : {&problem.power_steps, &problem.room_steps}) {
        if (steps->variance() > 0.0) out = std::min(out, steps->distinct());
    }
    if (leans_on_fan_steps(problem, s)) out = std::min(out, problem.fan_steps.distinct());
    return static_cast<double>(out);
}

double free_squares(const Problem& problem, const Solution& s) {
    return sum_of_squares(problem, s.shape, s.theta);
}

// The model in which hA follows the fan, beside the ones in which it follows it linearly or not at all.
// Linear or not costs no parameter and shows in the slow run of the temperature, so there the simulation
// decides.
Solution with_fan_settled(const Problem& problem, const Solution& turbulent) {
    Shape shape = turbulent.shape;
    shape.fan_exponent = 1.0;
    const Solution linear = fit_shape(problem, shape, turbulent.theta);
    const Solution& best =
        free_squares(problem, linear) < 0.99 * free_squares(problem, turbulent) ? linear : turbulent;
    shape.fan = false;
    Theta from = best.theta;
    from[kStill] = std::log(best.constants().hA(mean_of(problem.samples.fan)));
    return better(best, fit_shape(problem, shape, from));
}

Solution best_one_node(const Problem& problem, const ThermalOptions& options) {
    Shape shape;
    shape.ambient = options.fit_ambient;
    shape.fan = !problem.samples.fan.empty();
    const Solution held = best_of(problem, shape, one_node_starts(problem, shape, options.ambient_c));
    const Solution best = with_meter(problem, held);
    return shape.fan ? with_fan_settled(problem, best) : best;
}

Solution best_two_nodes(Problem problem, const Solution& one) {
    // A die faster than a tenth of the sampling interval cannot be told from one without mass.
    const double hA = one.constants().hA(mean_of(problem.samples.fan));
    problem.bounds.low[kDie] = std::log(0.1 * problem.interval_s * hA);
    Solution from = one;
    from.shape.fan = !problem.samples.fan.empty();
    from.shape.read_as(PowerReading::held);
    from.shape.fan_exponent = Shape{}.fan_exponent;
    if (from.shape.fan && !one.shape.fan) {
        from.theta[kStill] = std::log(0.5 * hA);
        from.theta[kFan] = std::log(hA);
    }
    Shape shape = from.shape;
    shape.two_nodes = true;
    const Solution held = best_of(problem, shape, two_node_starts(problem, shape, from));
    const Solution best = with_meter(problem, held);
    return shape.fan ? with_fan_settled(problem, best) : best;
}

// Of the stretches of `length` samples the one in which the power moves most, among those with at least half
// of their share of the temperatures that were read.
ThermalView liveliest(const ThermalView& s, std::size_t length) {
    std::vector<double> moved(s.size() + 1);      // W, up to each sample
    std::vector<std::size_t> read(s.size() + 1);  // temperatures, before each sample
    for (std::size_t i = 0; i < s.size(); ++i) {
        moved[i + 1] = moved[i] + (i + 1 < s.size() ? std::abs(s.power_w[i + 1] - s.power_w[i]) : 0.0);
        read[i + 1] = read[i] + (std::isnan(s.temp_c[i]) ? 0 : 1);
    }
    const auto movement = [&](std::size_t first) { return moved[first + length] - moved[first]; };
    const double share = static_cast<double>(length) / static_cast<double>(s.size());
    const double least = 0.5 * share * static_cast<double>(read.back());
    std::size_t best = s.size() - length;  // which has enough, where none of the others has
    bool any = false;
    for (std::size_t first = 0; first + length <= s.size(); first += length / 4) {
        if (static_cast<double>(read[first + length] - read[first]) < least) continue;
        if (!any || movement(first) > movement(best)) best = first;
        any = true;
    }
    return s.slice(best, best + length);
}

// The chosen model with readings of the power that scatter. Only where one node serves: a heatsink that the
// model lacks would look like scatter too.
Solution with_scatter(const Problem& problem, const Solution& exact) {
    if (exact.shape.two_nodes || explained_by_rounding(problem, exact)) return exact;
    const auto [low, high] =
        std::minmax_element(problem.samples.power_w.begin(), problem.samples.power_w.end());
    Solution best = exact;
    for (const double share : {0.004, 0.008, 0.015, 0.03, 0.06}) {
        Shape shape = exact.shape;
        shape.power_sd = share * (*high - *low);
        best = better(best, fit_shape(problem, shape, best.theta));
    }
    return best;
}

// `fixed` with the ambient free.
Solution with_free_ambient(const Problem& problem, const Solution& fixed) {
    Shape shape = fixed.shape;
    shape.two_nodes = false;
    shape.ambient = true;
    shape.read_as(PowerReading::held);
    return with_scatter(problem, with_meter(problem, fit_shape(problem, shape, fixed.theta)));
}

// Another room than the given one, and told by the samples; what is farther off may as well be a heatsink
// that hardly moves. BIC takes the errors for white; the interval knows that rounding repeats on a plateau.
std::optional<OtherAmbient> another_room(const Problem& problem, const Solution& freed,
                                         const ThermalOptions& options) {
    const Uncertainty u = uncertainty_of(problem, freed);
    const double half = u.quantile * standard_error(freed, u, [](const Theta& t) { return t[kAmbient]; });
    const double off = std::abs(freed.theta[kAmbient] - options.ambient_c);
    const double sure = options.ambient_assumed ? kSureOfAssumed : kSureOfGiven;
    if (half > kKnownRoom || off < sure * half || off > kOtherRoom) return std::nullopt;
    return OtherAmbient{freed.theta[kAmbient], half};
}

// One node with the ambient free beside the `best` with the ambient given: it must be better by `margin`.
Choice with_ambient_questioned(const Problem& problem, const ThermalOptions& options, const Solution& one,
                               const Solution& best, double margin) {
    if (options.fit_ambient) return {best, std::nullopt};
    const Solution freed = with_free_ambient(problem, one);
    if (freed.bic() + margin >= best.bic()) return {best, std::nullopt};
    const std::optional<OtherAmbient> other = another_room(problem, freed, options);
    return {other && options.ambient_assumed ? freed : best, other};
}

// A second node that the samples do not tell may stand for anything, and most likely for an ambient that is
// not the given one (a heatsink that hangs on it through a huge hA) or for power readings that scatter: it is
// no better a claim than these, and has more parameters.
Choice choose_among_all(const Problem& problem, const ThermalOptions& options) {
    const Solution one = best_one_node(problem, options);
    if (!options.two_nodes) return {one, std::nullopt};
    if (explained_by_rounding(problem, one)) {
        return with_ambient_questioned(problem, options, one, one, kPlainly);
    }
    Solution best = with_scatter(problem, better(one, best_two_nodes(problem, one)));
    if (best.shape.two_nodes) best = fit_shape(problem, best.shape, best.theta, kFine);
    const bool hidden = best.shape.two_nodes && !second_node_told(problem, best);
    if (hidden) best = better(best, with_scatter(problem, one));
    return with_ambient_questioned(problem, options, one, best,
                                   best.shape.two_nodes && hidden ? 0.0 : kPlainly);
}

}  // namespace

std::optional<Solution> with_long_mean(const Problem& problem, const Solution& from) {
    std::optional<Solution> best;
    const auto attempt = [&](PowerReading reading, double window_s, const Theta& theta,
                             const Effort& effort) {
        Theta start = theta;
        start[kShift] = window_s;
        const Shape shape = behind_window(problem, from.shape, reading, window_s);
        Solution found = fit_shape(problem, shape, start, effort);
        if (!best || found.sse < best->sse) best = std::move(found);
    };
    for (const double window_s : {0.2, 0.3, 0.5, 0.7, 1.0, 1.4}) {
        if (window_s >= kMoreThanOne * problem.interval_s)
            attempt(PowerReading::trailing, window_s, from.theta, kCoarse);
        if (0.5 * window_s >= kSeenFading * problem.interval_s && problem.interval_s < kFadedAway)
            attempt(PowerReading::fading, 0.5 * window_s, from.theta, kCoarse);
    }
    if (!best) return std::nullopt;
    for (int i = 0; i < 2; ++i) {
        const Theta theta = best->theta;
        const PowerReading reading = best->shape.reading;
        best.reset();  // the last one's window was only nearly its table's
        attempt(reading, std::max(theta[kShift], kSeenFading * problem.interval_s), theta, {});
    }
    const bool fades = best->shape.reading == PowerReading::fading;
    const double window_s = best->theta[kShift], least_s = (fades ? kSeenFading : 1.0) * problem.interval_s;
    const double off = window_s / best->shape.behind->window_s() - 1.0;
    return window_s >= least_s && std::abs(off) < kNearTable ? best : std::nullopt;
}

bool second_node_told(const Problem& problem, const Solution& s) {
    const double fan = mean_of(problem.samples.fan);
    const Uncertainty u = uncertainty_of(problem, s);
    const auto told = [&](const std::function<double(const ThermalConstants&)>& of) {
        const auto log_of = [&](const Theta& t) { return std::log(of(constants_of(t, s.shape))); };
        return 2.0 * u.quantile * standard_error(s, u, log_of) <= std::log(kTellingRatio);
    };
    const auto hA = [fan](const ThermalConstants& c) { return c.hA(fan); };
    const auto slow = [fan](const ThermalConstants& c) { return time_constants(c, c.hA(fan))[0]; };
    const double span_s = problem.samples.t_s.back() - problem.samples.t_s.front();
    return slow(s.constants()) <= span_s && told(hA) && told(slow) &&
           told([](const ThermalConstants& c) { return c.C_die + c.C_sink; });
}

bool is_irregular(const Problem& problem) {
    constexpr double kLeastScatter = 0.5;
    const std::span<const double> t = problem.samples.t_s;
    double n = 0.0, sum = 0.0, squares = 0.0;
    for (std::size_t i = 1; i < t.size(); ++i) {
        const double dt = t[i] - t[i - 1];
        if (dt > problem.longest_s) continue;
        n += 1.0;
        sum += dt;
        squares += dt * dt;
    }
    return n > 1.0 && n * squares >= (1.0 + kLeastScatter * kLeastScatter) * sum * sum;
}

bool explained_by_rounding(const Problem& problem, const Solution& s, std::optional<double> by_input_steps) {
    const double sd = problem.rounding_sd();
    const double by_temperature = sd * sd * (1.0 + 3.0 * 0.9 / std::sqrt(static_cast<double>(s.n)));
    if (s.residual_variance() <= by_temperature) return true;
    const double scatter = 1.0 + 3.0 * 0.9 / std::sqrt(fewest_readings(problem, s));
    if (s.residual_variance() > by_temperature + most_by_inputs(problem, s) * scatter) return false;
    if (!by_input_steps) by_input_steps = variance_by_input_steps(problem, s);
    return s.residual_variance() <= by_temperature + *by_input_steps * scatter;
}

Choice choose_model(const Problem& problem, const ThermalOptions& options) {
    const ThermalView& all = problem.samples;
    if (all.size() <= kExcerpt) {
        const Choice chosen = choose_among_all(problem, options);
        return {fit_shape(problem, chosen.solution.shape, chosen.solution.theta, kFine), chosen.other};
    }
    const ThermalView excerpt = liveliest(all, kExcerpt);
    const Choice chosen = choose_among_all(Problem(excerpt), options);
    Theta from = chosen.solution.theta;
    from[kStart] = from[kSinkStart] = first_temperature(all);
    Shape shape = chosen.solution.shape;
    if (shape.behind) shape = behind_window(problem, shape, shape.reading, from[kShift]);
    return {fit_shape(problem, shape, from, {12, 1e-8}), chosen.other};
}

}  // namespace rle::thermal
