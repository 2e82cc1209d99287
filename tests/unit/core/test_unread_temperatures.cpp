// Temperatures that were read in some of the samples only: what is not read is no evidence for or against a
// model.
#include <cmath>
#include <string>

#include "core/thermal/thermal_search.hpp"
#include "rlecouple/calibrate_thermal.hpp"
#include "support/catch.hpp"

using namespace rle;
using Catch::Matchers::WithinRel;

namespace {

ThermalFamily family(const std::string& name) {
    for (const ThermalFamily& f : thermal_families()) {
        if (f.name == name) return f;
    }
    FAIL("no family " << name);
    return {};
}

template <class Unread>
ThermalSession session_without(const ThermalFamily& of, std::size_t number, const Unread& unread) {
    ThermalSession out = simulate_session(of, 11, number);
    for (std::size_t i = 0; i < out.samples.size(); ++i) {
        if (unread(i)) out.samples.temp_c[i] = kMissing;
    }
    return out;
}

ThermalResult fit_of(const ThermalSession& session) {
    ThermalOptions options;
    options.ambient_c = session.truth.ambient_c;
    return fit_thermal(session.samples, options);
}

}  // namespace

TEST_CASE("the deviance is that of the temperatures that were read") {
    const ThermalSession session =
        session_without(family("free-edges"), 0, [](std::size_t i) { return i % 3 != 0; });
    const thermal::Problem problem(session.samples);
    thermal::Shape shape;
    shape.read_as(PowerReading::sampled, 0.3);
    thermal::Theta theta{};
    theta[thermal::kStill] = std::log(session.truth.hA_w_per_c);
    theta[thermal::kDie] = std::log(session.truth.C_j_per_c);
    theta[thermal::kAmbient] = session.truth.ambient_c;
    theta[thermal::kStart] = session.samples.temp_c.front();
    const thermal::Solution fitted = thermal::fit_shape(problem, shape, theta);
    REQUIRE(fitted.n == 30);
    REQUIRE(fitted.gains.relative.size() == 90);
    // Normal errors of variance temp_sd^2 relative(i): the sum of log variances and of squares over them.
    double by_hand = fitted.sse / (fitted.noise.temp_sd * fitted.noise.temp_sd);
    for (std::size_t i = 0; i < 90; i += 3)
        by_hand += std::log(fitted.noise.temp_sd * fitted.noise.temp_sd * fitted.gains.relative[i]);
    CHECK_THAT(fitted.deviance(), WithinRel(by_hand, 1e-12));
}

TEST_CASE("how the power was read is told where the temperature comes less often", "[simulation]") {
    // The power steps anywhere between two samples, and the meter gives that of the instant. Were the samples
    // without a temperature held against a power that is not exact, none in 40 would be told of each tenth.
    for (const std::size_t every : {3U, 10U}) {
        INFO("every " << every);
        ThermalFamily of = family("free-edges");
        of.seconds = 100.0 * static_cast<double>(every);
        std::size_t told = 0;
        double squares = 0.0;
        for (std::size_t number = 0; number < 40; ++number) {
            const ThermalSession session =
                session_without(of, number, [every](std::size_t i) { return i % every != 0; });
            const ThermalResult result = fit_of(session);
            REQUIRE(result.fit.tau_s.size() == 1);
            told += result.fit.power_reading == "sampled" ? 1 : 0;
            const double error = result.fit.tau_s.front() / session.truth.tau_s - 1.0;
            squares += error * error;
        }
        CHECK(told >= 34);
        CHECK(std::sqrt(squares / 40.0) < 0.02);
    }
}

TEST_CASE("a long session is judged where its temperature was read") {
    // 10,000 samples, of which the model is chosen on 4,000. The power is the livelier in the first half,
    // where no temperature was read.
    ThermalFamily of = family("two-nodes");
    of.seconds = 10000.0;
    const ThermalSession session = session_without(of, 1, [](std::size_t i) { return i < 5000; });
    const ThermalResult result = fit_of(session);
    REQUIRE(result.fit.model == "two-node");
    CHECK_THAT(result.fit.tau_s.front(), WithinRel(session.truth.tau_s, 0.05));
    CHECK_THAT(*result.fit.hA_w_per_c, WithinRel(session.truth.hA_w_per_c, 0.02));
    CHECK(*result.fit.rmse_c < 0.35);  // of whole degrees 0.29
}
