#include <cmath>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "rlecouple/lag_test.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;

namespace {

CouplingFit fitted(const Series& driver, const Series& response, double dt_s, double delay_s) {
    const auto fit = fit_coupling(driver, response, dt_s, delay_s);
    REQUIRE(fit);
    REQUIRE(fit->k_ci95_per_s);
    return *fit;
}

}  // namespace

TEST_CASE("k and the relaxation of a noise-free coupling come back to the last digits") {
    for (double dt : {1.0, 0.5, 0.1}) {
        Random random(1);
        const Series g = simulate::white(random, 200);
        const Series y = simulate::coupled_response(
            random, g, dt, {.k_per_s = 0.08, .delay_samples = 3, .tau_s = 4.0, .process_noise = 0.0});
        const CouplingFit fit = fitted(g, y, dt, 3 * dt);
        INFO("step " << dt);
        CHECK(fit.k_per_s == Approx(0.08).epsilon(1e-5));
        REQUIRE(fit.relaxation_s);
        CHECK(*fit.relaxation_s == Approx(4.0).epsilon(1e-4));
        CHECK(fit.r2 > 0.9999);
        CHECK(fit.delay_s == 3 * dt);
    }
}

TEST_CASE("k has the units of the equation: per second and per unit of the driver") {
    Random random(2);
    Series g = simulate::white(random, 150);
    Series y = simulate::coupled_response(random, g, 1.0, {.k_per_s = 0.1, .delay_samples = 1});
    const CouplingFit plain = fitted(g, y, 1.0, 1.0);
    for (double& x : g) x *= 10.0;
    CHECK(fitted(g, y, 1.0, 1.0).k_per_s == Approx(plain.k_per_s / 10.0).epsilon(1e-6));
    CHECK(fitted(g, y, 0.5, 0.5).k_per_s == Approx(plain.k_per_s / 5.0).epsilon(1e-6));
}

TEST_CASE("an opposite coupling has a negative k") {
    Random random(3);
    const Series g = simulate::spiky(random, 120);
    const Series y = simulate::coupled_response(random, g, 1.0, {.k_per_s = -0.1, .delay_samples = 2});
    const CouplingFit fit = fitted(g, y, 1.0, 2.0);
    CHECK(fit.k_per_s == Approx(-0.1).margin(0.02));
    CHECK(fit.k_ci95_per_s->contains(-0.1));
}

TEST_CASE("the interval of k holds both readings of a step") {
    // A driver that acts throughout a step of 1 s against tau = 4 s moves the response by k tau (1 -
    // exp(-1/4)) = 0.885 k.
    Random random(4);
    const Series g = simulate::white(random, 4000);
    Series y(g.size());
    const double phi = std::exp(-0.25);
    for (std::size_t t = 2; t < g.size(); ++t) {
        y[t] = phi * y[t - 1] - 0.1 * 4.0 * (1.0 - phi) * g[t - 2] + 0.02 * random.normal();
    }
    const CouplingFit fit = fitted(g, y, 1.0, 2.0);
    CHECK(fit.k_per_s == Approx(0.0885).margin(0.002));
    CHECK(fit.k_ci95_per_s->contains(0.1));
    CHECK(fit.k_ci95_per_s->contains(0.0885));
}

TEST_CASE("noise of the reading does not bias k, even under an autocorrelated driver") {
    Random random(5);
    const Series g = simulate::ar1(random, 5000, 0.9);
    const Series y = simulate::coupled_response(
        random, g, 1.0, {.k_per_s = 0.1, .delay_samples = 1, .process_noise = 0.0, .reading_noise = 0.3});
    CHECK(fitted(g, y, 1.0, 1.0).k_per_s == Approx(0.1).epsilon(0.05));
}

TEST_CASE("too little for a coupling is no result") {
    Random random(6);
    const Series g = simulate::white(random, 29), flat(90, 1.0);
    CHECK(!fit_coupling(g, simulate::white(random, 29), 1.0, 1.0));
    CHECK(!fit_coupling(simulate::white(random, 90), flat, 1.0, 1.0));
    CHECK(!fit_coupling(flat, simulate::white(random, 90), 1.0, 1.0));
}
