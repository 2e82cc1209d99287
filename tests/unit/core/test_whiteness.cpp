#include "core/thermal/whiteness.hpp"

#include "support/catch.hpp"

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using rle::thermal::Whiteness;

TEST_CASE("autocorrelations are those of a calculation by hand") {
    Whiteness errors;
    for (const double e : {1.0, -2.0, 3.0, 0.5}) errors.add(e);
    // squares 1 + 4 + 9 + 0.25; products -2 - 6 + 1.5 at lag 1, 3 - 1 at lag 2
    CHECK_THAT(errors.autocorrelation(1), WithinRel(-6.5 / 14.25, 1e-15));
    CHECK_THAT(errors.autocorrelation(2), WithinRel(2.0 / 14.25, 1e-15));
    CHECK(errors.autocorrelation(4) == 0.0);
    CHECK(errors.p_value() == 1.0);  // too few for a fifth of them to be a lag
    CHECK(Whiteness().autocorrelation(1) == 0.0);
}

TEST_CASE("a sequence that alternates is not white, one without memory may be") {
    Whiteness alternating, mixed;
    unsigned state = 1;
    for (int i = 0; i < 200; ++i) {
        alternating.add(i % 2 == 0 ? 1.0 : -1.0);
        state = state * 1664525U + 1013904223U;
        mixed.add(static_cast<double>(state >> 8) / 8388608.0 - 1.0);
    }
    CHECK(alternating.p_value() < 1e-12);
    CHECK(mixed.p_value() > 0.001);
    // One lag: Q = n (n + 2) r^2/(n - 1) = 5 * 7 * (4/5)^2/4 = 5.6 of alternating signs; chi-squared with one
    // degree of freedom is the square of a normal number, so that P(chi2 > 5.6) = erfc(sqrt(5.6/2)).
    Whiteness five;
    for (const double e : {1.0, -1.0, 1.0, -1.0, 1.0}) five.add(e);
    CHECK_THAT(five.p_value(), WithinAbs(std::erfc(std::sqrt(2.8)), 1e-12));
}
