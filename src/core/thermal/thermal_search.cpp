#include "core/thermal/thermal_search.hpp"

#include <algorithm>
#include <cstring>

#include "core/maths/linear_algebra.hpp"
#include "core/thermal/conservation.hpp"
#include "core/thermal/thermal_simulate.hpp"

namespace rle::thermal {
namespace {

// Normal equations of one linearisation.
struct Normal {
    Eigen::MatrixXd jtj;
    Eigen::VectorXd jtr;  // J'W(measured - predicted)
    double sse = 0.0;
    std::size_t n = 0;
};

// Sums of products of the derivatives.
template <std::size_t N>
class NormalSums {
  public:
    explicit NormalSums(std::size_t free) : free_(free) {}

    RLE_ALWAYS_INLINE void add(const Dual<N>& model, double residual, double weight) {
        double d[N];
        std::memcpy(d, model.d, sizeof d);
        const double weighted = weight * residual;
        add_all(model, weighted, right_, typename Dual<N>::Pairs());
        for (std::size_t j = 0; j < free_; ++j)
            add_all(model, weight * d[j], products_[j], typename Dual<N>::Pairs());
        sse_ += weighted * residual;
        ++n_;
    }

    Normal result() const {
        const auto m = static_cast<Eigen::Index>(free_);
        Normal out{Eigen::MatrixXd(m, m), Eigen::VectorXd(m), sse_, n_};
        for (std::size_t i = 0; i < free_; ++i) {
            const auto row = static_cast<Eigen::Index>(i);
            out.jtr[row] = right_[i / kPair][i % kPair];
            for (std::size_t j = 0; j <= i; ++j) {
                const auto column = static_cast<Eigen::Index>(j);
                out.jtj(row, column) = out.jtj(column, row) = products_[j][i / kPair][i % kPair];
            }
        }
        return out;
    }

  private:
    using Row = Pair[Dual<N>::kPairs];

    template <std::size_t... B>
    RLE_ALWAYS_INLINE static void add_all(const Dual<N>& model, double factor, Row& sums,
                                          std::index_sequence<B...>) {
        ((sums[B] += factor * model.d[B]), ...);
    }

    std::size_t free_;
    Row products_[N]{};
    Row right_{};
    double sse_ = 0.0;
    std::size_t n_ = 0;
};

// What a pass over the samples does at each of them.
template <std::size_t N>
struct AddSample {
    const Problem& problem;
    const Gains& gains;
    NormalSums<N>& sums;

    RLE_ALWAYS_INLINE void operator()(std::size_t i, const Dual<N>& model) const {
        const double residual = problem.samples.temp_c[i] - model.v;
        if (!std::isnan(residual)) sums.add(model, residual, gains.weight(i));
    }
};

template <bool kTwoNodes, std::size_t N>
Normal linearised(const Problem& problem, const Solution& at, const Theta& theta) {
    NormalSums<N> sums(at.free.size());
    simulate<kTwoNodes, N>(problem.samples, problem.power_of(at.shape), problem.alike(at.shape.fan), at.shape,
                           theta, at.free, at.gains, AddSample<N>{problem, at.gains, sums});
    return sums.result();
}

// The model of `at` with the parameters `theta`.
Normal linearise(const Problem& problem, const Solution& at, const Theta& theta) {
    const std::size_t free = at.free.size();
    if (!at.shape.two_nodes) {
        return free <= 4 ? linearised<false, 4>(problem, at, theta)
                         : linearised<false, 6>(problem, at, theta);
    }
    return free <= 8 ? linearised<true, 8>(problem, at, theta) : linearised<true, 10>(problem, at, theta);
}

double clamped(double x, const Bounds& bounds, Slot slot) {
    return std::clamp(x, bounds.low[slot], bounds.high[slot]);
}

bool pushes_out(double x, double push, const Bounds& bounds, Slot slot) {
    return (x <= bounds.low[slot] && push < 0.0) || (x >= bounds.high[slot] && push > 0.0);
}

// The Marquardt step; parameters that push against a bound stay where they are.
Theta stepped(const Solution& at, const Normal& normal, const Bounds& bounds, double damping) {
    Eigen::MatrixXd a = normal.jtj;
    Eigen::VectorXd g = normal.jtr;
    const double floor = 1e-12 * std::max(a.diagonal().maxCoeff(), 1e-300);
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
        const Slot slot = at.free[static_cast<std::size_t>(i)];
        if (pushes_out(at.theta[slot], g[i], bounds, slot)) {
            a.row(i).setZero();
            a.col(i).setZero();
            g[i] = 0.0;
        }
        a(i, i) += damping * a(i, i) + floor;
    }
    const Eigen::VectorXd delta = solve_definite(a, g);
    Theta out = at.theta;
    for (Eigen::Index i = 0; i < delta.size(); ++i) {
        const Slot slot = at.free[static_cast<std::size_t>(i)];
        const double limit = is_log(slot) ? 1.5 : 1e9;  // no constant by more than a factor of 4.5 at once
        const double move = std::isfinite(delta[i]) ? std::clamp(delta[i], -limit, limit) : 0.0;
        out[slot] = clamped(at.theta[slot] + move, bounds, slot);
    }
    return out;
}

Bounds bounds_of(double interval_s) {
    Bounds b;
    b.low.fill(std::log(1e-3));
    b.high.fill(std::log(1e4));
    b.low[kDie] = b.low[kSink] = std::log(1e-2);
    b.high[kDie] = b.high[kSink] = std::log(1e7);
    b.low[kAmbient] = -60.0;
    b.high[kAmbient] = 150.0;
    b.low[kStart] = b.low[kSinkStart] = -100.0;
    b.high[kStart] = b.high[kSinkStart] = 300.0;
    b.low[kShift] = -interval_s;
    b.high[kShift] =
        interval_s + 1.5;  // held for one interval, after being averaged and late by as much as 1 s
    return b;
}

}  // namespace

double resolution_of(std::span<const double> temp_c) {
    for (const double step : {1.0, 0.5, 0.25, 0.125, 0.1}) {
        const bool fits = std::all_of(temp_c.begin(), temp_c.end(), [&](double t) {
            return std::isnan(t) || std::abs(t / step - std::round(t / step)) < 1e-6;
        });
        if (fits) return step;
    }
    return 0.0;
}

namespace {

// `room` is read in steps from somewhere between them.
ReadingSteps room_steps_of(const ThermalView& s) {
    if (s.room.empty() || s.room_step_c <= 0.0) return {};
    const std::array<StepCandidate, 1> known{{{s.room_step_c}}};
    return {room_above_lowest(s), known};
}

}  // namespace

std::vector<double> room_above_lowest(const ThermalView& s) {
    std::vector<double> out(s.room.begin(), s.room.end());
    const double low = out.empty() ? 0.0 : *std::min_element(out.begin(), out.end());
    for (double& t : out) t = s.room_step_c * std::round((t - low) / s.room_step_c);
    return out;
}

Problem::Problem(const ThermalView& of)
    : samples(of),
      power(of.t_s, of.power_w),
      power_steps(of.power_w, kPowerSteps),
      fan_steps(of.fan, kFanSteps),
      room_steps(room_steps_of(of)),
      by_time(of, false),
      by_fan(of.fan.empty() ? ThermalView{} : of, true),
      resolution(resolution_of(of.temp_c)),
      interval_s((of.t_s.back() - of.t_s.front()) / static_cast<double>(of.size() - 1)),
      longest_s(longest_interval(of.t_s)) {
    bounds = bounds_of(interval_s);
}

double Problem::rounding_sd() const {
    return std::max(resolution / std::sqrt(12.0), 1e-6);
}

double Solution::residual_variance() const {
    const double left = static_cast<double>(n) - static_cast<double>(free.size());
    return sse / std::max(left, 1.0);
}

double Solution::deviance() const {
    const double variance = noise.temp_sd * noise.temp_sd;
    return static_cast<double>(n) * std::log(variance) + sse / variance + gains.log_relative;
}

double Solution::bic() const {
    // That a late meter is late by the very same time at every edge is a claim of its own.
    const bool sharp = shape.reading == PowerReading::late && shape.edge_share == 0.0;
    const auto parameters = static_cast<double>(free.size()) + (sharp ? 1.0 : 0.0);
    return deviance() + parameters * std::log(static_cast<double>(n));
}

Shape behind_window(const Problem& problem, Shape shape, PowerReading reading, double window_s) {
    auto table = std::make_shared<PowerTable>(problem.samples.t_s, problem.samples.power_w, reading);
    table->look_behind(reading, window_s);
    shape.read_as(reading);
    shape.behind = std::move(table);
    return shape;
}

Solution descend(const Problem& problem, const Shape& shape, const Theta& start, const Noise& noise,
                 const Effort& effort) {
    Solution best;
    best.shape = shape;
    best.theta = start;
    best.free = shape.free();
    best.noise = noise;
    for (const Slot slot : best.free) best.theta[slot] = clamped(best.theta[slot], problem.bounds, slot);
    best.gains =
        gains_of(problem.samples, problem.power_of(shape), problem.alike(shape.fan), best.constants(), noise);
    Normal normal = linearise(problem, best, best.theta);
    double damping = 1e-3;
    double growth = 2.0;
    for (int i = 0; i < effort.iterations && damping < 1e12; ++i) {
        const Theta theta = stepped(best, normal, problem.bounds, damping);
        if (theta == best.theta) break;
        Normal there = linearise(problem, best, theta);
        if (!(there.sse < normal.sse)) {
            damping *= growth;
            growth *= 2.0;
            continue;
        }
        const double fall = (normal.sse - there.sse) / normal.sse;
        best.theta = theta;
        normal = std::move(there);
        damping = std::max(damping / 5.0, 1e-12);
        growth = 2.0;
        if (fall < effort.tolerance) break;
    }
    best.information = normal.jtj;
    best.sse = normal.sse;
    best.n = normal.n;
    for (const Slot slot : best.free) {
        const double x = best.theta[slot];
        best.pinned.push_back(x <= problem.bounds.low[slot] || x >= problem.bounds.high[slot]);
    }
    return best;
}

Solution fit_shape(const Problem& problem, const Shape& shape, const Theta& start, const Effort& effort) {
    Noise noise{problem.rounding_sd(), shape.edge_share, shape.power_sd, problem.longest_s};
    Solution out = descend(problem, shape, start, noise, effort);
    for (int round = 0; round < 4; ++round) {
        noise.temp_sd = std::max(std::sqrt(out.residual_variance()), problem.rounding_sd());
        const bool settled = std::abs(noise.temp_sd / out.noise.temp_sd - 1.0) < 0.01;
        out.noise.temp_sd = noise.temp_sd;
        if (out.gains.die.empty() || (settled && round > 0)) break;
        out = descend(problem, shape, out.theta, noise, effort);
    }
    return out;
}

double sum_of_squares(const Problem& problem, const Shape& shape, const Theta& theta) {
    const ThermalView& samples = problem.samples;
    const std::vector<double> model =
        simulate_between_gaps(samples, constants_of(theta, shape), problem.longest_s);
    double sse = 0.0;
    for (std::size_t i = 0; i < model.size(); ++i) {
        const double r = samples.temp_c[i] - model[i];
        if (!std::isnan(r)) sse += r * r;
    }
    return sse;
}

}  // namespace rle::thermal
