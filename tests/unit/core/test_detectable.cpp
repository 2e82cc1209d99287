#include <algorithm>
#include <cmath>
#include <string>

#include "core/calibrate/simulate.hpp"
#include "core/lag/detectable.hpp"
#include "rlecouple/correlate.hpp"
#include "rlecouple/telemetry.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

// A pair whose whitening is known: a response that keeps phi of itself, white drivers, no trend.
WhitenedPair known_pair(std::size_t n, double phi) {
    WhitenedPair pair;
    for (Whitened* series : {&pair.driver, &pair.response}) {
        series->residual.assign(n, 1.0);
        series->filled.assign(n, 1.0);
        series->session = n;
    }
    pair.response.ar = {phi};
    pair.driver.error_sd = 1.0;
    pair.response.error_sd = 0.5;
    pair.driver_sd = 2.0;
    pair.response_sd = 0.3;
    return pair;
}

TestedCorrelation known_test(std::size_t n, double band) {
    TestedCorrelation tested;
    for (int lag = -3; lag <= 3; ++lag) tested.ccf.push_back({static_cast<double>(lag), 0.0, n});
    tested.band = band;
    tested.r_peak = 0.1;
    tested.p_value = 0.5;
    return tested;
}

CorrelateInput session(double k, unsigned long long seed = 1) {
    Random random(seed);
    CorrelateInput input;
    input.driver = simulate::white(random, 180);
    input.response =
        simulate::coupled_response(random, input.driver, 1.0, {.k_per_s = k, .process_noise = 0.08});
    return input;
}

bool warned(const Correlation& c, const std::string& part) {
    return std::any_of(c.warnings.begin(), c.warnings.end(),
                       [&](const std::string& w) { return w.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("a white driver: the k whose r stands on the band") {
    // 200,000 samples and 7 lags: nothing is exchanged in blocks, so that the band is not moved by the
    // coupling. Sidak's z for 7 lags at 5 % is 2.683; six lags that hold no coupling pass it in 1 -
    // 0.95^(6/7) = 4.3 % of sessions, so that the seventh has to in 1 - 0.5 / 0.957 = 47.8 %: r is 0.056 of
    // 1/2.683 below the band. Of the news b 1.0 / sqrt(b^2 + 0.5^2) is r, and k = b 0.3 / 2.0 / dt.
    const double band = 0.2, z = 2.683;
    const double r = band * (z - 0.0562) / z;
    const double b = 0.5 * r / std::sqrt(1.0 - r * r);
    const Detectable found = detectable_coupling(known_pair(200000, 0.8), known_test(200000, band), {}, 0.5);
    REQUIRE(found.half_per_s);
    CHECK(*found.half_per_s == Approx(b * 0.3 / 2.0 / 0.5).epsilon(0.002));
    // 90 %: r stands 1.26 of its spread above the band, since the six others count for little.
    const double r90 = band * (z + 1.26) / z;
    const double b90 = 0.5 * r90 / std::sqrt(1.0 - r90 * r90);
    CHECK(*found.nine_tenths_per_s == Approx(b90 * 0.3 / 2.0 / 0.5).epsilon(0.01));
    CHECK(found.missing.empty());
}

TEST_CASE("k is per unit of the driver and of the response, and falls with the root of the samples") {
    CorrelateInput input = session(0.0);
    const Correlation plain = correlate(input, {});
    REQUIRE(plain.tested);
    REQUIRE(plain.tested->detectable_k_per_s);
    const double k = *plain.tested->detectable_k_per_s, k90 = *plain.tested->detectable_k90_per_s;
    CHECK(k90 > k);
    CorrelateInput doubled = input, scaled = input;
    for (double& g : doubled.driver) g = 2.0 * g + 7.0;
    for (double& y : scaled.response) y = 10.0 * y - 3.0;
    CHECK(*correlate(doubled, {}).tested->detectable_k_per_s == Approx(0.5 * k).epsilon(1e-6));
    CHECK(*correlate(doubled, {}).tested->detectable_k90_per_s == Approx(0.5 * k90).epsilon(1e-6));
    CHECK(*correlate(scaled, {}).tested->detectable_k_per_s == Approx(10.0 * k).epsilon(1e-6));

    const Detectable few = detectable_coupling(known_pair(90, 0.8), known_test(90, 0.28), {}, 1.0);
    const Detectable many = detectable_coupling(known_pair(9000, 0.8), known_test(9000, 0.028), {}, 1.0);
    CHECK(*many.half_per_s == Approx(*few.half_per_s / 10.0).epsilon(0.1));
}

TEST_CASE("a driver that remembers is found by less where many of the lags that it shows at are searched") {
    WhitenedPair pair = known_pair(600, 0.975);
    TestedCorrelation tested = known_test(600, 0.13);
    tested.ccf.clear();
    for (int lag = -30; lag <= 30; ++lag) tested.ccf.push_back({0.1 * lag, 0.0, 600});
    const double white = *detectable_coupling(pair, tested, {}, 0.1).half_per_s;
    pair.driver.ar = {0.9};
    CHECK(*detectable_coupling(pair, tested, {}, 0.1).half_per_s < 0.95 * white);
}

TEST_CASE("about half of the sessions with the k that is told are found, nine tenths with the other") {
    constexpr int kSessions = 60;
    const Correlation none = correlate(session(0.0, 3), {});
    const auto found_with = [&](double k) {
        int found = 0;
        for (int s = 0; s < kSessions; ++s)
            found += correlate(session(k, 100 + static_cast<unsigned>(s)), {}).tested->significant ? 1 : 0;
        return found;
    };
    const int half = found_with(*none.tested->detectable_k_per_s);
    CHECK(half > 15);
    CHECK(half < 45);
    CHECK(found_with(*none.tested->detectable_k90_per_s) > 45);
    CHECK(found_with(0.3 * *none.tested->detectable_k_per_s) < 15);
}

TEST_CASE("what is not detected is told with its size, and so is that it is no proof") {
    const Correlation none = correlate(session(0.0), {});
    REQUIRE(none.verdict == Verdict::not_detected);
    INFO(none.explanation);
    CHECK(none.explanation.find(" /s would have been found in half of such sessions") != std::string::npos);
    CHECK(none.explanation.find("absence is not proven") != std::string::npos);
    const Correlation coupled = correlate(session(0.1), {});
    REQUIRE(coupled.verdict == Verdict::coupled);
    CHECK(coupled.explanation.find("common cause of both") != std::string::npos);
    CHECK(*coupled.tested->detectable_k_per_s < 0.1);
}

TEST_CASE("where k means nothing there is none, and a warning says why") {
    Random random(5);
    CorrelateInput white = session(0.0);
    white.response = simulate::white(random, 180);
    const Correlation at_once = correlate(white, {});
    CHECK_FALSE(at_once.tested->detectable_k_per_s);
    CHECK_FALSE(at_once.tested->detectable_k90_per_s);
    CHECK(warned(at_once, "detectable_k90_per_s are missing: the response keeps little of itself"));
    CHECK(at_once.explanation.find("would have been found") == std::string::npos);

    CorrelateInput mean = session(0.0);
    mean.dt_s = 0.1;
    mean.driver = simulate::white(random, 600);
    mean.response = simulate::trailing_mean(
        simulate::coupled_response(random, mean.driver, 0.1, {.k_per_s = 0.0, .process_noise = 0.08}), 50);
    CHECK(warned(correlate(mean, {}), "as a trailing mean does"));

    const WhitenedPair pair = known_pair(90, 0.8);
    TestedCorrelation tested = known_test(90, 0.28);
    tested.held = true;
    CHECK(detectable_coupling(pair, tested, {}, 0.1).missing.find("slower than the grid") !=
          std::string::npos);
    WhitenedPair every_second = known_pair(90, 0.8), at_the_end = known_pair(180, 0.8);
    for (std::size_t t = 1; t < 90; t += 2) every_second.driver.residual[t] = kMissing;
    CHECK(detectable_coupling(every_second, known_test(45, 0.4), {}, 1.0).missing.find("lack a value") !=
          std::string::npos);
    for (std::size_t t = 0; t < 90; ++t) at_the_end.driver.residual[t] = kMissing;
    CHECK(detectable_coupling(at_the_end, known_test(90, 0.28), {}, 1.0).half_per_s);
    tested = known_test(90, 1.0);  // no r passes it by much
    CHECK(detectable_coupling(pair, tested, {}, 1.0).missing.find("however strong") != std::string::npos);
    tested = known_test(90, 0.28);
    tested.r_peak = 1.0;
    CHECK(detectable_coupling(pair, tested, {}, 1.0).missing.find("one reading") != std::string::npos);
}
