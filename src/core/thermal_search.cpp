#include "core/thermal_search.hpp"

#include <algorithm>
#include <limits>

#include "core/thermal_simulate.hpp"

namespace rle::thermal {
namespace {

// Normal equations of one linearisation.
struct Normal {
    Eigen::MatrixXd jtj;
    Eigen::VectorXd jtr;  // J'(measured - model)
    double sse = 0.0;
    std::size_t n = 0;
};

template <std::size_t N>
Normal linearise_n(const ThermalSamples& samples, const PowerTable& power, const Shape& shape,
                   const Theta& theta, const std::vector<Slot>& free) {
    using Vector = Eigen::Matrix<double, static_cast<int>(N), 1>;
    Eigen::Matrix<double, static_cast<int>(N), static_cast<int>(N)> jtj;
    jtj.setZero();
    Vector jtr = Vector::Zero();
    Normal out;
    simulate<N>(samples, power, shape, theta, free, [&](std::size_t i, const Dual<N>& t) {
        const double r = samples.temp_c[i] - t.v;
        if (std::isnan(r)) return;
        const Eigen::Map<const Vector> gradient(t.d.data());
        jtj.noalias() += gradient * gradient.transpose();
        jtr.noalias() += gradient * r;
        out.sse += r * r;
        ++out.n;
    });
    const auto m = static_cast<Eigen::Index>(free.size());
    out.jtj = jtj.topLeftCorner(m, m);
    out.jtr = jtr.head(m);
    return out;
}

Normal linearise(const ThermalSamples& samples, const PowerTable& power, const Shape& shape,
                 const Theta& theta, const std::vector<Slot>& free) {
    return shape.two_nodes ? linearise_n<9>(samples, power, shape, theta, free)
                           : linearise_n<6>(samples, power, shape, theta, free);
}

double clamped(double x, const Bounds& bounds, Slot slot) {
    return std::clamp(x, bounds.low[slot], bounds.high[slot]);
}

// The Marquardt step, with the parameters that push against a bound left where they are.
Theta stepped(const Theta& theta, const Normal& normal, const std::vector<Slot>& free, const Bounds& bounds,
              double damping) {
    Eigen::MatrixXd a = normal.jtj;
    Eigen::VectorXd g = normal.jtr;
    const double floor = 1e-12 * std::max(a.diagonal().maxCoeff(), 1e-300);
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
        const Slot slot = free[static_cast<std::size_t>(i)];
        const bool stuck =
            (theta[slot] <= bounds.low[slot] && g[i] < 0) || (theta[slot] >= bounds.high[slot] && g[i] > 0);
        if (stuck) {
            a.row(i).setZero();
            a.col(i).setZero();
            g[i] = 0.0;
        }
        a(i, i) += damping * a(i, i) + floor;
    }
    const Eigen::VectorXd delta = a.ldlt().solve(g);
    Theta out = theta;
    for (Eigen::Index i = 0; i < delta.size(); ++i) {
        const Slot slot = free[static_cast<std::size_t>(i)];
        const double limit = is_log(slot) ? 1.5 : 1e9;  // no more than a factor of 4.5 at once
        const double move = std::isfinite(delta[i]) ? std::clamp(delta[i], -limit, limit) : 0.0;
        out[slot] = clamped(theta[slot] + move, bounds, slot);
    }
    return out;
}

}  // namespace

double Solution::bic() const {
    const auto samples = static_cast<double>(n);
    const double floor = 1e-12 * samples;  // exact data: no model is better than exact
    return samples * std::log(std::max(sse, floor) / samples) +
           static_cast<double>(free.size()) * std::log(samples);
}

Bounds bounds_of(const ThermalSamples& samples) {
    const double span = samples.t_s.back() - samples.t_s.front();
    const double dt = span / static_cast<double>(samples.size() - 1);
    Bounds b;
    b.low.fill(std::log(1e-3));
    b.high.fill(std::log(1e4));
    b.low[kDie] = b.low[kSink] = std::log(1e-2);
    b.high[kDie] = b.high[kSink] = std::log(1e7);
    b.low[kAmbient] = -60.0;
    b.high[kAmbient] = 150.0;
    b.low[kStart] = b.low[kSinkStart] = -100.0;
    b.high[kStart] = b.high[kSinkStart] = 300.0;
    b.low[kShift] = -dt;
    b.high[kShift] = dt + 1.0;  // held for one interval, after being averaged and late by as much as 1 s
    return b;
}

Solution search(const ThermalSamples& samples, const Shape& shape, const Theta& start, const Bounds& bounds,
                const SearchOptions& options) {
    const PowerTable power(samples.t_s, samples.power_w);
    Solution best{shape, start, shape.free(), {}, {}, 0.0, 0};
    for (const Slot slot : best.free) best.theta[slot] = clamped(best.theta[slot], bounds, slot);
    Normal normal = linearise(samples, power, shape, best.theta, best.free);
    double damping = 1e-3;
    double growth = 2.0;
    for (int i = 0; i < options.iterations && damping < 1e12; ++i) {
        const Theta theta = stepped(best.theta, normal, best.free, bounds, damping);
        Normal trial = linearise(samples, power, shape, theta, best.free);
        if (!(trial.sse < normal.sse)) {
            if (theta == best.theta) break;
            damping *= growth;
            growth *= 2.0;
            continue;
        }
        const double fall = (normal.sse - trial.sse) / normal.sse;
        best.theta = theta;
        normal = std::move(trial);
        damping = std::max(damping / 5.0, 1e-12);
        growth = 2.0;
        if (fall < options.tolerance) break;
    }
    best.information = normal.jtj;
    best.sse = normal.sse;
    best.n = normal.n;
    for (const Slot slot : best.free) {
        best.pinned.push_back(best.theta[slot] <= bounds.low[slot] || best.theta[slot] >= bounds.high[slot]);
    }
    return best;
}

double sum_of_squares(const ThermalSamples& samples, const Shape& shape, const Theta& theta) {
    const std::vector<double> model = simulate_thermal(samples, constants_of(theta, shape));
    double sse = 0.0;
    for (std::size_t i = 0; i < model.size(); ++i) {
        const double r = samples.temp_c[i] - model[i];
        if (!std::isnan(r)) sse += r * r;
    }
    return sse;
}

}  // namespace rle::thermal
