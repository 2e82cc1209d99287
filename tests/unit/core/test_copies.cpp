// Stand-ins for lost samples: told from a coarse reading, a slow stream and a state of rest, and kept out of
// k.
#include "core/align/copies.hpp"

#include <cmath>

#include "core/calibrate/simulate.hpp"
#include "rlecouple/correlate.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;

namespace {

const double kNaN = std::nan("");

bool same(const Series& a, const Series& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i] && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
    }
    return a.size() == b.size();
}

}  // namespace

TEST_CASE("of two equal neighbours both are left out, of three the middle one stays") {
    const OwnSamples own = without_copies(Series{1, 2, 2, 3, kNaN, 3.5, 4, 4, 4, 5, 6, 7, 8, 9, 10});
    CHECK(own.left_out == 4);
    CHECK(same(own.series, {1, kNaN, kNaN, 3, kNaN, 3.5, kNaN, 4, kNaN, 5, 6, 7, 8, 9, 10}));
}

TEST_CASE("coarse readings, a stream slower than the grid, a rest: nothing is left out") {
    const Series coarse{1, 2, 2, 3, 2, 1, 1, 2, 3, 3, 2, 1};
    CHECK(without_copies(coarse).left_out == 0);
    const Series slow{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6};
    CHECK(without_copies(slow).left_out == 0);
    const Series rest{1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 6, 7, 8, 9};
    CHECK(without_copies(rest).left_out == 0);
}

TEST_CASE("k is that of the samples that were read, when a fifth were lost and stood in for") {
    // 20 sessions of 200 samples; with the stand-ins left in k comes out a sixth too small.
    double mean = 0.0;
    for (std::uint64_t s = 0; s < 20; ++s) {
        Random random(s);
        CorrelateInput input;
        input.driver = simulate::white(random, 200);
        input.response = simulate::coupled_response(
            random, input.driver, 1.0, {.k_per_s = 0.1, .delay_samples = 2, .process_noise = 0.03});
        for (std::size_t t = 1; t < 200; ++t) {
            if (random.uniform() < 0.2) input.response[t] = input.response[t - 1];
        }
        const Correlation c = correlate(input, {});
        REQUIRE(c.coupling);
        mean += c.coupling->k_per_s / 20.0;
        CHECK(c.warnings.at(0).find("values of rle repeat their neighbour's") != std::string::npos);
    }
    CHECK(mean == Approx(0.1).epsilon(0.04));
}
