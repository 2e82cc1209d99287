// Simulated sessions with known constants, for the tests of the thermal fit: stepped finely, sampled at 1 Hz,
// rounded to whole degrees, and independent of the library's own simulation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "rlecouple/balance.hpp"
#include "rlecouple/thermal.hpp"

namespace rle::test {

/// The same numbers on every platform.
class Uniform {
  public:
    explicit Uniform(std::uint64_t seed) : random_(seed) {}
    double operator()(double low, double high) {
        return low + (high - low) * (static_cast<double>(random_() >> 11) + 0.5) * 0x1.0p-53;
    }

  private:
    std::mt19937_64 random_;
};

struct SquareWave {
    double tau_s = 10.0;
    double hA = 3.0;
    double ambient_c = 22.0;
    double low_w = 60.0;
    double high_w = 250.0;
    double half_period_s = 15.0;
    double phase_s = 0.0;
    double start_rise_c = 0.0;
    double seconds = 90.0;
    double average_s = 0.0;  ///< the meter's averaging time
    bool rounded = true;
};

/// Euler steps of 1 ms.
inline ThermalSamples square_wave_session(const SquareWave& w) {
    constexpr double kStep = 1e-3;
    constexpr int kPerSample = 1000;
    ThermalSamples out;
    double t_c = w.ambient_c + w.start_rise_c;
    double energy = 0.0;
    std::vector<double> energies;  // at each ms, J
    const int steps = static_cast<int>(w.seconds) * kPerSample;
    for (int i = 0; i < steps; ++i) {
        const double t = i * kStep;
        const bool high = static_cast<long>(std::floor((t + w.phase_s) / w.half_period_s + 1e-9)) % 2 == 0;
        const double power = high ? w.high_w : w.low_w;
        energies.push_back(energy);
        if (i % kPerSample == 0) {
            const int back = static_cast<int>(w.average_s * kPerSample);
            const bool averaged = back > 0 && i >= back;
            const double read =
                averaged ? (energy - energies[static_cast<std::size_t>(i - back)]) / w.average_s : power;
            out.t_s.push_back(t);
            out.temp_c.push_back(w.rounded ? std::round(t_c) : t_c);
            out.power_w.push_back(read);
        }
        energy += power * kStep;
        t_c += kStep * (power - w.hA * (t_c - w.ambient_c)) / (w.hA * w.tau_s);
    }
    return out;
}

/// A session of the kind that the project's targets are stated for, drawn at random.
inline SquareWave random_wave(Uniform& uniform, double tau_low, double tau_high) {
    SquareWave w;
    w.tau_s = tau_low * std::pow(tau_high / tau_low, uniform(0.0, 1.0));
    w.hA = uniform(2.0, 6.0);
    w.ambient_c = uniform(18.0, 28.0);
    w.low_w = uniform(20.0, 80.0);
    w.high_w = uniform(150.0, 300.0);
    w.half_period_s = std::floor(uniform(10.0, 31.0));
    w.start_rise_c = uniform(0.0, 20.0);
    return w;
}

inline ThermalOptions given(double ambient_c) {
    ThermalOptions options;
    options.ambient_c = ambient_c;
    return options;
}

inline BalanceInput input_of(const ThermalSamples& s) {
    BalanceInput in;
    in.t_s = s.t_s;
    in.temp_c = s.temp_c;
    in.power_w = s.power_w;
    return in;
}

inline BalanceInput balance_session(const SquareWave& w = {}) {
    return input_of(square_wave_session(w));
}

inline BalanceOptions balanced_at(double ambient_c) {
    BalanceOptions options;
    options.ambient_c = ambient_c;
    return options;
}

inline bool mentions(const std::vector<std::string>& warnings, const std::string& word) {
    return std::any_of(warnings.begin(), warnings.end(),
                       [&](const std::string& w) { return w.find(word) != std::string::npos; });
}

inline bool mentions(const Balance& balance, const std::string& word) {
    return mentions(balance.warnings, word);
}

}  // namespace rle::test
