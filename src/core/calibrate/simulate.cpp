#include "core/calibrate/simulate.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/series.hpp"

namespace rle::simulate {
namespace {

constexpr std::size_t kStepsPerSample = 4;
constexpr double kRatedPower = 200.0;  // W
constexpr double kPower = 20.0;        // W: A_load = 0.1
constexpr double kTemperature = 50.0;  // degC, constant: tau_sustain = 600 s
constexpr double kRleOfFullUtil = 1.0 / (0.1 * (1.0 + 1.0 / 600.0));
constexpr double kMiddleRle = 5.0;
constexpr double kWidestRle = 4.0;         // to either side of the middle
constexpr double kStart = 1.0;             // s; the session's clock at the first sample
constexpr double kTelemetryJitter = 0.01;  // SD, of a sample interval
constexpr double kStepJitter = 0.02;       // SD, of a sample interval

struct Placement {
    double middle = 0.0;  // of the response
    double scale = 1.0;   // at most 1
};

Placement place(const Series& response) {
    const auto [low, high] = std::minmax_element(response.begin(), response.end());
    const double half = 0.5 * (*high - *low);
    return {0.5 * (*low + *high), half > kWidestRle ? kWidestRle / half : 1.0};
}

void record_telemetry(Random& random, const Pair& pair, const Recording& recording, Telemetry& telemetry) {
    const Placement placement = place(pair.response);
    const double dt = 1.0 / recording.sample_hz;
    telemetry.devices = {"gpu"};
    for (std::size_t i = 0; i < pair.response.size(); ++i) {
        const double jitter = std::clamp(kTelemetryJitter * random.normal(), -0.04, 0.04);
        const bool first_or_last = i == 0 || i + 1 == pair.response.size();  // the grid spans them
        const bool lost = !first_or_last && random.uniform() < recording.missing;
        if (lost) continue;
        const double reading = pair.response[i - i % recording.held];
        const double rle = kMiddleRle + placement.scale * (reading - placement.middle);
        telemetry.wall_us.push_back(kNoTime);
        telemetry.t_s.push_back(kStart + (static_cast<double>(i) + (first_or_last ? 0.0 : jitter)) * dt);
        telemetry.device.push_back(0);
        telemetry.temp_c.push_back(kTemperature);
        telemetry.power_w.push_back(kPower);
        telemetry.util_pct.push_back(std::clamp(100.0 * rle / kRleOfFullUtil, 0.0, 100.0));
    }
}

void record_training(Random& random, const Pair& pair, const Recording& recording, Training& training) {
    const double spread = recording.step_spread * standard_deviation(pair.driver);
    const double dt = 1.0 / recording.sample_hz;
    const double middle = 0.5 * static_cast<double>(pair.driver.size());
    const std::size_t rows = std::max(recording.held, recording.step_rows);  // of a step, if they are several
    const std::size_t steps = rows > 1 ? 1 : kStepsPerSample;
    double made = 0.0;
    for (std::size_t i = 0; i < pair.driver.size(); i += rows) {
        if (std::isnan(pair.driver[i])) continue;
        const bool lost = random.uniform() < recording.missing_training;
        double balance = 0.0;  // what the cell's steps are together above its mean
        for (std::size_t s = 0; s < steps; ++s) {
            const bool last = s + 1 == steps;
            const double off = last ? -balance : spread * random.normal();
            balance += off;
            const double jitter = std::clamp(kStepJitter * random.normal(), -0.1, 0.1);
            const double place = (static_cast<double>(s) + 0.5) / static_cast<double>(steps) - 0.5 + jitter;
            const double at = static_cast<double>(i) + place;
            made += 1.0;
            if (lost) continue;
            training.wall_us.push_back(kNoTime);
            training.t_s.push_back(kStart + (at + recording.clock_drift * (at - middle)) * dt);
            training.step.push_back(made);
            training.epoch.push_back(pair.epoch.empty() ? kMissing : pair.epoch[i]);
            training.loss.push_back(kMissing);
            training.grad_norm.push_back(pair.driver[i] + off);
            training.learning_rate.push_back(kMissing);
        }
    }
}

}  // namespace

Series white(Random& random, std::size_t n) {
    Series series(n);
    for (double& x : series) x = random.normal();
    return series;
}

Series ar1(Random& random, std::size_t n, double phi) {
    Series series(n);
    double now = random.normal() / std::sqrt(1.0 - phi * phi);
    for (double& x : series) {
        x = now;
        now = phi * now + random.normal();
    }
    return series;
}

Series random_walk(Random& random, std::size_t n) {
    Series series(n);
    double now = 0.0;
    for (double& x : series) x = (now += random.normal());
    return series;
}

Series spiky(Random& random, std::size_t n) {
    Series series(n);
    for (double& x : series) {
        x = 1.0 + 0.2 * random.normal();
        if (random.uniform() < 0.08) x += random.uniform(3.0, 9.0);
    }
    return series;
}

Series student_t(Random& random, std::size_t n, int degrees) {
    Series series(n);
    for (double& x : series) x = random.student_t(degrees);
    return series;
}

Series settling(std::size_t n, double height, double tau_samples) {
    Series series(n);
    for (std::size_t i = 0; i < n; ++i) series[i] = height * std::exp(-static_cast<double>(i) / tau_samples);
    return series;
}

Series sine(Random& random, std::size_t n, double period_samples) {
    constexpr double kTurn = 6.283185307179586;
    Series series(n);
    const double phase = random.uniform(0.0, kTurn);
    for (std::size_t i = 0; i < n; ++i)
        series[i] = std::sin(kTurn * static_cast<double>(i) / period_samples + phase);
    return series;
}

Series operator+(Series a, const Series& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
}

Series operator*(double factor, Series a) {
    for (double& x : a) x *= factor;
    return a;
}

Series lognormal(Random& random, std::size_t n) {
    Series series = 0.5 * ar1(random, n, 0.8);
    for (double& g : series) g = std::exp(g);
    return series;
}

Series trailing_mean(const Series& series, std::size_t width) {
    Series result(series.size());
    for (std::size_t i = 0; i < series.size(); ++i) {
        const std::size_t begin = i + 1 >= width ? i + 1 - width : 0;
        for (std::size_t j = begin; j <= i; ++j) result[i] += series[j] / static_cast<double>(i + 1 - begin);
    }
    return result;
}

Series rounded(Series series, double step) {
    for (double& x : series) x = std::round(x / step) * step;
    return series;
}

Series coupled_response(Random& random, const Series& driver, double dt_s, const Coupling& coupling) {
    const auto n = static_cast<std::ptrdiff_t>(driver.size());
    double mean = 0.0;
    for (double g : driver) mean += g / static_cast<double>(n);
    Series response(driver.size());
    double x = 0.0;
    for (std::ptrdiff_t t = 0; t < n; ++t) {
        const std::ptrdiff_t source = t - coupling.delay_samples;
        const double push = source >= 0 && source < n ? driver[static_cast<std::size_t>(source)] - mean : 0.0;
        x += dt_s * (-coupling.k_per_s * push - x / coupling.tau_s) +
             coupling.process_noise * std::sqrt(dt_s) * random.normal();
        response[static_cast<std::size_t>(t)] = x;
    }
    for (double& y : response) y += coupling.reading_noise * random.normal();
    return response;
}

Series coupled_finely(Random& random, const Series& driver, int hz, double delay_s) {
    constexpr double kStep = 1.0 / 50.0;
    const auto fine = static_cast<std::size_t>(50 / hz);  // integration steps in a cell
    const std::size_t n = driver.size();
    Series response(n);
    double x = 0.0;
    for (std::size_t i = 0; i < n * fine; ++i) {
        if (i % fine == 0) response[i / fine] = x;
        const double source = (static_cast<double>(i) + 0.5) * kStep - delay_s + 0.5 / hz;
        const double g =
            source >= 0.0 ? driver[std::min(n - 1, static_cast<std::size_t>(source * hz))] - 1.5 : 0.0;
        x += kStep * (-0.1 * g - x / 4.0) + 0.05 * std::sqrt(kStep) * random.normal();
    }
    return response;
}

Pair apart(Series driver, Series response) {
    return {std::move(driver), std::move(response), {}};
}

Pair coupled(Random& random, Series driver, double dt_s, const Coupling& coupling) {
    Truth truth;
    truth.coupled = true;
    truth.lag_s = -coupling.delay_samples * dt_s;
    if (coupling.delay_samples >= 0) truth.k_per_s = coupling.k_per_s;
    truth.tau_s = coupling.tau_s;
    Series response = coupled_response(random, driver, dt_s, coupling);
    return {std::move(driver), std::move(response), truth};
}

SimulatedSession record(Random& random, const Pair& pair, const Recording& recording) {
    SimulatedSession session;
    session.sample_hz = recording.sample_hz;
    session.rated_power_w = kRatedPower;
    session.truth = pair.truth;
    if (session.truth.k_per_s) *session.truth.k_per_s *= place(pair.response).scale;
    record_telemetry(random, pair, recording, session.telemetry);
    record_training(random, pair, recording, session.training);
    return session;
}

}  // namespace rle::simulate
