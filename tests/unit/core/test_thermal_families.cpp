// The thermal families of calibrate: the same on every run, true to what they claim, and given back by the
// fit.
#include <cmath>
#include <string>

#include "rlecouple/calibrate_thermal.hpp"
#include "support/catch.hpp"

using namespace rle;
using Catch::Matchers::WithinRel;

namespace {

const ThermalFamily& family(const std::string& name) {
    for (const ThermalFamily& f : thermal_families()) {
        if (f.name == name) return f;
    }
    FAIL("no family " << name);
    return thermal_families().front();
}

}  // namespace

TEST_CASE("a session depends on family, seed and number alone") {
    const ThermalSession a = simulate_session(family("two-nodes"), 4, 7);
    const ThermalSession b = simulate_session(family("two-nodes"), 4, 7);
    const ThermalSession c = simulate_session(family("two-nodes"), 5, 7);
    CHECK(a.samples.temp_c == b.samples.temp_c);
    CHECK(a.truth.tau_s == b.truth.tau_s);
    CHECK(a.truth.tau_s != c.truth.tau_s);
}

TEST_CASE("sessions are whole degrees at the family's rate and lie where their truth puts them") {
    for (const ThermalFamily& f : thermal_families()) {
        INFO(f.name);
        const ThermalSession s = simulate_session(f, 1, 0);
        CHECK(s.samples.size() == static_cast<std::size_t>(std::round(f.seconds / f.interval_s)));
        for (const double t : s.samples.temp_c) CHECK(t == std::round(t));
        CHECK(s.samples.fan.empty() == !f.fan_steps);
        if (!f.two_nodes) CHECK_THAT(s.truth.C_j_per_c / s.truth.hA_w_per_c, WithinRel(s.truth.tau_s, 1e-12));
        if (!f.two_nodes && !f.fan_steps) {
            CHECK(s.truth.tau_s >= f.tau_low_s);
            CHECK(s.truth.tau_s <= f.tau_high_s);
        }
    }
}

TEST_CASE("the bias of two sessions is the mean of their errors") {
    const ThermalFamily& f = family("one-node-3-10s");
    double tau_errors = 0.0;
    for (const std::size_t number : {0U, 1U}) {
        const ThermalSession session = simulate_session(f, 3, number);
        ThermalOptions options;
        options.ambient_c = session.truth.ambient_c;
        tau_errors += fit_thermal(session.samples, options).fit.tau_s.at(0) / session.truth.tau_s - 1.0;
    }
    CHECK_THAT(score_thermal_family(f, 2, 3).tau_relative_bias, WithinRel(0.5 * tau_errors, 1e-9));
}

TEST_CASE("two nodes told by samples that come irregularly are not adequate") {
    const ThermalSession even = simulate_session(family("two-nodes"), 1, 3);
    ThermalOptions options;
    options.ambient_c = even.truth.ambient_c;
    ThermalSamples uneven;  // intervals of 1, 1, 1 and 4 s scatter by 0.74 of their mean
    for (std::size_t i = 0; i < even.samples.size(); ++i) {
        if (i % 7 > 3) continue;
        uneven.t_s.push_back(even.samples.t_s[i]);
        uneven.temp_c.push_back(even.samples.temp_c[i]);
        uneven.power_w.push_back(even.samples.power_w[i]);
    }
    const ThermalResult told = fit_thermal(even.samples, options), untold = fit_thermal(uneven, options);
    REQUIRE(told.constants.two_nodes);
    REQUIRE(untold.constants.two_nodes);
    CHECK(told.fit.adequate);
    CHECK(told.warnings.empty());
    CHECK_FALSE(untold.fit.adequate);
    REQUIRE_FALSE(untold.warnings.empty());
    CHECK(untold.warnings.back().find("irregularly") != std::string::npos);
}

TEST_CASE("the families that the model fits are given back within 2 %, and their intervals hold",
          "[simulation]") {
    const std::string name = GENERATE("one-node-3-10s", "one-node-10-60s", "free-edges", "averaging-meter",
                                      "two-nodes", "fan-steps", "whole-watts", "late-meter",
                                      "long-mean-meter", "fading-meter", "whole-degree-room");
    INFO(name);
    const ThermalScore s = score_thermal_family(family(name), 40, 2);
    CHECK(s.told == s.n);
    CHECK(s.tau_relative_error < 0.02);
    CHECK(s.hA_relative_error < 0.02);
    CHECK(s.tau_ci_coverage >= 0.85);  // 40 sessions: a sound interval falls below in 1 of 100 families
    CHECK(s.hA_ci_coverage >= 0.85);
    CHECK(s.right_model_rate >= 0.95);
}
