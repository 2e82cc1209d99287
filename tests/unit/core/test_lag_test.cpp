#include "rlecouple/lag_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "core/lag/permutation.hpp"
#include "rlecouple/ccf.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;
using simulate::operator+;
using simulate::operator*;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Both {
    Series driver, response;
};

Both coupled(std::uint64_t seed, std::size_t n, double k, int delay, double noise = 0.05) {
    Random random(seed);
    Series driver = simulate::white(random, n);
    Series response = simulate::coupled_response(
        random, driver, 1.0, {.k_per_s = k, .delay_samples = delay, .process_noise = noise});
    return {std::move(driver), std::move(response)};
}

TestedCorrelation tested(const Both& both, const LagTestOptions& options = {}, double dt_s = 1.0) {
    const auto result = test_lag(both.driver, both.response, dt_s, options);
    REQUIRE(result);
    return *result;
}

}  // namespace

TEST_CASE("a coupling is found at its delay, with its sign and order") {
    for (int delay : {1, 2}) {
        const TestedCorrelation t = tested(coupled(1, 90, 0.1, delay));
        CHECK(t.significant);
        CHECK(*t.p_value <= 0.001);
        CHECK(*t.r_peak < -0.5);
        CHECK(*t.t_lag_s == Approx(-delay).margin(0.25));
        CHECK(t.t_lag_ci95_s->contains(-delay));
        CHECK(t.t_lag_ci95_s->width() < 1.5);
        CHECK(t.causal_order == CausalOrder::driver_leads);
    }
}

TEST_CASE("where nothing is significant the interval stays within the lags searched") {
    int looked_at = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        Random random(seed);
        const Series driver = simulate::white(random, 90), response = simulate::white(random, 90);
        LagTestOptions options;
        options.sensor_delay_sd_s = 0.3;
        const TestedCorrelation t = tested({driver, response}, options);
        if (t.significant) continue;
        ++looked_at;
        CHECK(t.t_lag_ci95_s->low >= -options.max_lag_s);
        CHECK(t.t_lag_ci95_s->high <= options.max_lag_s);
    }
    CHECK(looked_at >= 20);
}

TEST_CASE("exchanging the series mirrors the lag") {
    const Both both = coupled(2, 120, 0.1, 2);
    const TestedCorrelation there = tested(both), back = tested({both.response, both.driver});
    CHECK(*back.t_lag_s == Approx(-*there.t_lag_s).margin(1e-9));
    CHECK(back.t_lag_ci95_s->low == Approx(-there.t_lag_ci95_s->high).margin(1e-9));
    CHECK(back.t_lag_ci95_s->high == Approx(-there.t_lag_ci95_s->low).margin(1e-9));
    CHECK(back.causal_order == CausalOrder::response_leads);
    CHECK(*back.r_peak == Approx(*there.r_peak).margin(1e-9));
}

TEST_CASE("the result does not depend on unit and offset of either series") {
    Both both = coupled(3, 90, 0.1, 1);
    const TestedCorrelation plain = tested(both);
    for (double& g : both.driver) g = 1e4 + 250.0 * g;
    for (double& y : both.response) y = 3.0 - 1e-3 * y;  // turned over: the sign of r follows
    const TestedCorrelation moved = tested(both);
    CHECK(*moved.p_value == Approx(*plain.p_value));
    CHECK(*moved.t_lag_s == Approx(*plain.t_lag_s).margin(1e-6));
    CHECK(*moved.r_peak == Approx(-*plain.r_peak).margin(1e-6));
}

TEST_CASE("the lag scales with the grid's step") {
    const Both both = coupled(4, 200, 0.1, 2);
    LagTestOptions options;
    options.max_lag_s = 0.3;
    const TestedCorrelation at_10hz = tested(both, options, 0.1);
    CHECK(*at_10hz.t_lag_s == Approx(-0.2).margin(0.025));
    CHECK(at_10hz.ccf.size() == 7);
    CHECK(at_10hz.t_lag_ci95_s->contains(-0.2));
}

TEST_CASE("the same seed gives the same p, whatever ran before") {
    const Both both = coupled(5, 90, 0.02, 1);
    CHECK(*tested(both).p_value == *tested(both).p_value);
    LagTestOptions other;
    other.seed = 99;
    CHECK(std::abs(*tested(both, other).p_value - *tested(both).p_value) < 0.05);
}

TEST_CASE("a sensor's delay is taken off the lag, and its uncertainty widens the interval") {
    const Both both = coupled(6, 90, 0.1, 2);
    const TestedCorrelation plain = tested(both);
    LagTestOptions options;
    options.sensor_delay_s = 0.5;
    options.sensor_delay_sd_s = 0.3;
    options.pairing_sd_s = 0.4;
    const TestedCorrelation corrected = tested(both, options);
    CHECK(*corrected.t_lag_s == Approx(*plain.t_lag_s + 0.5));
    CHECK(corrected.sensor_delay_s == 0.5);
    const double low_arm = *plain.t_lag_s - plain.t_lag_ci95_s->low;
    // 1.96 times the root of 0.3^2 + 0.4^2 in quadrature with the arm without them
    CHECK(*corrected.t_lag_s - corrected.t_lag_ci95_s->low ==
          Approx(std::hypot(low_arm, 1.959964 * 0.5)).epsilon(1e-5));
    CHECK(corrected.r_peak == plain.r_peak);
}

TEST_CASE("too little to test is no result") {
    const Both short_one = coupled(7, 29, 0.1, 1);
    CHECK(!test_lag(short_one.driver, short_one.response, 1.0, {}));
    const Both enough = coupled(7, 30, 0.1, 1);
    CHECK(test_lag(enough.driver, enough.response, 1.0, {}));
    const Series flat(90, 2.5);
    CHECK(!test_lag(flat, coupled(7, 90, 0.1, 1).response, 1.0, {}));
    CHECK(!test_lag(coupled(7, 90, 0.1, 1).driver, flat, 1.0, {}));
    Both halves = coupled(7, 90, 0.1, 1);  // 90 rows, but no pair
    for (std::size_t t = 0; t < 90; ++t) (t < 45 ? halves.driver : halves.response)[t] = kNaN;
    CHECK(!test_lag(halves.driver, halves.response, 1.0, {}));
}

TEST_CASE("missing samples leave the lag where it is") {
    Both both = coupled(8, 180, 0.1, 2);
    Random random(80);
    for (std::size_t t = 0; t < 180; ++t) {
        if (random.uniform() < 0.15) both.driver[t] = kNaN;
        if (random.uniform() < 0.15) both.response[t] = kNaN;
    }
    const TestedCorrelation t = tested(both);
    CHECK(t.significant);
    CHECK(*t.t_lag_s == Approx(-2.0).margin(0.3));
}

TEST_CASE("what carries a gap does not draw the lag towards its neighbours") {
    // 100 sessions without a delay, a tenth of both series lost: 98 are covered in the mean; with forecasts
    // in the place of samples it were 87.
    int covered = 0;
    for (std::uint64_t s = 0; s < 100; ++s) {
        Random random(3000 + s);
        Both both;
        both.driver = simulate::spiky(random, 90);
        both.response = simulate::coupled_response(
            random, both.driver, 1.0, {.k_per_s = 0.1, .delay_samples = 0, .process_noise = 0.03});
        for (std::size_t t = 0; t < 90; ++t) {
            if (random.uniform() < 0.1) both.driver[t] = kNaN;
            if (random.uniform() < 0.1) both.response[t] = kNaN;
        }
        covered += tested(both).t_lag_ci95_s->contains(0.0) ? 1 : 0;
    }
    CHECK(covered >= 92);
}

TEST_CASE("permutation gives way to the normal law where samples are many, and they agree") {
    // 61 lags on 17,000 samples are above a million products; the band is Sidak's, |z| > 3.34.
    Random random(10);
    const Series x = simulate::white(random, 17000), y = simulate::white(random, 17000);
    const FamilyWise many = family_wise(x, y, cross_correlation(x, y, 0.1, 3.0), 0.05, 1);
    CHECK(many.law == NullLaw::normal);
    CHECK(many.band == Approx(3.341).margin(0.005));
    CHECK(many.p_value > 0.0);
    const std::span<const double> a(x), b(y);
    const FamilyWise few = family_wise(a.first(3000), b.first(3000),
                                       cross_correlation(a.first(3000), b.first(3000), 0.1, 3.0), 0.05, 1);
    CHECK(few.law == NullLaw::permutation);
    CHECK(few.band == Approx(3.341).margin(0.15));
    // Tails so heavy that a coincidence of two outliers is the rule ask for more.
    const Series heavy = simulate::student_t(random, 17000, 3), other = simulate::student_t(random, 17000, 3);
    CHECK(family_wise(heavy, other, cross_correlation(heavy, other, 0.1, 3.0), 0.05, 1).band > 3.35);
}

TEST_CASE("degenerate series end in a result or none, never in nonsense") {
    Random random(9);
    Series ramp(90), single(90, 0.0), square(90);
    for (std::size_t t = 0; t < 90; ++t) {
        ramp[t] = static_cast<double>(t);
        square[t] = t / 10 % 2 == 0 ? 0.0 : 1.0;
    }
    single[40] = 1.0;
    const Series noise = simulate::white(random, 90);
    for (const Series& odd : {ramp, single, square}) {
        for (const Both& both : {Both{odd, noise}, Both{noise, odd}, Both{odd, odd}}) {
            const auto t = test_lag(both.driver, both.response, 1.0, {});
            if (!t) continue;
            CHECK(std::isfinite(*t->p_value));
            CHECK(std::isfinite(*t->t_lag_s));
            CHECK(t->t_lag_ci95_s->contains(*t->t_lag_s));
        }
    }
}

TEST_CASE("unrelated series that settle together are not called coupled") {
    // 200 sessions: at a true rate of 5 % more than 22 are less likely than 1 in 10,000; the manual's rule
    // calls all of them coupled, and a test with a linear trend alone 14 to 24 %.
    int claimed = 0;
    for (std::uint64_t s = 0; s < 200; ++s) {
        Random random(100 + s);
        const Series g = simulate::settling(90, 10.0, 15.0) + simulate::white(random, 90);
        const Series y = simulate::settling(90, -10.0, 25.0) + simulate::ar1(random, 90, 0.7);
        const auto t = test_lag(g, y, 1.0, {});
        REQUIRE(t);
        claimed += t->significant ? 1 : 0;
    }
    CHECK(claimed <= 22);
}

TEST_CASE("the interval of the lag holds the truth about as often as it says") {
    // 200 sessions at 95 % and a little more: fewer than 180 are less likely than 1 in 1,000.
    int covered = 0, detected = 0;
    for (std::uint64_t s = 0; s < 200; ++s) {
        const TestedCorrelation t = tested(coupled(1000 + s, 90, 0.05, 2, 0.08));
        covered += t.t_lag_ci95_s->contains(-2.0) ? 1 : 0;
        detected += t.significant ? 1 : 0;
    }
    CHECK(covered >= 180);
    CHECK(detected >= 186);
}

TEST_CASE("permutation: independent series get a p that is uniform, one coupled pair the least") {
    std::vector<double> p_values;
    for (std::uint64_t s = 0; s < 200; ++s) {
        Random random(5000 + s);
        const Series x = simulate::white(random, 80), y = simulate::white(random, 80);
        p_values.push_back(family_wise(x, y, cross_correlation(x, y, 1.0, 3.0), 0.05, 1).p_value);
    }
    std::sort(p_values.begin(), p_values.end());
    double worst = 0.0;  // Kolmogorov and Smirnov: above 0.138 has a probability of 0.001
    for (std::size_t i = 0; i < 200; ++i)
        worst = std::max(worst, std::abs(p_values[i] - (static_cast<double>(i) + 0.5) / 200.0));
    CHECK(worst < 0.138);

    Random random(6000);
    const Series x = simulate::white(random, 80);
    CHECK(family_wise(x, x, cross_correlation(x, x, 1.0, 3.0), 0.05, 1).p_value ==
          Approx(1e-4));  // 1 in 9,999 + 1
}

TEST_CASE("permutation: one coincidence of two outliers is no evidence, five are") {
    Random random(7000);
    Series x = simulate::white(random, 90), y = simulate::white(random, 90);
    x[40] = 30.0, y[41] = 30.0;
    CHECK(family_wise(x, y, cross_correlation(x, y, 1.0, 3.0), 0.05, 1).p_value > 0.05);
    for (std::size_t t : {5U, 23U, 60U, 79U}) x[t] = 30.0, y[t + 1] = 30.0;
    CHECK(family_wise(x, y, cross_correlation(x, y, 1.0, 3.0), 0.05, 1).p_value < 0.01);
}

TEST_CASE("permutation: the band is what a textbook's correction gives on normal series") {
    double mean = 0.0;
    for (std::uint64_t s = 0; s < 20; ++s) {
        Random random(8000 + s);
        const Series x = simulate::white(random, 400), y = simulate::white(random, 400);
        mean += family_wise(x, y, cross_correlation(x, y, 1.0, 3.0), 0.05, 1).band / 20.0;
    }
    // Sidak on 7 lags: each at 1 - 0.95^(1/7) = 0.0073, |z| > 2.683. What the means of blocks explain is not
    // exchanged, but stays in the sums: over sessions it adds what it keeps from the exchange. Over 200
    // sessions the mean is 2.684 +- 0.004.
    CHECK(mean == Approx(2.683).margin(0.06));
}

// Steps longer than the samples, within a narrow tolerance. The raw correlation at the true lag is -0.85.
// The response is livelier where the driver has no values: what r needs is told of the rows that are paired.
TEST_CASE("r reaches the band where p reaches alpha, also where the pairs are part of the rows") {
    constexpr std::size_t kSamples = 240, kWithDriver = 100;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Random random(seed);
        Both both{simulate::white(random, kSamples), simulate::white(random, kSamples)};
        for (std::size_t t = 0; t < kSamples; ++t) {
            if (t >= kWithDriver) both.driver[t] = kNaN;
            if (t >= kWithDriver) both.response[t] *= t % 2 == 0 ? 4.0 : 2.0;
        }
        const TestedCorrelation t = tested(both);
        double greatest = 0.0;
        for (const LagPoint& point : t.ccf) greatest = std::max(greatest, std::abs(point.r.value_or(0.0)));
        INFO(seed << " p " << *t.p_value << " r " << greatest << " band " << *t.band);
        if (*t.p_value <= 0.045) CHECK(greatest >= *t.band);
        if (*t.p_value >= 0.055) CHECK(greatest < *t.band);
    }
}

// The likelihood's model has the response answer the driver; one that answers its change is taken for a rise
// at a later lag, of the other sign than the greatest correlation.
TEST_CASE("a response that answers the driver's change is told with the sign and lag of the greatest r") {
    constexpr std::size_t kSamples = 180;
    int right = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random random(seed);
        const Series norm = simulate::ar1(random, kSamples, 0.8);
        Series rle = simulate::ar1(random, kSamples, 0.7);
        for (std::size_t t = 2; t < kSamples; ++t) rle[t] -= norm[t - 1] - norm[t - 2];
        const TestedCorrelation t = tested({norm, rle});
        right += t.significant && *t.t_lag_s == -1.0 && *t.r_peak < 0.0 ? 1 : 0;
    }
    CHECK(right >= 18);
}

TEST_CASE("a driver that stands in every second, third or fourth row is found at its lag, with its sign") {
    for (const std::size_t every : {2U, 3U, 4U}) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            INFO("every " << every << ", seed " << seed);
            Random random(seed);
            Both both{simulate::white(random, 300), {}};
            const Series noise = simulate::white(random, 300);
            for (std::size_t t = 0; t < 300; ++t)
                both.response.push_back(-0.8 * (t < 2 ? 0.0 : both.driver[t - 2]) + 0.5 * noise[t]);
            for (std::size_t t = 0; t < 300; ++t)
                if (t % every != 0) both.driver[t] = kNaN;
            const TestedCorrelation result = tested(both);
            CHECK(result.significant);
            CHECK(result.driver_ar_order <= 1);  // the driver is white
            CHECK(*result.t_lag_s == -2.0);
            CHECK(*result.r_peak < -0.6);
            CHECK(result.t_lag_ci95_s->contains(-2.0));
        }
    }
}

// Of two driver's samples in a row one is missing, so that no row has what an estimate on observed samples
// alone asks for. The response integrates spikes that come 2 s before: r of the residuals is -0.99.
TEST_CASE("a lag that is plain stays plain where no row has all of its samples") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        INFO("seed " << seed);
        Random random(seed);
        Both both;
        both.driver = simulate::spiky(random, 400);
        both.response = simulate::coupled_response(
            random, both.driver, 1.0, {.k_per_s = 0.1, .delay_samples = 2, .process_noise = 0.02});
        for (std::size_t t = 1; t < 400; t += 2) both.driver[t] = kNaN;
        const TestedCorrelation result = tested(both);
        CHECK(*result.t_lag_s == -2.0);
        CHECK(result.likely_lag_s->high < -1.0);
        CHECK(result.causal_order == CausalOrder::driver_leads);
        CHECK(result.warnings.empty());
    }
}
