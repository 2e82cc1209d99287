// The pieces that simulated sessions are made of.
#pragma once

#include <optional>
#include <vector>

#include "core/maths/random.hpp"
#include "rlecouple/calibrate.hpp"

namespace rle::simulate {

using Series = std::vector<double>;

Series white(Random& random, std::size_t n);
/// Autoregression of order one with unit innovations, from its stationary law.
Series ar1(Random& random, std::size_t n, double phi);
Series random_walk(Random& random, std::size_t n);
/// A gradient norm about 1 that leaps by 3 to 9 in 8 % of the samples.
Series spiky(Random& random, std::size_t n);
Series student_t(Random& random, std::size_t n, int degrees);
/// height exp(-t / tau).
Series settling(std::size_t n, double height, double tau_samples);
/// A sine of unit height and random phase.
Series sine(Random& random, std::size_t n, double period_samples);

Series operator+(Series a, const Series& b);
Series operator*(double factor, Series a);

/// exp of half an AR(1) of 0.8.
Series lognormal(Random& random, std::size_t n);

/// Trailing mean over up to `width` samples.
Series trailing_mean(const Series& series, std::size_t width);
Series rounded(Series series, double step);

/// The coupling equation on the grid: x(t) = x(t-1) + D (-k (g(t - delay) - mean g) - x(t-1) / tau) + noise.
/// Samples before the first act as the mean.
struct Coupling {
    double k_per_s = 0.1;
    int delay_samples = 1;  ///< negative: the response would lead
    double tau_s = 4.0;
    double process_noise = 0.05;  ///< SD of what enters in a second
    double reading_noise = 0.0;   ///< SD of each sample
};
Series coupled_response(Random& random, const Series& driver, double dt_s, const Coupling& coupling);

/// The same equation with k 0.1 /s, tau 4 s and little noise, integrated in steps of a fiftieth of a second
/// about a driver's mean of 1.5, each driver's sample held through the cell about its grid point, as the
/// alignment averages it.
Series coupled_finely(Random& random, const Series& driver, int hz, double delay_s);

/// A pair of series on the grid, before it is turned into recordings.
struct Pair {
    Series driver;  ///< NaN: the training stands still
    Series response;
    Truth truth;
    Series epoch = {};  ///< of each sample, whole numbers; empty: the training log has none
};

/// Series that have nothing to do with each other.
Pair apart(Series driver, Series response);
/// Two of ar1().
template <int phi_percent>
Pair two_ar(Random& random, std::size_t n) {
    Series driver = ar1(random, n, phi_percent / 100.0);
    return apart(std::move(driver), ar1(random, n, phi_percent / 100.0));
}
/// The driver and the response that the coupling equation gives to it.
Pair coupled(Random& random, Series driver, double dt_s, const Coupling& coupling);

struct Recording {
    double sample_hz = 1.0;
    double missing = 0.0;           ///< share of the telemetry samples that are lost
    double missing_training = 0.0;  ///< share of the training's cells that are lost
    double clock_drift =
        0.0;  ///< of the training's clock against the telemetry's, about the middle of the session
    double step_spread = 0.3;   ///< SD of a step's norm about its cell's, in SDs of the driver
    std::size_t step_rows = 1;  ///< samples that a training step takes; its line comes in the first of them
    std::size_t held = 1;       ///< samples for which a sensor's reading stands, and a training step lasts
};

/// Telemetry whose RLE is the response, and a training log of four steps a sample (one a reading, where they
/// are held) whose mean over a cell is the driver, both with jittered times. RLE is carried by the
/// utilisation: with power and temperature constant, and power a tenth of the rated power, the formula gives
/// rle_raw = util / 100 / (0.1 (1 + 1/600)). The response is moved, and where it must be scaled (and k with
/// it), to fit into [1, 9].
SimulatedSession record(Random& random, const Pair& pair, const Recording& recording);

}  // namespace rle::simulate
