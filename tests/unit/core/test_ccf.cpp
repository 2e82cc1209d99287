#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "rlecouple/ccf.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

// The textbook formula, lag by lag and pair by pair, in long double.
double direct_r(const std::vector<double>& driver, const std::vector<double>& response, int shift) {
    std::vector<long double> x, y;
    for (int t = 0; t < static_cast<int>(response.size()); ++t) {
        const int u = t + shift;
        if (u < 0 || u >= static_cast<int>(driver.size())) continue;
        const double a = driver[static_cast<std::size_t>(u)], b = response[static_cast<std::size_t>(t)];
        if (std::isnan(a) || std::isnan(b)) continue;
        x.push_back(a);
        y.push_back(b);
    }
    const auto n = static_cast<long double>(x.size());
    long double mx = 0, my = 0, sxy = 0, sxx = 0, syy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        mx += x[i] / n;
        my += y[i] / n;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        sxy += (x[i] - mx) * (y[i] - my);
        sxx += (x[i] - mx) * (x[i] - mx);
        syy += (y[i] - my) * (y[i] - my);
    }
    return static_cast<double>(sxy / std::sqrt(sxx * syy));
}

}  // namespace

TEST_CASE("a driver that is copied two samples later is found at a lag of minus two samples") {
    const std::vector<double> g{1, 5, 2, 8, 3, 9, 1, 4, 7, 2};
    std::vector<double> rle(g.size(), kNaN);
    for (std::size_t t = 2; t < g.size(); ++t) rle[t] = -g[t - 2];  // a spike precedes a drop
    const ManualCorrelation manual = manual_correlation(g, rle, 1.0, 3.0);
    REQUIRE(manual.r_peak);
    CHECK(*manual.r_peak == Approx(-1.0).margin(1e-12));
    CHECK(*manual.t_lag_s == -2.0);
    CHECK(manual.causal_order == CausalOrder::driver_leads);
    CHECK(*manual.strength == Strength::strong);
    CHECK(manual.ccf.size() == 7);
}

TEST_CASE("every lag equals the textbook formula over the pairs present") {
    const std::vector<double> g{1.5, kNaN, 2, 8, 3, 9, 1, kNaN, 7, 2, 0.25, 6};
    const std::vector<double> y{0.1, 0.4, 0.2, kNaN, 0.3, 0.35, 0.8, 0.1, 0.2, 0.9, kNaN, 0.5};
    const auto ccf = cross_correlation(g, y, 0.5, 2.0);
    REQUIRE(ccf.size() == 9);
    for (int k = -4; k <= 4; ++k) {
        const LagPoint& point = ccf[static_cast<std::size_t>(k + 4)];
        CHECK(point.lag_s == 0.5 * k);
        REQUIRE(point.r);
        CHECK(*point.r == Approx(direct_r(g, y, k)).margin(1e-13));
    }
}

TEST_CASE("lags side by side are to the last bit those that are summed up one by one") {
    constexpr int kFrom = 40, kCount = 25;
    std::vector<double> g(100, kNaN), y(100, kNaN);  // missing before and behind only
    for (int i = 0; i < kCount; ++i) {
        g[static_cast<std::size_t>(kFrom + i)] = std::sin(0.7 * i) + 0.1 * i;
        y[static_cast<std::size_t>(kFrom + 3 + i)] = std::cos(0.9 * i) + 1e3;
    }
    std::vector<double> far = g;  // a value far off has no partner, and makes the series one with gaps
    far.front() = 5.0;
    const auto ccf = cross_correlation(g, y, 1.0, 30.0), one_by_one = cross_correlation(far, y, 1.0, 30.0);
    for (int k = -30; k <= 30; ++k) {
        const LagPoint &point = ccf[static_cast<std::size_t>(k + 30)],
                       &alone = one_by_one[static_cast<std::size_t>(k + 30)];
        CHECK(point.n == alone.n);
        CHECK(point.n == static_cast<std::size_t>(std::max(0, kCount - std::abs(k + 3))));
        CHECK(point.r == alone.r);
        REQUIRE(point.r.has_value() == (point.n >= 3));
        if (point.r) CHECK(*point.r == Approx(direct_r(g, y, k)).margin(1e-9));
    }
}

TEST_CASE("lags on a 10 Hz grid are decimal numbers") {
    const std::vector<double> x{1, 2, 4, 3, 1, 0, 2};
    const auto ccf = cross_correlation(x, x, 0.1, 0.3);
    REQUIRE(ccf.size() == 7);
    CHECK(ccf[0].lag_s == -0.3);
    CHECK(ccf[3].lag_s == 0.0);
    CHECK(ccf[6].lag_s == 0.3);
}

TEST_CASE("without variance, or with fewer than three pairs, there is no r") {
    const std::vector<double> constant(8, 0.1), x{1, 2, 3, 1, 2, 3, 1, 2};
    for (const LagPoint& point : cross_correlation(x, constant, 1.0, 3.0)) CHECK(!point.r);
    const ManualCorrelation manual = manual_correlation(x, constant, 1.0, 3.0);
    CHECK(!manual.r_peak);
    CHECK(!manual.strength);
    CHECK(manual.causal_order == CausalOrder::undetermined);

    const std::vector<double> few{1, 2, 4, 3};
    const auto ccf = cross_correlation(few, few, 1.0, 5.0);
    REQUIRE(ccf.size() == 11);
    CHECK(ccf[5].r);  // lag 0: four pairs
    CHECK(ccf[5].n == 4);
    CHECK(ccf[4].r);   // three
    CHECK(!ccf[3].r);  // two
    CHECK(ccf[3].n == 2);
    CHECK(ccf[0].n == 0);
}

TEST_CASE("of equal peaks the shortest lag counts, then the one where the driver leads") {
    const std::vector<LagPoint> ccf{
        {-2, 0.5, 9}, {-1, 0.4, 9}, {0, std::nullopt, 0}, {1, -0.4, 9}, {2, -0.5, 9}};
    CHECK(peak_index(ccf) == 0);
    const std::vector<LagPoint> nearer{{-2, 0.5, 9}, {-1, 0.4, 9}, {0, 0.1, 9}, {1, -0.5, 9}};
    CHECK(peak_index(nearer) == 3);
    CHECK(peak_index(std::vector<LagPoint>{{0, std::nullopt, 0}}) == -1);
}

TEST_CASE(
    "lags are searched while enough pairs are left: a third of the samples, and 20, but two thirds at most") {
    const auto told = [](std::size_t n, double max_lag_s) {
        std::vector<double> x(n);
        for (std::size_t t = 0; t < n; ++t) x[t] = static_cast<double>(t % 7);
        return longest_told(cross_correlation(x, x, 1.0, max_lag_s), n);
    };
    CHECK(told(90, 3.0) == 3);
    CHECK(told(90, 89.0) == 60);  // 30 pairs are left
    CHECK(told(45, 44.0) == 25);  // 20
    CHECK(told(12, 11.0) == 4);   // 8
    std::vector<double> x(90, kNaN), y(90);
    for (std::size_t t = 0; t < 90; ++t) y[t] = static_cast<double>(t % 7);
    for (std::size_t t = 0; t < 40; ++t) x[t] = y[t];
    // The driver is there in the first 40 samples: at +l (driver later) 40 - l pairs are left, at -l 40.
    CHECK(longest_told(cross_correlation(x, y, 1.0, 60.0), 40) == 20);
}

TEST_CASE("the manual's classes leave their edges to the lower class") {
    CHECK(strength_of(0.3) == Strength::weak);
    CHECK(strength_of(-0.30001) == Strength::moderate);
    CHECK(strength_of(0.5) == Strength::moderate);
    CHECK(strength_of(-0.50001) == Strength::strong);
    CHECK(causal_order_of(-0.5) == CausalOrder::driver_leads);
    CHECK(causal_order_of(0.5) == CausalOrder::response_leads);
    CHECK(causal_order_of(0.0) == CausalOrder::simultaneous);
}
