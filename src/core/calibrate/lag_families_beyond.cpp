#include "core/calibrate/lag_families_beyond.hpp"

#include <algorithm>
#include <cmath>

namespace rle::simulate {
namespace {

constexpr FamilyKind kNull = FamilyKind::null, kCoupled = FamilyKind::coupled, kShown = FamilyKind::shown;

// --- series

// Fractionally integrated white noise, (1 - B)^-d e, after a run-in (Granger & Joyeux, J. Time Ser. Anal. 1,
// 1980).
Series long_memory(Random& random, std::size_t n, double d) {
    constexpr std::size_t kRunIn = 500;
    const Series noise = white(random, n + kRunIn);
    Series weight(n + kRunIn, 1.0), series(n);
    for (std::size_t k = 1; k < weight.size(); ++k)
        weight[k] = weight[k - 1] * (static_cast<double>(k) - 1.0 + d) / static_cast<double>(k);
    for (std::size_t t = 0; t < n; ++t) {
        for (std::size_t k = 0; k <= t + kRunIn; ++k) series[t] += weight[k] * noise[t + kRunIn - k];
    }
    return series;
}

// GARCH(1,1): calm and restless stretches, the variance remembered over about 20 samples.
Series clustered(Random& random, std::size_t n) {
    Series series(n);
    double variance = 1.0;
    for (double& x : series) {
        x = std::sqrt(variance) * random.normal();
        variance = 0.05 + 0.25 * x * x + 0.7 * variance;
    }
    return series;
}

// Noise that is six times as large in about a tenth of the time, ten samples on end.
Series bursts(Random& random, std::size_t n) {
    Series series(n);
    std::size_t left = 0;
    for (double& x : series) {
        if (left > 0)
            --left;
        else if (random.uniform() < 0.01)
            left = 10;
        x = (left > 0 ? 6.0 : 1.0) * random.normal();
    }
    return series;
}

Series arma(Random& random, std::size_t n, double phi1, double phi2, double theta) {
    constexpr std::size_t kRunIn = 100;
    const Series noise = white(random, n + kRunIn);
    Series all(n + kRunIn);
    for (std::size_t t = 2; t < all.size(); ++t)
        all[t] = phi1 * all[t - 1] + phi2 * all[t - 2] + noise[t] + theta * noise[t - 1];
    return {all.begin() + kRunIn, all.end()};
}

// Log-normal, with spikes of Student's t of 2.
Series heavy_spikes(Random& random, std::size_t n) {
    Series series(n);
    for (double& x : series) x = std::exp(0.4 * random.normal()) + 0.5 * std::abs(random.student_t(2));
    return series;
}

// --- nothing couples

Pair clusters_and_walk(Random& random, std::size_t n) {
    Series driver = clustered(random, n);
    for (double& g : driver) g = std::exp(0.5 * g);
    return apart(std::move(driver), random_walk(random, n));
}

Pair heavy_spikes_and_ar(Random& random, std::size_t n) {
    Series driver = heavy_spikes(random, n);
    return apart(std::move(driver), ar1(random, n, 0.9));
}

Pair two_long_memories(Random& random, std::size_t n) {
    Series driver = long_memory(random, n, 0.4);
    return apart(std::move(driver), long_memory(random, n, 0.4));
}

Pair two_bursts(Random& random, std::size_t n) {
    Series driver = bursts(random, n), shocks = bursts(random, n);
    for (std::size_t i = 1; i < n; ++i) shocks[i] += 0.8 * shocks[i - 1];
    return apart(std::move(driver), std::move(shocks));
}

Pair two_seasons(Random& random, std::size_t n) {
    Series driver = 3.0 * sine(random, n, random.uniform(20.0, 40.0)) + ar1(random, n, 0.7);
    return apart(std::move(driver), 3.0 * sine(random, n, random.uniform(50.0, 90.0)) + ar1(random, n, 0.7));
}

Pair coarse_readings(Random& random, std::size_t n) {
    Series driver = lognormal(random, n);
    return apart(std::move(driver), rounded(ar1(random, n, 0.9), 1.5));
}

Pair two_smoothed(Random& random, std::size_t n) {
    Series driver = trailing_mean(white(random, n), 5);
    return apart(std::move(driver), trailing_mean(white(random, n), 5));
}

Pair two_cycles(Random& random, std::size_t n) {
    Series driver = arma(random, n, 1.4, -0.8, 0.0);
    return apart(std::move(driver), arma(random, n, 1.2, -0.8, 0.0));
}

Pair two_arma(Random& random, std::size_t n) {
    Series driver = arma(random, n, 0.95, 0.0, -0.6);
    return apart(std::move(driver), arma(random, n, 0.9, 0.0, -0.5));
}

Pair loss_and_warm_up(Random& random, std::size_t n) {
    Series driver = 0.05 * ar1(random, n, 0.5);
    const double rate = random.uniform(0.05, 0.3);
    for (std::size_t i = 0; i < n; ++i)
        driver[i] += 4.0 * std::pow(1.0 + rate * static_cast<double>(i), -0.5);
    return apart(std::move(driver), settling(n, -6.0, random.uniform(10.0, 40.0)) + ar1(random, n, 0.8));
}

Pair stalls_and_ar(Random& random, std::size_t n) {
    Series driver = 0.02 * white(random, n);
    for (double& step_s : driver) step_s += random.uniform() < 0.04 ? 0.4 + random.uniform(0.2, 2.0) : 0.4;
    return apart(std::move(driver), ar1(random, n, 0.9));
}

// --- the driver acts

constexpr Coupling kUsual{.k_per_s = 0.1, .delay_samples = 2, .process_noise = 0.08};
constexpr double kForEver = 1e9;  // s: the response never comes back by itself

template <int deci_hz, int delay_samples>
Pair at_rate(Random& random, std::size_t n) {
    Coupling coupling = kUsual;
    coupling.delay_samples = delay_samples;
    return coupled(random, spiky(random, n), 10.0 / deci_hz, coupling);
}

template <int k_percent, int delay_samples>
Pair by_white(Random& random, std::size_t n) {
    Coupling coupling = kUsual;
    coupling.k_per_s = k_percent / 100.0;
    coupling.delay_samples = delay_samples;
    return coupled(random, white(random, n), 1.0, coupling);
}

Pair by_ar(Random& random, std::size_t n) {
    Coupling coupling = kUsual;
    coupling.k_per_s = 0.05;
    return coupled(random, ar1(random, n, 0.9), 1.0, coupling);
}

Pair by_heavy_spikes(Random& random, std::size_t n) {
    return coupled(random, heavy_spikes(random, n), 1.0, kUsual);
}

Pair by_long_memory(Random& random, std::size_t n) {
    Pair pair = coupled(random, long_memory(random, n, 0.4), 1.0, kUsual);
    pair.response = pair.response + 0.05 * long_memory(random, n, 0.4);
    return pair;
}

Pair integrated(Random& random, std::size_t n) {
    Coupling coupling = kUsual;
    coupling.tau_s = kForEver;
    return coupled(random, white(random, n), 1.0, coupling);
}

// A few large spikes, after each of which the response stays where it fell to.
Pair lasting_falls(Random& random, std::size_t n) {
    Series driver = 0.2 * white(random, n);
    for (std::size_t spike = 0; spike < 4; ++spike) {
        const std::size_t at = (2 * spike + 1) * n / 8 + random.below(n / 10);
        driver[std::min(at, n - 1)] += random.uniform(4.0, 8.0);
    }
    Coupling coupling = kUsual;
    coupling.tau_s = kForEver;
    return coupled(random, std::move(driver), 1.0, coupling);
}

// The driver changes its level for good, and the response follows that as all else.
Pair new_level(Random& random, std::size_t n) {
    Series driver = white(random, n);
    for (std::size_t i = 20 + random.below(n - 40); i < n; ++i) driver[i] += 4.0;
    return coupled(random, std::move(driver), 1.0, kUsual);
}

Pair square_load(Random& random, std::size_t n) {
    Series driver = white(random, n);
    const double period = random.uniform(12.0, 30.0), phase = random.uniform();
    for (std::size_t i = 0; i < n; ++i)
        driver[i] += std::fmod(static_cast<double>(i) / period + phase, 1.0) < 0.5 ? 1.0 : -1.0;
    return coupled(random, std::move(driver), 1.0, kUsual);
}

Pair read_coarsely(Random& random, std::size_t n) {
    Pair pair = coupled(random, spiky(random, n), 1.0, kUsual);
    pair.response = rounded(std::move(pair.response), 0.2);
    return pair;
}

Pair half_a_sample(Random& random, std::size_t n) {
    Series driver = spiky(random, n);
    Truth truth;
    truth.coupled = true;
    truth.lag_s = -0.5;
    truth.k_per_s = 0.1;
    truth.tau_s = 4.0;
    Series response = coupled_finely(random, driver, 1, 0.5);
    return {std::move(driver), std::move(response), truth};
}

// The norm acts on RLE after 1 s, and RLE, more weakly, on the norm after 2 s.
Pair feedback(Random& random, std::size_t n) {
    Series driver = white(random, n), response(n);
    double x = 0.0;
    for (std::size_t t = 0; t < n; ++t) {
        if (t >= 2) driver[t] -= 1.5 * response[t - 2];
        x += -0.1 * (t >= 1 ? driver[t - 1] : 0.0) - x / 4.0 + 0.08 * random.normal();
        response[t] = x;
    }
    Truth truth;
    truth.coupled = true;
    truth.lag_s = -1.0;
    truth.k_per_s = 0.1;
    truth.tau_s = 4.0;
    return {std::move(driver), std::move(response), truth};
}

// RLE 1 s ahead of a gradient norm with a memory.
Pair response_leads_ar(Random& random, std::size_t n) {
    Series response = ar1(random, n, 0.9), driver = ar1(random, n, 0.6);
    for (std::size_t i = 1; i < n; ++i) driver[i] -= 0.8 * response[i - 1];
    Truth truth;
    truth.coupled = true;
    truth.lag_s = 1.0;
    return {std::move(driver), std::move(response), truth};
}

// --- one event that both show

// The levels change together, thrice, and the response takes its time.
Pair three_common_steps(Random& random, std::size_t n) {
    Series driver = white(random, n), response = ar1(random, n, 0.8);
    double level = 0.0, settled = 0.0;
    for (std::size_t i = 0, part = n / 3; i < n; ++i) {
        if (i % part == part / 2) level = level == 0.0 ? random.uniform(2.0, 5.0) : 0.0;
        settled += (level - settled) / 3.0;
        driver[i] += level;
        response[i] -= 2.0 * settled;
    }
    return apart(std::move(driver), std::move(response));
}

// A small step, in the response as a ramp of ten samples that begins three later.
Pair common_ramp(Random& random, std::size_t n) {
    Series driver = white(random, n), response = ar1(random, n, 0.8);
    const std::size_t at = 20 + random.below(n - 40);
    for (std::size_t i = at; i < n; ++i) {
        driver[i] += 2.5;
        response[i] -= 0.5 * std::clamp(static_cast<double>(i) - static_cast<double>(at) - 3.0, 0.0, 10.0);
    }
    return apart(std::move(driver), std::move(response));
}

// One large spike, after which the response stays where it fell to: of one event nobody can tell.
Pair one_lasting_fall(Random& random, std::size_t n) {
    Series driver = 0.2 * white(random, n);
    driver[n / 4 + random.below(n / 2)] += 8.0;
    Coupling coupling = kUsual;
    coupling.tau_s = kForEver;
    Pair pair = coupled(random, std::move(driver), 1.0, coupling);
    pair.truth = {};  // a coupling, but no session can show it
    return pair;
}

}  // namespace

std::vector<LagFamily> shown_families_beyond() {
    return {
        {"common_steps", "both change their level at three times", kShown, 180, {}, three_common_steps},
        {"common_ramp", "a small step, RLE follows as a ramp", kShown, 180, {}, common_ramp},
        {"one_lasting_fall", "one spike, RLE stays where it falls to", kShown, 180, {}, one_lasting_fall},
    };
}

std::vector<LagFamily> null_families_beyond() {
    return {
        {"null_two_smoothed", "both trailing means of 5 of white noise", kNull, 90, {}, two_smoothed},
        {"null_two_smoothed_l", "both trailing means of 5 of white noise", kNull, 600, {}, two_smoothed},
        {"null_arma", "two ARMA(1,1)", kNull, 180, {}, two_arma},
        {"null_cycles", "two AR(2) that swing about a period", kNull, 180, {}, two_cycles},
        {"null_long_memory", "both fractionally integrated, d 0.4", kNull, 180, {}, two_long_memories},
        {"null_long_memory_l", "both fractionally integrated, d 0.4", kNull, 600, {}, two_long_memories},
        {"null_clusters", "log-GARCH gradient norm, RLE a random walk", kNull, 180, {}, clusters_and_walk},
        {"null_spikes_t2", "spikes of Student's t of 2, RLE AR(1) 0.9", kNull, 90, {}, heavy_spikes_and_ar},
        {"null_bursts", "each has bursts of noise, RLE AR(1) 0.8", kNull, 180, {}, two_bursts},
        {"null_seasons", "each has a season of its own, AR(1) 0.7", kNull, 300, {}, two_seasons},
        {"null_coarse", "log-normal norm, RLE AR(1) 0.9 in steps", kNull, 90, {}, coarse_readings},
        {"null_loss", "loss falls as a power, RLE settles", kNull, 180, {}, loss_and_warm_up},
        {"null_step_time", "step time with rare stalls, RLE AR(1) 0.9", kNull, 90, {}, stalls_and_ar},
        {"null_missing_20",
         "two AR(1) 0.9, a fifth lost",
         kNull,
         180,
         {.missing = 0.2, .missing_training = 0.2},
         two_ar<90>},
        {"null_half_hz", "two AR(1) 0.9 at 0.5 Hz", kNull, 180, {.sample_hz = 0.5}, two_ar<90>},
        {"null_short", "two AR(1) 0.7, 40 samples", kNull, 40, {}, two_ar<70>},
        {"null_ar_0.9_long", "two AR(1) 0.9", kNull, 300, {}, two_ar<90>},
        {"null_held",
         "sensors and steps of 1 s, on a grid of 10 Hz",
         kNull,
         900,
         {.sample_hz = 10.0, .held = 10},
         two_ar<95>},
    };
}

std::vector<LagFamily> coupled_families_beyond() {
    return {
        {"k0.1_half_hz", "spiky driver, delay 2 s", kCoupled, 90, {.sample_hz = 0.5}, at_rate<5, 1>},
        {"k0.1_2hz", "spiky driver, delay 1 s", kCoupled, 180, {.sample_hz = 2.0}, at_rate<20, 2>},
        {"k0.1_10hz", "spiky driver, delay 1 s", kCoupled, 600, {.sample_hz = 10.0}, at_rate<100, 10>},
        {"k0.1_edge", "k 0.1, delay 3 s: the longest lag searched", kCoupled, 90, {}, by_white<10, 3>},
        {"k-0.05", "RLE rises after a spike, delay 2 s", kCoupled, 90, {}, by_white<-5, 2>},
        {"k0.05_ar_long", "AR(1) 0.9 driver, delay 2 s", kCoupled, 300, {}, by_ar},
        {"k0.1_spikes_t2", "driver with spikes of Student's t of 2", kCoupled, 90, {}, by_heavy_spikes},
        {"k0.1_long_memory", "driver and noise with d 0.4", kCoupled, 180, {}, by_long_memory},
        {"k0.1_integrated", "RLE never comes back by itself", kCoupled, 90, {}, integrated},
        {"lasting_falls", "4 spikes, RLE stays where it falls to", kCoupled, 180, {}, lasting_falls},
        {"new_level", "the driver changes its level, RLE follows", kCoupled, 90, {}, new_level},
        {"square_load", "the driver carries a square wave", kCoupled, 180, {}, square_load},
        {"k0.1_coarse", "spiky driver, RLE in coarse steps", kCoupled, 90, {}, read_coarsely},
        {"half_a_sample", "integrated finely, delay 0.5 s at 1 Hz", kCoupled, 90, {}, half_a_sample},
        {"lost_telemetry",
         "k 0.1, a tenth of the telemetry lost",
         kCoupled,
         90,
         {.missing = 0.1},
         by_white<10, 2>},
        {"lost_telemetry_20",
         "k 0.1, a fifth of the telemetry lost",
         kCoupled,
         90,
         {.missing = 0.2},
         by_white<10, 2>},
        {"missing_20_coupled",
         "k 0.1, a fifth lost",
         kCoupled,
         90,
         {.missing = 0.2, .missing_training = 0.2},
         by_white<10, 2>},
        {"feedback", "delay 1 s, and back after 2 s", kCoupled, 90, {}, feedback},
        {"response_leads_ar", "RLE 1 s ahead of the norm, both AR", kCoupled, 90, {}, response_leads_ar},
    };
}

}  // namespace rle::simulate
