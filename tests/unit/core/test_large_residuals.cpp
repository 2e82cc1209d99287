#include <algorithm>
#include <cmath>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "core/lag/large_residuals.hpp"
#include "core/lag/permutation.hpp"
#include "core/maths/series.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/telemetry.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;

namespace {

// Noise with rare events: about one in 200 samples is ten to twenty times as large.
Series with_events(Random& random, std::size_t n) {
    Series series = simulate::white(random, n);
    for (double& x : series) {
        if (random.uniform() < 0.005) x += random.uniform(10.0, 20.0);
    }
    return standardised(series);
}

double quantile(std::vector<double> values, double at) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(at * static_cast<double>(values.size()))];
}

}  // namespace

TEST_CASE("large residuals: the draws are spread as those of a whole permutation are") {
    // The band of a permutation of all 6,000 residuals, against that of the large ones alone: over eight
    // pairs within a tenth of each other in the mean; the normal law's, 3.34, is far below.
    double whole = 0.0, large = 0.0;
    for (std::uint64_t s = 0; s < 8; ++s) {
        Random random(40 + s);
        Series x = with_events(random, 6000);
        const Series y = with_events(random, 6000);
        if (s % 2 == 1) std::fill(x.begin() + 1000, x.begin() + 1500, kMissing);
        const std::vector<LagPoint> ccf = cross_correlation(x, y, 0.1, 3.0);
        const FamilyWise permuted = family_wise(x, y, ccf, 0.05, 1);
        REQUIRE(permuted.law == NullLaw::permutation);
        whole += permuted.band / 8.0;
        large += quantile(LargeResiduals(x, y, 61, block_for(61)).draw(1, 0, 999), 0.95) / 8.0;
    }
    CHECK(whole > 4.0);
    CHECK(large == Approx(whole).epsilon(0.1));
}

TEST_CASE("large residuals: of normal series they change nothing") {
    // Sidak's 5 % over 61 lags is |z| > 3.341; the quantile of 999 draws scatters by 0.04 or so.
    Random random(60);
    const Series x = simulate::white(random, 20000), y = simulate::white(random, 20000);
    const std::vector<double> drawn = LargeResiduals(x, y, 61, block_for(61)).draw(1, 0, 999);
    CHECK(quantile(drawn, 0.95) == Approx(3.341).margin(0.15));
}

TEST_CASE("large residuals: a draw depends on its number alone") {
    Random random(61);
    const Series x = with_events(random, 3000), y = with_events(random, 3000);
    const LargeResiduals large(x, y, 61, block_for(61));
    const std::vector<double> all = large.draw(7, 0, 20), later = large.draw(7, 15, 5);
    CHECK(std::equal(later.begin(), later.end(), all.begin() + 15));
}

TEST_CASE("unrelated spikes and dips of a long session are not called coupled, related ones are") {
    // 18,000 samples, 61 lags: above a million products. Of 60 sessions at 5 % more than 10 have a
    // probability of 3e-4; by the normal law alone a third were called coupled.
    int claimed = 0;
    for (std::uint64_t s = 0; s < 60; ++s) {
        Random random(800 + s);
        const Series x = with_events(random, 18000);
        Series y = with_events(random, 18000);
        FamilyWise test = family_wise(x, y, cross_correlation(x, y, 0.1, 3.0), 0.05, 1);
        REQUIRE(test.law == NullLaw::large_exchanged);
        claimed += test.p_value <= 0.05 ? 1 : 0;
        if (s > 0) continue;
        for (std::size_t t = 10; t < y.size(); ++t) y[t] -= 0.1 * x[t - 10];
        y = standardised(y);
        CHECK(family_wise(x, y, cross_correlation(x, y, 0.1, 3.0), 0.05, 1).p_value <= 0.002);
    }
    CHECK(claimed <= 10);
}
