#include "core/calibrate/lag_families.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/calibrate/lag_families_beyond.hpp"

namespace rle::simulate {
namespace {

constexpr FamilyKind kNull = FamilyKind::null, kCoupled = FamilyKind::coupled, kShown = FamilyKind::shown;

Pair two_white(Random& random, std::size_t n) {
    Series driver = white(random, n);
    return apart(std::move(driver), white(random, n));
}

Pair two_walks(Random& random, std::size_t n) {
    Series driver = random_walk(random, n);
    return apart(std::move(driver), random_walk(random, n));
}

// Both settle after the start of training, with time constants and heights of their own.
template <int noise_phi_percent>
Pair two_settling(Random& random, std::size_t n) {
    constexpr double kPhi = noise_phi_percent / 100.0;
    const double tau_g = random.uniform(3.0, 40.0), tau_r = random.uniform(3.0, 40.0);
    Series driver = settling(n, random.uniform(3.0, 20.0), tau_g) + ar1(random, n, kPhi);
    return apart(std::move(driver), settling(n, -random.uniform(3.0, 20.0), tau_r) + ar1(random, n, kPhi));
}

Pair spiky_and_ar(Random& random, std::size_t n) {
    Series driver = spiky(random, n);
    return apart(std::move(driver), ar1(random, n, 0.9));
}

Pair warm_up_of_rate(Random& random, std::size_t n) {
    Series driver = white(random, n);
    for (std::size_t i = 0; i < n; ++i) driver[i] += 5.0 * std::min(1.0, static_cast<double>(i) / 15.0);
    return apart(std::move(driver), settling(n, -5.0, 20.0) + ar1(random, n, 0.7));
}

Pair growing_noise(Random& random, std::size_t n) {
    Series driver = white(random, n), response = ar1(random, n, 0.8);
    for (std::size_t i = 0; i < n; ++i) {
        const double scale = 0.3 + 3.0 * static_cast<double>(i) / static_cast<double>(n);
        driver[i] *= scale;
        response[i] *= scale;
    }
    return apart(std::move(driver), std::move(response));
}

Pair heavy_tails(Random& random, std::size_t n) {
    Series driver = student_t(random, n, 3);
    for (double& g : driver) g = std::exp(0.5 * g);
    return apart(std::move(driver), student_t(random, n, 3));
}

Pair common_slow_trend(Random& random, std::size_t n) {
    const Series trend = 5.0 * sine(random, n, 1.5 * static_cast<double>(n));
    Series driver = trend + ar1(random, n, 0.5);
    return apart(std::move(driver), (-1.0 * trend) + ar1(random, n, 0.5));
}

Pair smoothed_response(Random& random, std::size_t n) {
    Series driver = ar1(random, n, 0.9);
    return apart(std::move(driver), trailing_mean(ar1(random, n, 0.8), 5));
}

Pair whole_numbers(Random& random, std::size_t n) {
    Series driver = spiky(random, n);
    return apart(std::move(driver), rounded(ar1(random, n, 0.95), 2.0));
}

Pair periodic_loads(Random& random, std::size_t n) {
    Series driver = 3.0 * sine(random, n, random.uniform(8.0, 16.0)) + white(random, n);
    return apart(std::move(driver), 3.0 * sine(random, n, random.uniform(18.0, 40.0)) + white(random, n));
}

// Shapes of a trend that no polynomial and no exponential is.
Pair power_settling(Random& random, std::size_t n) {
    const auto power = [&](double height) {
        const double start = random.uniform(3.0, 30.0), exponent = random.uniform(0.5, 2.0);
        Series series(n);
        for (std::size_t i = 0; i < n; ++i)
            series[i] = height * std::pow(1.0 + static_cast<double>(i) / start, -exponent);
        return series;
    };
    Series driver = power(random.uniform(3.0, 20.0)) + ar1(random, n, 0.7);
    return apart(std::move(driver), power(-random.uniform(3.0, 20.0)) + ar1(random, n, 0.7));
}

Pair two_sigmoids(Random& random, std::size_t n) {
    const auto sigmoid = [&](double height) {
        const double middle = random.uniform(5.0, 30.0), width = random.uniform(1.0, 8.0);
        Series series(n);
        for (std::size_t i = 0; i < n; ++i)
            series[i] = height / (1.0 + std::exp(-(static_cast<double>(i) - middle) / width));
        return series;
    };
    Series driver = sigmoid(8.0) + white(random, n);
    return apart(std::move(driver), sigmoid(-8.0) + white(random, n));
}

Pair decaying_spikes(Random& random, std::size_t n) {
    Series driver = spiky(random, n);
    for (double& g : driver) g *= std::exp(0.5 * random.normal());
    driver = driver + settling(n, 8.0, random.uniform(10.0, 40.0));
    return apart(std::move(driver), settling(n, -5.0, random.uniform(10.0, 40.0)) + ar1(random, n, 0.9));
}

Pair lognormal_and_ar(Random& random, std::size_t n) {
    Series driver = lognormal(random, n);
    return apart(std::move(driver), ar1(random, n, 0.95));
}

Pair smoothed_over_ten(Random& random, std::size_t n) {
    Series driver = ar1(random, n, 0.9);
    return apart(std::move(driver), trailing_mean(ar1(random, n, 0.9), 10));
}

Pair level_steps(Random& random, std::size_t n) {
    Series driver = ar1(random, n, 0.5), response = ar1(random, n, 0.8);
    const std::size_t at_g = 10 + random.below(n - 20), at_r = 10 + random.below(n - 20);
    for (std::size_t i = at_g; i < n; ++i) driver[i] += 5.0;
    for (std::size_t i = at_r; i < n; ++i) response[i] -= 5.0;
    return apart(std::move(driver), std::move(response));
}

Pair common_cause(Random& random, std::size_t n) {
    const Series cause = ar1(random, n, 0.5);
    Series driver = cause + white(random, n), response(n);
    for (std::size_t i = 1; i < n; ++i)
        response[i] = 0.75 * response[i - 1] - 0.5 * cause[i - 1] + 0.5 * random.normal();
    return apart(std::move(driver), std::move(response));
}

Pair common_period(Random& random, std::size_t n) {
    const double period = random.uniform(10.0, 30.0);
    Series driver = sine(random, n, period) + white(random, n);
    return apart(std::move(driver), sine(random, n, period) + white(random, n));
}

Pair common_square(Random& random, std::size_t n) {
    const double period = random.uniform(12.0, 30.0);
    const auto square = [&] {
        const double phase = random.uniform();
        Series series(n);
        for (std::size_t i = 0; i < n; ++i)
            series[i] = std::fmod(static_cast<double>(i) / period + phase, 1.0) < 0.5 ? 1.0 : -1.0;
        return series;
    };
    Series driver = square() + white(random, n);
    return apart(std::move(driver), square() + white(random, n));
}

Pair common_step(Random& random, std::size_t n) {
    Series driver = white(random, n), response = ar1(random, n, 0.8);
    for (std::size_t i = 20 + random.below(n - 40); i < n; ++i) {
        driver[i] += 5.0;
        response[i] -= 8.0;
    }
    return apart(std::move(driver), std::move(response));
}

template <int k_percent, int delay>
Pair driven_by_white(Random& random, std::size_t n) {
    return coupled(random, white(random, n), 1.0,
                   {.k_per_s = k_percent / 100.0, .delay_samples = delay, .process_noise = 0.08});
}

template <int k_percent, int delay>
Pair driven_by_spikes(Random& random, std::size_t n) {
    return coupled(random, spiky(random, n), 1.0,
                   {.k_per_s = k_percent / 100.0, .delay_samples = delay, .process_noise = 0.08});
}

template <int k_percent, int delay>
Pair driven_by_ar(Random& random, std::size_t n) {
    return coupled(random, ar1(random, n, 0.9), 1.0,
                   {.k_per_s = k_percent / 100.0, .delay_samples = delay, .process_noise = 0.08});
}

Pair noisy_reading(Random& random, std::size_t n) {
    return coupled(random, spiky(random, n), 1.0,
                   {.k_per_s = 0.1, .delay_samples = 2, .process_noise = 0.02, .reading_noise = 0.1});
}

Pair opposite_sense(Random& random, std::size_t n) {
    return coupled(random, white(random, n), 1.0,
                   {.k_per_s = -0.1, .delay_samples = 1, .process_noise = 0.08});
}

Pair at_once(Random& random, std::size_t n) {
    return coupled(random, white(random, n), 1.0,
                   {.k_per_s = 0.1, .delay_samples = 0, .process_noise = 0.08});
}

Pair settling_and_driven(Random& random, std::size_t n) {
    Pair pair =
        coupled(random, white(random, n), 1.0, {.k_per_s = 0.1, .delay_samples = 2, .process_noise = 0.08});
    pair.driver = pair.driver + settling(n, 5.0, 20.0);
    pair.response = pair.response + settling(n, -0.5, 30.0);
    return pair;
}

// The driver answers the response: g(t) = -(response(t - 2) in units of its SD) + noise.
Pair response_leads(Random& random, std::size_t n) {
    Series response = 0.2 * ar1(random, n, 0.75), driver = white(random, n);
    for (std::size_t i = 2; i < n; ++i) driver[i] -= 4.0 * response[i - 2];
    Truth truth;
    truth.coupled = true;
    truth.lag_s = 2.0;
    return {std::move(driver), std::move(response), truth};
}

// The equation integrated finely, a delay off the grid.
template <int hz, int delay_ms>
Pair continuous(Random& random, std::size_t n) {
    constexpr double kDelay = delay_ms / 1000.0;
    Series driver = spiky(random, n);
    Truth truth;
    truth.coupled = true;
    truth.lag_s = -kDelay;
    truth.k_per_s = 0.1;
    truth.tau_s = 4.0;
    Series response = coupled_finely(random, driver, hz, kDelay);
    return {std::move(driver), std::move(response), truth};
}

constexpr LagFamily kFamilies[] = {
    {"null_white", "two series of white noise", kNull, 90, {}, two_white},
    {"null_ar_0.9", "two AR(1), phi 0.9", kNull, 90, {}, two_ar<90>},
    {"null_ar_0.97", "two AR(1), phi 0.97", kNull, 180, {}, two_ar<97>},
    {"null_ar_0.97_long", "two AR(1), phi 0.97", kNull, 600, {}, two_ar<97>},
    {"null_settling", "both settle exponentially, white noise", kNull, 90, {}, two_settling<0>},
    {"null_settling_ar", "both settle exponentially, AR(1) 0.7", kNull, 90, {}, two_settling<70>},
    {"null_settling_long", "both settle exponentially, white noise", kNull, 600, {}, two_settling<0>},
    {"null_spiky", "spiky gradient norm, RLE AR(1) 0.9", kNull, 90, {}, spiky_and_ar},
    {"null_random_walk", "two random walks", kNull, 90, {}, two_walks},
    {"null_rate_warm_up", "gradient norm ramps up, RLE settles", kNull, 90, {}, warm_up_of_rate},
    {"null_growing_noise", "noise of both grows elevenfold over the session", kNull, 180, {}, growing_noise},
    {"null_heavy_tails", "log-t gradient norm, RLE with Student's t of 3", kNull, 90, {}, heavy_tails},
    {"null_missing",
     "two AR(1) 0.9, a tenth of the samples lost",
     kNull,
     90,
     {.missing = 0.1, .missing_training = 0.1},
     two_ar<90>},
    {"null_common_trend",
     "both follow one slow swing, in opposite directions",
     kNull,
     180,
     {},
     common_slow_trend},
    {"null_smoothed", "gradient norm AR(1) 0.9, RLE a trailing mean of 5", kNull, 180, {}, smoothed_response},
    {"null_whole_numbers",
     "spiky gradient norm, RLE AR(1) 0.95 in coarse steps",
     kNull,
     90,
     {},
     whole_numbers},
    {"null_periods", "both periodic, with different periods", kNull, 90, {}, periodic_loads},
    {"null_level_steps", "each changes its level once, by itself", kNull, 180, {}, level_steps},
    {"null_common_period", "both carry one period, in any phase", kNull, 180, {}, common_period},
    {"null_power_settling", "both settle as a power, AR(1) 0.7", kNull, 90, {}, power_settling},
    {"null_decaying_spikes",
     "heavy-tailed spikes on a decay, RLE settles with AR(1) 0.9",
     kNull,
     90,
     {},
     decaying_spikes},
    {"null_lognormal", "log-normal norm, RLE AR(1) 0.95", kNull, 180, {}, lognormal_and_ar},
    {"null_smoothed_2hz",
     "gradient norm AR(1) 0.9, RLE a trailing mean of 5 s",
     kNull,
     180,
     {.sample_hz = 2.0},
     smoothed_over_ten},
    {"null_sigmoid", "both rise as a logistic curve, white noise", kNull, 90, {}, two_sigmoids},
    {"null_10hz", "two AR(1) 0.97 at 10 Hz", kNull, 600, {.sample_hz = 10.0}, two_ar<97>},
    {"k0.05_white_1s", "white driver, k 0.05, delay 1 s", kCoupled, 90, {}, driven_by_white<5, 1>},
    {"k0.05_white_2s", "white driver, k 0.05, delay 2 s", kCoupled, 90, {}, driven_by_white<5, 2>},
    {"k0.1_white_1s", "white driver, k 0.1, delay 1 s", kCoupled, 90, {}, driven_by_white<10, 1>},
    {"k0.1_white_2s", "white driver, k 0.1, delay 2 s", kCoupled, 90, {}, driven_by_white<10, 2>},
    {"k0.05_spiky_1s", "spiky driver, k 0.05, delay 1 s", kCoupled, 90, {}, driven_by_spikes<5, 1>},
    {"k0.05_spiky_2s", "spiky driver, k 0.05, delay 2 s", kCoupled, 90, {}, driven_by_spikes<5, 2>},
    {"k0.1_spiky_2s", "spiky driver, k 0.1, delay 2 s", kCoupled, 90, {}, driven_by_spikes<10, 2>},
    {"k0.05_ar_1s", "AR(1) 0.9 driver, k 0.05, delay 1 s", kCoupled, 90, {}, driven_by_ar<5, 1>},
    {"k0.05_ar_2s", "AR(1) 0.9 driver, k 0.05, delay 2 s", kCoupled, 90, {}, driven_by_ar<5, 2>},
    {"k0.1_ar_1s", "AR(1) 0.9 driver, k 0.1, delay 1 s", kCoupled, 90, {}, driven_by_ar<10, 1>},
    {"k0.05_white_long", "white driver, k 0.05, delay 2 s", kCoupled, 600, {}, driven_by_white<5, 2>},
    {"noisy_reading", "spiky driver, RLE read with white noise", kCoupled, 90, {}, noisy_reading},
    {"opposite_sense", "k -0.1: RLE rises after a spike", kCoupled, 90, {}, opposite_sense},
    {"simultaneous", "k 0.1, no delay", kCoupled, 90, {}, at_once},
    {"response_leads", "the gradient norm answers RLE, 2 s later", kCoupled, 90, {}, response_leads},
    {"settling_coupled", "k 0.1, delay 2 s, under a settling of both", kCoupled, 90, {}, settling_and_driven},
    {"missing_coupled",
     "k 0.1, delay 2 s, a tenth of the samples lost",
     kCoupled,
     90,
     {.missing = 0.1, .missing_training = 0.1},
     driven_by_white<10, 2>},
    {"drifting_clocks",
     "k 0.1, delay 2 s, clocks part by 0.3 %",
     kCoupled,
     90,
     {.clock_drift = 0.003},
     driven_by_white<10, 2>},
    {"continuous_1hz", "integrated finely, delay 1 s, 1 Hz", kCoupled, 90, {}, continuous<1, 1000>},
    {"continuous_2hz",
     "integrated finely, delay 1.3 s, 2 Hz",
     kCoupled,
     180,
     {.sample_hz = 2.0},
     continuous<2, 1300>},
    {"continuous_5hz",
     "integrated finely, delay 1.3 s, 5 Hz",
     kCoupled,
     300,
     {.sample_hz = 5.0},
     continuous<5, 1300>},
    {"continuous_10hz",
     "integrated finely, delay 0.75 s, 10 Hz",
     kCoupled,
     600,
     {.sample_hz = 10.0},
     continuous<10, 750>},
    {"common_cause", "something unseen drives both, RLE 1 s later", kShown, 90, {}, common_cause},
    {"common_square", "both carry one square wave, in phases of their own", kShown, 180, {}, common_square},
    {"common_step", "both change their level at one time", kShown, 180, {}, common_step},
};

std::vector<LagFamily> all_families() {
    std::vector<LagFamily> families(std::begin(kFamilies), std::end(kFamilies));
    const auto insert = [&families](FamilyKind before, const std::vector<LagFamily>& more) {
        const auto at = std::find_if(families.begin(), families.end(),
                                     [before](const LagFamily& f) { return f.kind == before; });
        families.insert(at, more.begin(), more.end());
    };
    for (const auto& more : {null_families_beyond(), epoch_families(kNull), step_families(kNull)})
        insert(kCoupled, more);
    for (const auto& more : {coupled_families_beyond(), epoch_families(kCoupled), step_families(kCoupled)})
        insert(kShown, more);
    for (const auto& shown : {shown_families_beyond(), epoch_families(kShown)})
        families.insert(families.end(), shown.begin(), shown.end());
    return families;
}

}  // namespace

const std::vector<LagFamily>& lag_family_table() {
    static const std::vector<LagFamily> kAll = all_families();
    return kAll;
}

}  // namespace rle::simulate
