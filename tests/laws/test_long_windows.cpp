// Over long series and long windows every lag is the textbook's, over the very pairs that are present.
#include <cmath>
#include <limits>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "core/maths/fft.hpp"
#include "rlecouple/ccf.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Pearson's formula in two passes and long double.
LagPoint textbook(const Series& driver, const Series& response, std::ptrdiff_t shift) {
    std::vector<long double> x, y;
    const auto n = static_cast<std::ptrdiff_t>(response.size());
    for (std::ptrdiff_t t = 0; t < n; ++t) {
        if (t + shift < 0 || t + shift >= n) continue;
        const double a = driver[static_cast<std::size_t>(t + shift)],
                     b = response[static_cast<std::size_t>(t)];
        if (std::isnan(a) || std::isnan(b)) continue;
        x.push_back(a);
        y.push_back(b);
    }
    LagPoint point;
    point.n = x.size();
    const auto m = static_cast<long double>(x.size());
    long double mx = 0, my = 0, sxy = 0, sxx = 0, syy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) mx += x[i] / m, my += y[i] / m;
    for (std::size_t i = 0; i < x.size(); ++i) {
        sxy += (x[i] - mx) * (y[i] - my);
        sxx += (x[i] - mx) * (x[i] - mx);
        syy += (y[i] - my) * (y[i] - my);
    }
    if (sxx > 0 && syy > 0) point.r = static_cast<double>(sxy / std::sqrt(sxx * syy));
    return point;
}

Series with_gaps(Series series, Random& random, double share) {
    for (double& x : series) {
        if (random.uniform() < share) x = kNaN;
    }
    for (std::size_t t = 3000; t < 3400; ++t) series[t] = kNaN;  // and one long one
    return series;
}

void check_every(std::ptrdiff_t step, const Series& driver, const Series& response, double max_lag) {
    const std::vector<LagPoint> ccf = cross_correlation(driver, response, 1.0, max_lag);
    const auto reach = static_cast<std::ptrdiff_t>(max_lag);
    REQUIRE(ccf.size() == static_cast<std::size_t>(2 * reach + 1));
    double worst = 0.0;
    for (std::ptrdiff_t shift = -reach; shift <= reach; shift += step) {
        const LagPoint& point = ccf[static_cast<std::size_t>(shift + reach)];
        const LagPoint expected = textbook(driver, response, shift);
        REQUIRE(point.lag_s == static_cast<double>(shift));
        REQUIRE(point.n == expected.n);
        REQUIRE(point.r.has_value() == expected.r.has_value());
        if (point.r) worst = std::max(worst, std::abs(*point.r - *expected.r));
    }
    CHECK(worst <= 1e-10);
}

}  // namespace

TEST_CASE("direct and Fourier sums are the textbook's, with and without gaps") {
    Random random(1);
    const std::size_t n = 9000;
    Series x = simulate::ar1(random, n, 0.9), y = simulate::ar1(random, n, 0.97);
    for (double& v : x) v = 1e6 + v;  // far from zero, as a clock rate in Hz is
    for (double share : {0.0, 0.0005, 0.1}) {
        const Series g = share > 0.0 ? with_gaps(x, random, share) : x;
        const Series r = share > 0.0 ? with_gaps(y, random, share) : y;
        INFO("share missing " << share);
        check_every(7, g, r, 30.0);
        check_every(501, g, r, 2500.0);
    }
}

TEST_CASE("a window as long as the session ends where three pairs are left") {
    Random random(2);
    const Series x = simulate::white(random, 5000), y = simulate::white(random, 5000);
    const auto ccf = cross_correlation(x, y, 1.0, 6000.0);
    REQUIRE(ccf.size() == 12001);
    CHECK(ccf[6000].n == 5000);
    CHECK(ccf[6000 + 4997].n == 3);
    CHECK(ccf[6000 + 4997].r);
    CHECK(*ccf[6000 + 4997].r == Approx(*textbook(x, y, 4997).r).margin(1e-10));
    CHECK(!ccf[6000 + 4998].r);
    CHECK(ccf[6000 + 5000].n == 0);
    CHECK(ccf[0].lag_s == -6000.0);
}

TEST_CASE("a series that rests but for one spike has no r where the spike has no partner") {
    Random random(3);
    Series rests(6000, 0.1);
    rests.back() = 1e6;
    const Series noise = simulate::white(random, rests.size());
    const auto ccf = cross_correlation(noise, rests, 1.0, 2.0);
    CHECK(ccf[1].r);   // lag -1: the last sample has a partner before it
    CHECK(!ccf[3].r);  // lag 1: there is none after it
}

TEST_CASE("the transform of a cosine is two lines, and of an impulse even") {
    for (std::size_t size : {8U, 16U, 32U, 64U}) {
        Fourier fourier(size);
        std::vector<Complex> wave(size), impulse(size);
        for (std::size_t t = 0; t < size; ++t) {
            wave[t].re = std::cos(2.0 * 3.14159265358979323846 * 3.0 * static_cast<double>(t) /
                                  static_cast<double>(size));
        }
        impulse[1].re = 1.0;
        fourier.transform(wave);
        fourier.transform(impulse);
        for (std::size_t f = 0; f < size; ++f) {
            const bool line = f == 3 || f == size - 3;
            CHECK(wave[f].re == Approx(line ? 0.5 * static_cast<double>(size) : 0.0).margin(1e-12));
            CHECK(wave[f].im == Approx(0.0).margin(1e-12));
            const double angle =
                -2.0 * 3.14159265358979323846 * static_cast<double>(f) / static_cast<double>(size);
            CHECK(impulse[f].re == Approx(std::cos(angle)).margin(1e-12));
            CHECK(impulse[f].im == Approx(std::sin(angle)).margin(1e-12));
        }
    }
}
