#include "core/lag/epochs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/calibrate/simulate.hpp"
#include "rlecouple/correlate.hpp"
#include "support/catch.hpp"
#include "support/families.hpp"

using namespace rle;
using simulate::Series;
using test::coupled_of_200;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
using Starts = std::vector<std::size_t>;

// Epochs of 30 samples, the first of which began before the session did.
const Starts kStarts{20, 50, 80, 110, 140, 170, 200, 230};
constexpr std::size_t kSamples = 240;

struct Session {
    Series driver, response, epoch;
};

// Noise; the norm leaps, and RLE falls for two samples, as an epoch begins, where they are to.
Session session(std::uint64_t seed, bool driver_leaps, bool response_dips) {
    Random random(seed);
    Session s{simulate::white(random, kSamples), simulate::white(random, kSamples), Series(kSamples)};
    for (const std::size_t start : kStarts) {
        if (driver_leaps) s.driver[start] += 8.0;
        if (response_dips) s.response[start] -= 8.0;
        if (response_dips) s.response[start + 1] -= 8.0;
        for (std::size_t i = start; i < kSamples; ++i) s.epoch[i] += 1.0;
    }
    return s;
}

EpochRows rows_of(const Session& s, const Starts& starts = kStarts, std::size_t max_lag = 3) {
    return rows_of_epochs(s.driver, s.response, 1.0, *whiten_pair(s.driver, s.response, 1.0), starts,
                          max_lag);
}

Correlation correlated(const Session& s, bool with_epochs) {
    CorrelateInput input;
    input.driver = s.driver;
    input.response = s.response;
    if (with_epochs) input.epoch = s.epoch;
    return correlate(input, {});
}

}  // namespace

TEST_CASE("an epoch starts where its number rises") {
    CHECK(epoch_starts(Series{0, 0, 0, 1, 1, 2}) == Starts{3, 5});
    CHECK(epoch_starts(Series{3, 3, 3, 3}).empty());
    CHECK(epoch_starts(Series{}).empty());
    CHECK(epoch_starts(Series{kNone, kNone}).empty());
    // Of fractions, where a whole number is passed.
    CHECK(epoch_starts(Series{0.1, 0.5, 0.9, 1.3, 1.7, 2.1}) == Starts{3, 5});
    CHECK(epoch_starts(Series{0.0, 0.5, 0.9999999999, 1.5, 2.0}) == Starts{2, 4});
    // Whole numbers averaged over a row's steps: one of four was of the next epoch.
    CHECK(epoch_starts(Series{0, 0, 0.25, 1, 1, 1}) == Starts{2});
    // No steps while the last epoch is evaluated.
    CHECK(epoch_starts(Series{0, 0, kNone, kNone, 1, 1}) == Starts{4});
    // Training that started anew is at no epoch's end.
    CHECK(epoch_starts(Series{1, 1, 0, 0, 1}) == Starts{4});
}

TEST_CASE("rows at which both change with the epochs are found, and few others") {
    const EpochRows rows = rows_of(session(1, true, true));
    REQUIRE(!rows.empty());
    for (const std::size_t start : kStarts) {
        INFO(start);
        CHECK(std::binary_search(rows.driver.begin(), rows.driver.end(), start));
        CHECK(std::binary_search(rows.response.begin(), rows.response.end(), start));
    }
    CHECK(std::is_sorted(rows.driver.begin(), rows.driver.end()));
    CHECK(rows.driver.size() < kSamples / 4);
    CHECK(rows.response.size() < kSamples / 4);
}

TEST_CASE("without these rows the residuals have mean square 1, as the test's band takes for granted") {
    const Session s = session(1, true, true);
    const EpochRows rows = rows_of(s);
    const WhitenedPair pair = *whiten_pair_beside(rows, s.driver, s.response, 1.0);
    CHECK(pair.epochs.driver == rows.driver);
    for (const auto& [series, out] :
         {std::pair(&pair.driver, &rows.driver), {&pair.response, &rows.response}}) {
        double square = 0.0, n = 0.0;
        for (const double e : series->residual) {
            square += std::isfinite(e) ? e * e : 0.0;
            n += std::isfinite(e) ? 1.0 : 0.0;
        }
        CHECK(square / n == Approx(1.0));
        CHECK(n <= static_cast<double>(kSamples - out->size()));
        for (const std::size_t row : *out) CHECK(std::isnan(series->residual[row]));
    }
}

TEST_CASE("what one series alone does with the epochs, or at another place of them, stays") {
    int found = 0;
    for (std::uint64_t s = 0; s < 100; ++s) {
        found += rows_of(session(100 + s, true, false)).empty() ? 0 : 1;
        found += rows_of(session(300 + s, false, true)).empty() ? 0 : 1;
        found += rows_of(session(500 + s, false, false)).empty() ? 0 : 1;
    }
    CHECK(found <= 30);  // of 300: the other series is tested at a level of a tenth
    CHECK(found >= 1);   // or the test cannot fail
}

TEST_CASE("too few epochs, or too short ones, tell nothing") {
    const Session s = session(1, true, true);
    CHECK(rows_of(s, {80}).empty());
    CHECK(rows_of(s, {}).empty());
    Starts short_ones;
    for (std::size_t t = 1; t < kSamples; t += 7) short_ones.push_back(t);
    CHECK(rows_of(s, short_ones).empty());
}

TEST_CASE("epochs in both are no coupling where the table tells of them, and the result says so") {
    const Session s = session(2, true, true);
    CHECK(correlated(s, false).verdict == Verdict::coupled);
    const Correlation c = correlated(s, true);
    CHECK(c.verdict == Verdict::not_detected);
    CHECK(c.tested->beside_epochs);
    CHECK(c.tested->method.find("without the rows at which both change with the epochs") !=
          std::string::npos);
    CHECK(std::any_of(c.warnings.begin(), c.warnings.end(), [](const std::string& w) {
        return w.rfind("driver and response both change with the epochs", 0) == 0;
    }));
    CHECK(c.explanation.find("both change with the epochs is no evidence of coupling") != std::string::npos);
}

TEST_CASE("epochs that mean nothing to a series leave every number as it is") {
    const Session s = session(3, true, false);
    const Correlation with = correlated(s, true), without = correlated(s, false);
    CHECK(with.tested->p_value == without.tested->p_value);
    CHECK(with.tested->method == without.tested->method);
    CHECK(with.explanation == without.explanation);
    CHECK(with.warnings == without.warnings);
}

TEST_CASE("simulated sessions with epochs are judged right") {
    CHECK(coupled_of_200("epochs_untold") >= 150);
    CHECK(coupled_of_200("null_epochs") <= 20);
    CHECK(coupled_of_200("null_epochs_short") <= 20);
    CHECK(coupled_of_200("null_epochs_apart") <= 20);
    CHECK(coupled_of_200("epochs_in_rle") >= 190);
    CHECK(coupled_of_200("epochs_in_both") >= 190);
}
