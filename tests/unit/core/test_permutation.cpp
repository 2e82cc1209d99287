// The lag kernel against sums written out, and the permutation test's independence of the number of threads.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "core/lag/lag_kernel.hpp"
#include "core/lag/permutation.hpp"
#include "rlecouple/ccf.hpp"
#include "support/catch.hpp"

using namespace rle;

TEST_CASE("the lag kernel finds the greatest weighted sum of products") {
    Random random(1);
    for (const std::size_t n : {1U, 2U, 5U, 30U, 97U}) {
        for (const std::size_t reach : {0U, 1U, 3U, 4U, 30U}) {
            const simulate::Series x = simulate::white(random, n), y = simulate::white(random, n);
            std::vector<double> weight(2 * reach + 1);
            for (double& w : weight) w = random.uniform(0.5, 1.5);
            const LagKernel kernel(y, weight);
            LagKernel::Driver driver(kernel);
            for (std::size_t t = 0; t < n; ++t) driver[t] = x[t];
            double greatest = 0.0;
            for (std::size_t i = 0; i < weight.size(); ++i) {
                double sum = 0.0;
                for (std::size_t t = 0; t < n; ++t) {
                    if (t + i >= reach && t + i - reach < n) sum += x[t + i - reach] * y[t];
                }
                greatest = std::max(greatest, std::abs(sum) * weight[i]);
            }
            CHECK(kernel.greatest(driver) == Approx(greatest).epsilon(1e-12));
        }
    }
}

TEST_CASE("the lag kernel finds a lone product at each lag, on its side") {
    std::vector<double> y(20, 0.0), weight(7, 1.0);
    y[10] = 2.0;
    for (int lag = -3; lag <= 3; ++lag) {
        std::vector<double> only(7, 0.0);
        only[static_cast<std::size_t>(lag + 3)] = 1.0;
        const LagKernel kernel(y, only);
        LagKernel::Driver driver(kernel);
        driver[static_cast<std::size_t>(10 + lag)] = 3.0;
        CHECK(kernel.greatest(driver) == 6.0);
        driver[static_cast<std::size_t>(10 + lag)] = 0.0;
        driver[static_cast<std::size_t>(10 - lag)] = lag == 0 ? 0.0 : 3.0;
        CHECK(kernel.greatest(driver) == 0.0);
    }
}

TEST_CASE("permutation: the number of threads changes nothing, a gap neither") {
    Random random(2);
    simulate::Series x = simulate::white(random, 900), y = simulate::white(random, 900);
    for (std::size_t t = 100; t < 140; ++t) x[t] = y[t + 300] = kMissing;
    const std::vector<LagPoint> ccf = cross_correlation(x, y, 0.1, 3.0);
    const FamilyWise one = family_wise(x, y, ccf, 0.05, 1, {.threads = 1});
    CHECK(one.law == NullLaw::permutation);
    for (const std::size_t threads : {2U, 3U, 7U}) {
        const FamilyWise several = family_wise(x, y, ccf, 0.05, 1, {.threads = threads});
        CHECK(several.p_value == one.p_value);
        CHECK(several.band == one.band);
    }
}

TEST_CASE("permutation: every order of a block is as likely as every other") {
    // Fifteen samples are one block; the driver is 1 at one of them, so that the sum at lag 0 says where it
    // went. 9,999 draws, each place 666.6 times: chi-squared with 14 degrees of freedom exceeds 36.1 with a
    // probability of 0.001.
    std::vector<double> x(15, 0.0), y(15);
    x[3] = 1.0;
    std::vector<LagPoint> ccf(1);
    ccf[0].n = 1;
    std::vector<double> share(15);
    for (std::size_t k = 0; k < 15; ++k) {
        std::fill(y.begin(), y.end(), 0.0);
        y[k] = 1.0;
        // Of the draws, those that put the 1 at k reach what the observed one reaches at 3.
        std::vector<double> at_k = x;
        std::swap(at_k[3], at_k[k]);
        share[k] = family_wise(at_k, y, ccf, 0.05, 1).p_value;
    }
    // p = (1 + draws at k) / (1 + 999): on average 1 / 15.
    double chi2 = 0.0;
    for (const double p : share) {
        const double times = p * 1000.0 - 1.0;
        chi2 += (times - 66.6) * (times - 66.6) / 66.6;
    }
    CHECK(chi2 < 36.1);
}
