#include "rlecouple/calibrate_thermal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "core/maths/order_statistics.hpp"

namespace rle {
namespace {

constexpr std::array kFamilies{
    ThermalFamily{"one-node-1-3s", "one node, time constants of 1 to 3 s", 1.0, 3.0},
    ThermalFamily{"one-node-3-10s", "one node, time constants of 3 to 10 s", 3.0, 10.0},
    ThermalFamily{"one-node-10-60s", "one node, time constants of 10 to 60 s", 10.0, 60.0},
    ThermalFamily{"one-node-60-300s", "one node, time constants of 60 to 300 s, 15 min", 60.0, 300.0, 900.0,
                  40.0, 120.0},
    ThermalFamily{"free-edges", "the power steps between samples too", 3.0, 30.0, 90.0, 10.0, 30.0, false,
                  false, true},
    ThermalFamily{"averaging-meter", "the meter gives the mean of the last second", 3.0, 30.0, 90.0, 10.0,
                  30.0, false, false, true, 1.0},
    ThermalFamily{"two-nodes", "die and heatsink, 10 min", 40.0, 120.0, 600.0, 20.0, 60.0, true},
    ThermalFamily{"fan-steps", "one node whose fan changes speed, 10 min", 15.0, 60.0, 600.0, 10.0, 30.0,
                  false, true},
    ThermalFamily{"drifting-ambient", "the room warms by 3 degC in 10 min, unknown to the fit", 10.0, 60.0,
                  600.0, 10.0, 30.0, false, false, false, 0.0, 3.0},
    ThermalFamily{"logged-ambient", "the same, with the room's temperature logged", 10.0, 60.0, 600.0, 10.0,
                  30.0, false, false, false, 0.0, 3.0, true},
    ThermalFamily{.name = "late-meter",
                  .about = "the meter gives the power of 0.6 s ago, which steps anywhere",
                  .tau_high_s = 30.0,
                  .free_edges = true,
                  .meter_late_s = 0.6},
    ThermalFamily{.name = "whole-watts",
                  .about = "the meter gives whole watts",
                  .tau_low_s = 10.0,
                  .power_step_w = 1.0},
    ThermalFamily{.name = "long-mean-meter",
                  .about = "10 samples a second, and the meter gives the mean of the last second",
                  .tau_high_s = 30.0,
                  .free_edges = true,
                  .meter_average_s = 1.0,
                  .interval_s = 0.1},
    ThermalFamily{.name = "fading-meter",
                  .about = "5 samples a second, and the meter follows with a time constant of 0.3 s",
                  .tau_high_s = 30.0,
                  .free_edges = true,
                  .meter_fades_s = 0.3,
                  .interval_s = 0.2},
    ThermalFamily{.name = "whole-degree-room",
                  .about = "the room warms by 3 degC in 10 min, logged in whole degrees",
                  .tau_low_s = 10.0,
                  .seconds = 600.0,
                  .ambient_drift_c = 3.0,
                  .ambient_logged = true,
                  .ambient_step_c = 1.0},
};

constexpr double kStep = 0.01;  // s
constexpr int kPerSecond = 100;

class Draw {
  public:
    Draw(std::uint64_t seed, std::size_t number) : random_(seed * 0x9E3779B97F4A7C15ULL + number + 1) {
        random_.discard(16);
    }
    double operator()(double low, double high) {
        return low + (high - low) * (static_cast<double>(random_() >> 11) + 0.5) * 0x1.0p-53;
    }

  private:
    std::mt19937_64 random_;
};

// One drawn machine and its load.
struct Machine {
    ThermalConstants c;
    double low_w = 0.0;
    double high_w = 0.0;
    double half_s = 0.0;
    double phase_s = 0.0;
    double drift_c_per_s = 0.0;

    double power(double t) const {
        return static_cast<long>(std::floor((t + phase_s) / half_s + 1e-9)) % 2 == 0 ? high_w : low_w;
    }
    double fan(double t, bool steps) const {
        return steps ? 0.25 + 0.25 * (static_cast<int>(t / 120.0 + 1e-9) % 4) : 0.0;
    }
};

Machine draw_machine(const ThermalFamily& f, Draw& draw) {
    Machine m;
    const double tau = f.tau_low_s * std::pow(f.tau_high_s / f.tau_low_s, draw(0.0, 1.0));
    const double hA = draw(2.0, 6.0);
    m.c.ambient_c = draw(18.0, 28.0);
    m.c.hA_still = f.fan_steps ? 0.4 * hA : hA;
    m.c.hA_fan = f.fan_steps ? hA : 0.0;
    m.c.C_die = hA * tau;
    if (f.two_nodes) {
        m.c.two_nodes = true;
        m.c.coupling = draw(2.0, 4.0) * hA;
        m.c.C_die = m.c.coupling * draw(1.5, 4.0);
        m.c.C_sink = hA * tau;
    }
    m.low_w = draw(20.0, 80.0);
    m.high_w = draw(150.0, 300.0);
    m.half_s = f.free_edges ? draw(f.half_low_s, f.half_high_s)
                            : std::floor(draw(f.half_low_s, f.half_high_s + 1.0));
    m.phase_s = f.free_edges ? draw(0.0, m.half_s) : 0.0;
    m.c.start_c = m.c.ambient_c + draw(0.0, 20.0);
    m.c.sink_start_c = m.c.ambient_c + 0.7 * (m.c.start_c - m.c.ambient_c);
    m.drift_c_per_s = f.ambient_drift_c / f.seconds;
    return m;
}

struct Nodes {
    double die;
    double sink;
};

Nodes slope(const Machine& m, const Nodes& at, double power, double ambient_c, double hA) {
    if (!m.c.two_nodes) return {(power - hA * (at.die - ambient_c)) / m.c.C_die, 0.0};
    const double through = m.c.coupling * (at.die - at.sink);
    return {(power - through) / m.c.C_die, (through - hA * (at.sink - ambient_c)) / m.c.C_sink};
}

double mean_of(const std::vector<double>& v) {
    double sum = 0.0;
    for (const double x : v) sum += x;
    return v.empty() ? 0.0 : sum / static_cast<double>(v.size());
}

ThermalTruth truth_of(const Machine& m, const ThermalSamples& samples) {
    const double hA = m.c.hA(mean_of(samples.fan));
    return {time_constants(m.c, hA).front(), hA, m.c.C_die + m.c.C_sink, m.c.ambient_c};
}

std::vector<double> sizes(std::vector<double> v) {
    for (double& x : v) x = std::abs(x);
    return v;
}

}  // namespace

std::span<const ThermalFamily> thermal_families() {
    return kFamilies;
}

namespace {

// What the family's meter reads.
class Meter {
  public:
    Meter(const ThermalFamily& family, const Machine& machine, int steps)
        : f_(family),
          m_(machine),
          energy_(static_cast<std::size_t>(steps) + 1),
          faded_w_(machine.power(0.0)) {}

    double at(int step) const {
        const int back = static_cast<int>(f_.meter_average_s * kPerSecond);
        if (f_.meter_fades_s > 0.0) return faded_w_;
        if (back == 0 || step < back) return m_.power(std::max(step * kStep - f_.meter_late_s, 0.0));
        return (energy(step) - energy(step - back)) / f_.meter_average_s;
    }
    void pass(int step) {
        const double power = m_.power(step * kStep);
        energy_[static_cast<std::size_t>(step) + 1] = energy(step) + power * kStep;
        if (f_.meter_fades_s > 0.0) faded_w_ += (power - faded_w_) * -std::expm1(-kStep / f_.meter_fades_s);
    }

  private:
    double energy(int step) const { return energy_[static_cast<std::size_t>(step)]; }

    const ThermalFamily& f_;
    const Machine& m_;
    std::vector<double> energy_;  // J since the start, at every step
    double faded_w_;
};

double rounded(double x, double step) {
    return step > 0.0 ? step * std::round(x / step) : x;
}

Nodes stepped(const Machine& m, const Nodes& at, double power, double room, double hA) {
    const Nodes first = slope(m, at, power, room, hA);
    const Nodes middle{at.die + 0.5 * kStep * first.die, at.sink + 0.5 * kStep * first.sink};
    const Nodes second = slope(m, middle, power, room, hA);
    return {at.die + kStep * second.die, at.sink + kStep * second.sink};
}

}  // namespace

ThermalSession simulate_session(const ThermalFamily& family, std::uint64_t seed, std::size_t number) {
    Draw draw(seed, number);
    const Machine m = draw_machine(family, draw);
    const int steps = static_cast<int>(family.seconds) * kPerSecond;
    const int per_sample = static_cast<int>(std::round(family.interval_s * kPerSecond));
    Meter meter(family, m, steps);
    ThermalSession out;
    if (family.ambient_logged) out.samples.room_step_c = family.ambient_step_c;
    Nodes at{m.c.start_c, m.c.sink_start_c};
    for (int i = 0; i < steps; ++i) {
        const double t = i * kStep, fan = m.fan(t, family.fan_steps), drift = m.drift_c_per_s * t;
        if (i % per_sample == 0) {
            out.samples.t_s.push_back(t);
            out.samples.temp_c.push_back(std::round(at.die));
            out.samples.power_w.push_back(rounded(meter.at(i), family.power_step_w));
            if (family.fan_steps) out.samples.fan.push_back(fan);
            if (family.ambient_logged)
                out.samples.room.push_back(rounded(m.c.ambient_c + drift, family.ambient_step_c) -
                                           m.c.ambient_c);
        }
        meter.pass(i);
        at = stepped(m, at, m.power(t), m.c.ambient_c + drift, m.c.hA(fan));
    }
    out.truth = truth_of(m, out.samples);
    return out;
}

ThermalScore score_thermal_family(const ThermalFamily& family, std::size_t sessions, std::uint64_t seed) {
    std::vector<double> tau_errors, hA_errors;
    double tau_covered = 0.0, hA_covered = 0.0, right = 0.0, adequate = 0.0, fitted = 0.0;
    ThermalScore out;
    out.n = sessions;
    for (std::size_t i = 0; i < sessions; ++i) {
        const ThermalSession session = simulate_session(family, seed, i);
        ThermalOptions options;
        options.ambient_c = session.truth.ambient_c;
        const ThermalFit fit = fit_thermal(session.samples, options).fit;
        if (fit.ci95.count("tau_s") == 0 || fit.ci95.count("hA_w_per_c") == 0) continue;
        fitted += 1.0;
        tau_covered += fit.ci95.at("tau_s").contains(session.truth.tau_s) ? 1.0 : 0.0;
        hA_covered += fit.ci95.at("hA_w_per_c").contains(session.truth.hA_w_per_c) ? 1.0 : 0.0;
        right += (fit.model == "two-node") == family.two_nodes ? 1.0 : 0.0;
        adequate += fit.adequate ? 1.0 : 0.0;
        if (fit.tau_s.empty() || !fit.hA_w_per_c) continue;
        ++out.told;
        tau_errors.push_back(fit.tau_s.front() / session.truth.tau_s - 1.0);
        hA_errors.push_back(*fit.hA_w_per_c / session.truth.hA_w_per_c - 1.0);
    }
    out.tau_relative_bias = median(tau_errors);
    out.hA_relative_bias = median(hA_errors);
    out.tau_relative_error = median(sizes(tau_errors));
    out.hA_relative_error = median(sizes(hA_errors));
    if (fitted == 0.0) return out;
    out.tau_ci_coverage = tau_covered / fitted;
    out.hA_ci_coverage = hA_covered / fitted;
    out.right_model_rate = right / fitted;
    out.adequate_rate = adequate / fitted;
    return out;
}

}  // namespace rle
