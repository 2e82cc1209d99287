#include <cmath>
#include <limits>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "core/lag/trend.hpp"
#include "core/lag/trend_choice.hpp"
#include "core/lag/whiten.hpp"
#include "core/maths/random.hpp"
#include "core/maths/series.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;
using simulate::operator+;
using simulate::operator*;

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

double mean_square(const Series& series) {
    double sum = 0.0, n = 0.0;
    for (double x : series) {
        if (std::isnan(x)) continue;
        sum += x * x;
        n += 1.0;
    }
    return sum / n;
}

double autocorrelation(const Series& e, std::size_t lag) {
    double sum = 0.0, square = 0.0;
    for (std::size_t t = lag; t < e.size(); ++t) {
        if (!std::isnan(e[t] * e[t - lag])) sum += e[t] * e[t - lag];
    }
    for (double x : e) square += std::isnan(x) ? 0.0 : x * x;
    return sum / square;
}

}  // namespace

TEST_CASE("random numbers are the same everywhere, and distinct streams differ") {
    // Calculated by another program (Python) from the published algorithms, which gives splitmix64(0) =
    // 0xe220a8397b1dcdaf.
    Random a(1), other(2), stream(1, 1);
    const std::uint64_t first = a.bits();
    CHECK(first == 0xef75d62a19ba94edULL);
    CHECK(a.bits() == 0x8e9490536375f270ULL);
    CHECK(a.bits() == 0xc05630b1c614195dULL);
    CHECK(first != other.bits());
    CHECK(first != stream.bits());
}

TEST_CASE("normal numbers have the moments of the normal law") {
    Random random(3);
    double mean = 0, square = 0, fourth = 0;
    const int n = 200000;
    for (int i = 0; i < n; ++i) {
        const double z = random.normal();
        mean += z / n, square += z * z / n, fourth += z * z * z * z / n;
    }
    CHECK(std::abs(mean) < 0.01);           // SD 0.0022
    CHECK(std::abs(square - 1.0) < 0.015);  // SD 0.0032
    CHECK(std::abs(fourth - 3.0) < 0.1);    // SD 0.022
}

TEST_CASE("an autoregression is found and taken out") {
    Random random(4);
    const Series y = simulate::ar1(random, 2000, 0.8);
    const Whitened w = whiten(y, {}, whiten_options(y.size(), 1.0));
    REQUIRE(w.ar.size() == 1);
    CHECK(w.ar[0] == Approx(0.8).margin(0.04));  // SE sqrt((1 - 0.64)/2000) = 0.013
    CHECK(mean_square(w.residual) == Approx(1.0).epsilon(1e-12));
    for (std::size_t lag = 1; lag <= 5; ++lag) CHECK(std::abs(autocorrelation(w.residual, lag)) < 0.08);
}

TEST_CASE("whitening does not depend on unit and offset") {
    Random random(5);
    const Series y = simulate::ar1(random, 120, 0.7);
    Series moved = 1e-3 * y;
    for (double& x : moved) x += 40.0;
    const WhitenOptions options = whiten_options(120, 1.0);
    const Whitened a = whiten(y, choose_trend(y, options), options);
    const Whitened b = whiten(moved, choose_trend(moved, options), options);
    REQUIRE(a.ar.size() == b.ar.size());
    for (std::size_t t = 0; t < 120; ++t) {
        if (std::isnan(a.residual[t])) continue;
        CHECK(a.residual[t] == Approx(b.residual[t]).margin(1e-6));
    }
}

TEST_CASE("BIC sees a settling, fast or slow, and a ramp") {
    Random random(6);
    for (double tau : {3.0, 15.0, 40.0}) {
        const Series y = simulate::settling(200, 10.0, tau) + simulate::white(random, 200);
        const Trend trend = choose_trend(y, whiten_options(200, 1.0));
        INFO("tau " << tau << " order " << trend.order << " exponentials " << trend.settling.size());
        CHECK(!trend.settling.empty());
        if (trend.order == 0) {
            CHECK(trend.settling[0] > tau / 2.0);
            CHECK(trend.settling[0] < tau * 2.0);
        }
    }
    Series ramp = simulate::white(random, 200);
    for (std::size_t t = 0; t < 200; ++t) ramp[t] += 0.05 * static_cast<double>(t);
    CHECK(choose_trend(ramp, whiten_options(200, 1.0)).order == 1);
    CHECK(choose_trend(simulate::white(random, 200), whiten_options(200, 1.0)).order == 0);
}

TEST_CASE("an exponential is taken out to the last digit") {
    Series y = simulate::settling(100, 10.0, settling_candidates(100)[4]);
    const Series clean = y;
    Random random(7);
    const Series noise = 0.1 * simulate::white(random, 100);
    y = y + noise;
    const Trend trend{0, {settling_candidates(100)[4]}};
    const WhitenOptions plain{.max_trend_order = 0, .max_ar_order = 0, .max_scale_order = 0};
    const Whitened with = whiten(y, trend, plain);
    // Without the exponential's noise-free part the same regression leaves the same residuals, but for scale.
    const Whitened without = whiten(noise, trend, plain);
    for (std::size_t t = 0; t < 100; ++t) CHECK(with.residual[t] == Approx(without.residual[t]).margin(1e-9));
}

TEST_CASE("a gap costs its own samples, and the forecast error after it is told in its own spread") {
    Random random(8);
    Series y = simulate::random_walk(random, 3000);
    for (std::size_t start = 50; start + 10 < 3000; start += 50) {
        for (std::size_t t = start; t < start + 9; ++t)
            y[t] = kNaN;  // a walk moves by 3 SD over 9 samples and one more
    }
    const Whitened w = whiten(y, {}, whiten_options(3000, 1.0));
    REQUIRE(w.ar.size() == 1);
    double after = 0.0, n = 0.0;
    for (std::size_t start = 50; start + 10 < 3000; start += 50) {
        CHECK(std::isnan(w.residual[start]));
        CHECK(!std::isnan(w.residual[start + 9]));
        after += w.residual[start + 9] * w.residual[start + 9];
        n += 1.0;
    }
    CHECK(after / n ==
          Approx(1.0).margin(0.6));  // 59 squares of SD sqrt(2/59) = 0.18; unscaled it would be 10
}

TEST_CASE("noise that grows is brought to one scale") {
    Random random(9);
    Series y = simulate::white(random, 300);
    for (std::size_t t = 0; t < 300; ++t) y[t] *= std::exp(0.01 * static_cast<double>(t));
    const Whitened w = whiten(y, {}, whiten_options(300, 1.0));
    CHECK(w.scale_order >= 1);
    const Series early(w.residual.begin() + 10, w.residual.begin() + 150),
        late(w.residual.begin() + 150, w.residual.end());
    CHECK(mean_square(late) / mean_square(early) == Approx(1.0).margin(0.5));  // as recorded: exp(3) = 20
}

TEST_CASE("a series is standardised whatever its unit, at the ends of the range of numbers too") {
    const Series plain{1.0, 2.0, 4.0, 3.0, -1.0};
    const std::vector<double> expected = standardised(plain);
    for (const double unit : {1e-300, 1e-160, 1e-3, 1e150, 1e300}) {
        const std::vector<double> z = standardised(unit * plain);
        for (std::size_t t = 0; t < z.size(); ++t) CHECK(z[t] == Approx(expected[t]));
        CHECK(standard_deviation(unit * plain) == Approx(unit * standard_deviation(plain)));
    }
}
