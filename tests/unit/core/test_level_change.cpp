// Changes of level: found where they are and not where there are none, scored as the regression itself scores
// them; and the memory that whitening leaves.
#include "core/lag/level_change.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/calibrate/simulate.hpp"
#include "core/lag/autoregression.hpp"
#include "core/lag/bartlett.hpp"
#include "core/lag/permutation.hpp"
#include "core/lag/trend_choice.hpp"
#include "core/lag/whitened_pair.hpp"
#include "core/maths/series.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/correlate.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;
using simulate::operator+;
using simulate::operator*;

namespace {

Series step(std::size_t n, std::size_t at, double height) {
    Series series(n);
    for (std::size_t t = at; t < n; ++t) series[t] = height;
    return series;
}

Series square_wave(std::size_t n, std::size_t half_period, std::size_t late) {
    Series series(n);
    for (std::size_t t = 0; t < n; ++t) series[t] = (t + late) / half_period % 2 == 0 ? 1.0 : -1.0;
    return series;
}

}  // namespace

TEST_CASE("a step is found at its sample, in white noise and in noise with a memory") {
    for (std::uint64_t s = 0; s < 20; ++s) {
        Random random(s);
        const std::size_t at = 20 + random.below(60);
        const Series noise = s % 2 == 0 ? simulate::white(random, 100) : simulate::ar1(random, 100, 0.7);
        const Series series = noise + step(100, at, 8.0);
        const Trend trend = choose_trend(series, whiten_options(100, 1.0));
        REQUIRE(trend.changes.size() >= 1);
        const bool there = std::any_of(trend.changes.begin(), trend.changes.end(), [&](const LevelChange& c) {
            return std::abs(c.at - static_cast<double>(at)) <= 1.0 + c.width;
        });
        CHECK(there);
    }
}

TEST_CASE("noise has no changes of level, whatever its memory") {
    int found = 0;
    for (std::uint64_t s = 0; s < 200; ++s) {
        Random random(1000 + s);
        const Series noise = s % 2 == 0 ? simulate::white(random, 120) : simulate::ar1(random, 120, 0.9);
        found += choose_trend(noise, whiten_options(120, 1.0)).changes.empty() ? 0 : 1;
    }
    CHECK(found <= 10);  // the price is set for one in fifty or so
}

TEST_CASE("a change's score is the BIC of the regression with its column") {
    Random random(4);
    Series series = standardised(simulate::ar1(random, 150, 0.6) + step(150, 70, 5.0));
    series[30] = series[31] = series[90] = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> filled = interpolated(series);
    const Trend base{1, {12.0}};
    const LevelChangeSearch search(series, filled, base, 4);
    const ScoredChange best = search.best();
    Trend with = base;
    with.changes.push_back(best.change);
    for (const auto& [trend, score] :
         {std::pair(base, search.score_without()), std::pair(with, best.score)}) {
        const TrendColumns columns(series.size(), trend);
        const NestedRegressions regressions(series, filled, columns, 4);
        double direct = std::numeric_limits<double>::infinity();
        int p = 0;
        for (double rss : regressions.rss(first_columns(columns.columns())))
            direct = std::min(direct, regressions.bic(rss, trend.parameters() + p++));
        CHECK(score == Approx(direct).epsilon(1e-8));
    }
    CHECK(best.score < search.score_without());
}

TEST_CASE("one event that both show is no coupling, and a warning says when") {
    int coupled = 0;
    for (std::uint64_t s = 0; s < 100; ++s) {
        Random random(300 + s);
        CorrelateInput input;
        input.driver = simulate::white(random, 180) + step(180, 90, 5.0);
        input.response = simulate::ar1(random, 180, 0.8) + step(180, 91, -8.0);
        const Correlation c = correlate(input, {});
        coupled += c.verdict == Verdict::coupled ? 1 : 0;
        if (s > 0) continue;
        REQUIRE(!c.warnings.empty());
        INFO(c.warnings[0]);
        CHECK(c.warnings[0].find("both change their level, about 9") != std::string::npos);
        const std::string& method = c.tested->method;
        const bool said = method.find("1 change of level") != std::string::npos ||
                          method.find(" changes of level") != std::string::npos;
        CHECK(said);
    }
    CHECK(coupled <= 13);  // 5 in the mean; more is less likely than 1 in 1,000
}

TEST_CASE("a coupling is still found where the driver changes its level for good") {
    Random random(5);
    const Series driver = simulate::white(random, 150) + step(150, 80, 4.0);
    CorrelateInput input;
    input.driver = driver;
    input.response = simulate::coupled_response(random, driver, 1.0,
                                                {.k_per_s = 0.1, .delay_samples = 2, .process_noise = 0.05});
    const Correlation c = correlate(input, {});
    CHECK(c.verdict == Verdict::coupled);
    CHECK(*c.tested->t_lag_s == -2.0);
    CHECK(c.coupling->k_per_s == Approx(0.1).epsilon(0.2));
}

TEST_CASE("of a square load that both carry the odd harmonics are taken out too") {
    Random random(6);
    const Series a = 3.0 * square_wave(240, 10, 0) + simulate::white(random, 240);
    const Series b = 3.0 * square_wave(240, 10, 7) + simulate::white(random, 240);
    const auto pair = whiten_pair(a, b, 1.0);
    REQUIRE(pair);
    const std::vector<double>& periods = pair->driver.trend.periods;
    for (const double harmonic : {1.0, 3.0, 5.0}) {
        INFO("harmonic " << harmonic);
        CHECK(std::any_of(periods.begin(), periods.end(),
                          [&](double p) { return std::abs(p * harmonic / 20.0 - 1.0) < 0.01; }));
    }
}

TEST_CASE("Bartlett's sum of two trailing means of five is what their autocorrelations make") {
    // rho(j) = (5 - j) / 5, so the sum is 1 + 2 (0.64 + 0.36 + 0.16 + 0.04) = 3.4.
    Random random(7);
    const Series a = simulate::trailing_mean(simulate::white(random, 20000), 5);
    const Series b = simulate::trailing_mean(simulate::white(random, 20000), 5);
    CHECK(bartlett_sum(standardised(a), standardised(b), 20) == Approx(3.4).epsilon(0.1));
    const Series white = simulate::white(random, 20000);
    CHECK(bartlett_sum(standardised(a), standardised(white), 20) == Approx(1.0).margin(0.05));
}

TEST_CASE("left memory asks for a greater correlation: four times the variance, twice the band") {
    Random random(8);
    const Series x = standardised(simulate::white(random, 200));
    const Series y = standardised(x + 4.0 * simulate::white(random, 200));
    const std::vector<LagPoint> ccf = cross_correlation(x, y, 1.0, 3.0);
    const FamilyWise plain = family_wise(x, y, ccf, 0.05, 1, {.threads = 1});
    const FamilyWise wide = family_wise(x, y, ccf, 0.05, 1, {.inflation = 4.0, .threads = 1});
    CHECK(plain.p_value < 0.05);
    CHECK(wide.p_value > plain.p_value);
    CHECK(wide.band == Approx(2.0 * plain.band).epsilon(0.1));  // it may rest on more draws
}
