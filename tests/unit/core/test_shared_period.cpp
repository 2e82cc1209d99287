#include "core/lag/shared_period.hpp"

#include <cmath>
#include <limits>

#include "core/calibrate/simulate.hpp"
#include "core/lag/whitened_pair.hpp"
#include "rlecouple/correlate.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;
using simulate::operator+;
using simulate::operator*;

TEST_CASE("a period that both carry is found, one that only one carries is not") {
    Random random(1);
    const Series a = simulate::sine(random, 200, 17.0) + simulate::white(random, 200);
    Series b = simulate::sine(random, 200, 17.0) + simulate::white(random, 200);
    b[20] = b[21] = std::numeric_limits<double>::quiet_NaN();
    const auto period = shared_period(a, b);
    REQUIRE(period);
    CHECK(*period == Approx(17.0).margin(0.4));  // 17^2 / 200 / sqrt(SNR) and the grid of frequencies
    CHECK(!shared_period(a, simulate::white(random, 200)));
    CHECK(!shared_period(simulate::sine(random, 200, 30.0) + simulate::white(random, 200), a));
    CHECK(!shared_period(a, Series(200, 0.0)));
}

TEST_CASE("noise shares no period, whatever its memory") {
    // A line must stand out of both at one frequency and pay for its parameters by BIC.
    int found = 0;
    for (std::uint64_t s = 0; s < 100; ++s) {
        Random random(50 + s);
        const Series a = simulate::ar1(random, 120, 0.9), b = simulate::ar1(random, 120, 0.6);
        found += static_cast<int>(whiten_pair(a, b, 1.0)->shared_periods.size());
    }
    CHECK(found <= 1);
}

TEST_CASE("a white driver and its delayed copy share no period") {
    // What stands out of the one by chance stands out of the other too: each line is one chance, not two.
    std::size_t found = 0;
    for (std::uint64_t s = 0; s < 200; ++s) {
        Random random(900 + s);
        const Series driver = simulate::white(random, 240), noise = simulate::white(random, 240);
        Series response = noise;
        for (std::size_t i = 3; i < response.size(); ++i) response[i] -= driver[i - 3];
        found += whiten_pair(driver, response, 1.0)->shared_periods.empty() ? 0U : 1U;
    }
    CHECK(found <= 3);  // with 0.3 false lines allowed there are 6
}

TEST_CASE("a load that comes round in both is no coupling, and a warning names its period") {
    int coupled = 0;
    for (std::uint64_t s = 0; s < 100; ++s) {
        Random random(500 + s);
        CorrelateInput input;
        input.driver = simulate::sine(random, 240, 20.0) + simulate::white(random, 240);
        input.response = simulate::sine(random, 240, 20.0) + simulate::white(random, 240);
        const Correlation c = correlate(input, {});
        coupled += c.verdict == Verdict::coupled ? 1 : 0;
        if (s > 0) continue;
        REQUIRE(!c.warnings.empty());
        INFO(c.warnings[0]);
        CHECK(c.warnings[0].find("share a period of 2") != std::string::npos);
        CHECK(c.warnings[0].find("taken out of both") != std::string::npos);
    }
    CHECK(coupled <= 13);  // 5 in the mean; more is less likely than 1 in 1,000. With the sines left in: 35
}

TEST_CASE("a coupling under a shared period is still found, at its lag") {
    Random random(3);
    const Series load = simulate::sine(random, 200, 25.0);
    const Series driver = simulate::white(random, 200);
    const Series response = simulate::coupled_response(
        random, driver, 1.0, {.k_per_s = 0.1, .delay_samples = 2, .process_noise = 0.05});
    const auto pair = whiten_pair(driver + 1.5 * load, response + 0.5 * load, 1.0);
    REQUIRE(pair);
    CHECK(pair->shared_periods.size() >= 1);
    const auto t = test_lag(*pair, 1.0, {});
    REQUIRE(t);
    CHECK(t->significant);
    CHECK(*t->t_lag_s == Approx(-2.0).margin(0.5));
}
