// The rounding of the power: told from the readings, carried into the intervals, and no fault of the model.
#include <algorithm>
#include <cmath>
#include <string>

#include "core/maths/linear_algebra.hpp"
#include "core/thermal/input_scores.hpp"
#include "support/catch.hpp"
#include "thermal_sessions.hpp"

using namespace rle;
using namespace rle::thermal;
using Catch::Matchers::WithinRel;
using rle::test::given;
using rle::test::Uniform;

namespace {

// `n` readings, each level for ten samples, rounded to `step`; `scatter`: as wide as the levels wander.
std::vector<double> readings(const std::vector<double>& levels, std::size_t n, double step,
                             double scatter = 0.0) {
    Uniform uniform(3);
    std::vector<double> out;
    for (std::size_t i = 0; i < n; ++i) {
        const double p = levels[i / 10 % levels.size()] + uniform(-scatter, scatter);
        out.push_back(step > 0.0 ? step * std::round(p / step) : p);
    }
    return out;
}

const std::vector<double> kLevels{61.37, 248.18, 83.91, 199.27, 44.62, 173.04, 121.55, 231.49, 152.73};

}  // namespace

TEST_CASE("the step of the readings is told where they show one") {
    const ReadingSteps whole(readings(kLevels, 200, 1.0), kPowerSteps);
    CHECK(whole.step() == 1.0);
    CHECK_THAT(whole.variance(), WithinRel(1.0 / 12.0, 0.02));  // of a uniform error; 50 terms of its series
    CHECK(whole.distinct() == 9);
    CHECK(whole.number_of(45.0) == 0);  // in ascending order
    CHECK(whole.number_of(248.0) == 8);

    const ReadingSteps tenths(readings(kLevels, 200, 0.1), kPowerSteps);
    CHECK_THAT(tenths.variance(), WithinRel(0.01 / 12.0, 0.02));
    const ReadingSteps fives(readings(kLevels, 200, 5.0), kPowerSteps);
    CHECK_THAT(fives.variance(), WithinRel(25.0 / 12.0, 0.02));
    CHECK(ReadingSteps(readings(kLevels, 200, 0.0), kPowerSteps).variance() == 0.0);
}

TEST_CASE("a few round levels are levels that somebody chose") {
    CHECK(ReadingSteps(readings({80.0, 250.0}, 100, 0.0), kPowerSteps).variance() == 0.0);
    CHECK(ReadingSteps(readings({50.0, 100.0, 155.0, 200.0}, 100, 0.0), kPowerSteps).variance() == 0.0);
    CHECK(ReadingSteps(readings({180.0}, 100, 0.0), kPowerSteps).variance() == 0.0);
    CHECK(ReadingSteps(readings({64.0, 212.0}, 100, 0.0), kPowerSteps).step() ==
          1.0);  // even by chance, in whole watts
}

TEST_CASE("a level that scatters by steps has no error that its readings share") {
    CHECK(ReadingSteps(readings(kLevels, 400, 1.0, 3.0), kPowerSteps).variance() == 0.0);
    const double little = ReadingSteps(readings(kLevels, 400, 1.0, 0.15), kPowerSteps).variance();
    CHECK(little > 0.2 / 12.0);
    CHECK(little < 1.0 / 12.0);
}

namespace {

// A fit to the temperatures that the model itself makes of the readings: all that is left is exact.
struct Exact {
    ThermalSamples samples;
    Shape shape;
    Theta theta{};
    Noise noise{0.3, 0.0, 0.0, 1e300};

    Exact(const Shape& of, const std::vector<double>& power_w) : shape(of) {
        theta[kStill] = std::log(3.0);
        theta[kDie] = std::log(of.two_nodes ? 12.0 : 40.0);
        theta[kSink] = std::log(120.0);
        theta[kCoupling] = std::log(9.0);
        theta[kAmbient] = 22.0;
        theta[kStart] = theta[kSinkStart] = 40.0;
        theta[kShift] = 0.4;
        noise.edge_share = of.edge_share;
        for (std::size_t i = 0; i < power_w.size(); ++i) samples.t_s.push_back(static_cast<double>(i));
        samples.power_w = power_w;
        samples.temp_c.assign(power_w.size(), 0.0);
        samples.temp_c = simulate_thermal(samples, constants_of(theta, shape));
    }

    Solution fitted(const Problem& problem) const {
        return descend(problem, shape, theta, noise, {60, 1e-15});
    }
};

// What input_scores() says, by fits to a power with one reading at a time moved: their parameters' products
// and what they leave.
struct Moved {
    Eigen::MatrixXd covariance;
    double left = 0.0;
};

Moved by_refitting(const Exact& exact, const Solution& at, double variance) {
    constexpr double kWatts = 0.01;
    std::vector<double> distinct = exact.samples.power_w;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    const auto m = static_cast<Eigen::Index>(at.free.size());
    Moved out{Eigen::MatrixXd::Zero(m, m)};
    for (const double reading : distinct) {
        ThermalSamples moved = exact.samples;
        for (double& p : moved.power_w) p += p == reading ? kWatts : 0.0;
        const Problem problem{ThermalView(moved)};
        const Solution there = exact.fitted(problem);
        Eigen::VectorXd by(m);
        for (Eigen::Index j = 0; j < m; ++j) {
            const Slot slot = at.free[static_cast<std::size_t>(j)];
            by[j] = (there.theta[slot] - at.theta[slot]) / kWatts;
        }
        for (Eigen::Index j = 0; j < m; ++j) out.covariance.col(j) += variance * by[j] * by;
        out.left += variance * there.sse / (kWatts * kWatts);
    }
    return out;
}

Shape shape_of(PowerReading reading, double edge_share, bool two_nodes) {
    Shape shape;
    shape.reading = reading;
    shape.edge_share = edge_share;
    shape.two_nodes = two_nodes;
    return shape;
}

}  // namespace

TEST_CASE("the errors of the readings move the parameters as fits to moved readings say") {
    const bool two_nodes = GENERATE(false, true);
    const auto [reading, edge_share] =
        GENERATE(table<PowerReading, double>({{PowerReading::held, 0.0},
                                              {PowerReading::sampled, 0.288675},
                                              {PowerReading::averaged, 0.0},
                                              {PowerReading::late, 0.0},
                                              {PowerReading::late_sampled, 0.288675}}));
    INFO(static_cast<int>(reading) << (two_nodes ? ", two nodes" : ", one node"));
    const Exact exact(shape_of(reading, edge_share, two_nodes), readings(kLevels, 240, 1.0));
    const Problem problem{ThermalView(exact.samples)};
    const Solution at = exact.fitted(problem);
    const Eigen::MatrixXd inverse = inverse_definite(at.information);
    const InputScores scores = input_scores(problem, at, inverse);
    const Eigen::MatrixXd covariance = product(inverse, product(scores.covariance, inverse));
    const Moved moved = by_refitting(exact, at, problem.power_steps.variance());
    for (Eigen::Index j = 0; j < covariance.rows(); ++j)
        CHECK_THAT(covariance(j, j), WithinRel(moved.covariance(j, j), 0.02));
    CHECK_THAT(scores.left, WithinRel(moved.left, 0.02));
}

TEST_CASE("of many readings draws of all their errors tell about as much") {
    std::vector<double> levels;
    for (int k = 0; k < 40; ++k) levels.push_back(60.0 + 37.0 * (k * 7 % 40) / 7.0);
    const Exact exact(Shape{}, readings(levels, 400, 1.0));
    const Problem problem{ThermalView(exact.samples)};
    CHECK(problem.power_steps.distinct() == 40);
    const Solution at = exact.fitted(problem);
    const Eigen::MatrixXd inverse = inverse_definite(at.information);
    const InputScores scores = input_scores(problem, at, inverse);
    const Eigen::MatrixXd covariance = product(inverse, product(scores.covariance, inverse));
    const Moved moved = by_refitting(exact, at, problem.power_steps.variance());
    for (Eigen::Index j = 0; j < covariance.rows(); ++j)  // 24 draws: a variance to 30 %
        CHECK_THAT(covariance(j, j), WithinRel(moved.covariance(j, j), 0.75));
    CHECK_THAT(scores.left, WithinRel(moved.left, 0.75));
}

namespace {

struct Held {
    int hA = 0, tau = 0, adequate = 0;
};

// 60 sessions of 240 s whose plateaus of 8 to 30 s are read to `step_w`, the temperatures to `step_c`.
Held hold_of_coarse_readings(double step_w, double step_c) {
    Held out;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Uniform uniform(seed);
        const double hA = uniform(2.0, 6.0), tau = uniform(4.0, 25.0), room = uniform(18.0, 28.0);
        ThermalSamples s;
        double t_c = room + 20.0, power = 0.0, until = 0.0;
        for (int i = 0; i < 240; ++i) {
            if (i >= until) {
                power = power < 100.0 ? uniform(150.0, 250.0) : uniform(30.0, 70.0);
                until = i + std::round(uniform(8.0, 30.0));
            }
            s.t_s.push_back(i);
            s.temp_c.push_back(step_c * std::round(t_c / step_c));
            s.power_w.push_back(step_w * std::round(power / step_w));
            const double settled = room + power / hA;
            t_c = settled + (t_c - settled) * std::exp(-1.0 / tau);
        }
        const ThermalFit fit = fit_thermal(s, given(room)).fit;
        out.hA += fit.ci95.at("hA_w_per_c").contains(hA) ? 1 : 0;
        out.tau += fit.ci95.at("tau_s").contains(tau) ? 1 : 0;
        out.adequate += fit.adequate ? 1 : 0;
    }
    return out;
}

}  // namespace

TEST_CASE("intervals hold where the power is read coarsely, and the model is not blamed", "[simulation]") {
    const auto [step_w, step_c] = GENERATE(table<double, double>({{1.0, 1.0}, {1.0, 0.1}, {5.0, 1.0}}));
    INFO(step_w << " W, " << step_c << " degC");
    const Held held = hold_of_coarse_readings(step_w, step_c);
    CHECK(held.hA >= 52);  // of 60, where 57 are due: fewer in 1 of 100 runs; without the term 30 in the
                           // second case, 31 in the third
    CHECK(held.tau >= 52);
    CHECK(held.adequate >= 54);
}
