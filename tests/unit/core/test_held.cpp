#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "core/lag/held.hpp"
#include "core/lag/permutation.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/lag_test.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;

namespace {

// Each value for `rows` rows, or one more or fewer, as by a clock that jitters.
Series held(Random& random, const Series& values, std::size_t rows, bool jitters = false) {
    Series series;
    for (double value : values) {
        const std::size_t more = jitters ? random.below(3) : 1;
        series.insert(series.end(), rows + more - 1, value);
    }
    return series;
}

bool is_held(const Series& series) {
    return !clocked_moves({series, series}).empty();
}

}  // namespace

TEST_CASE("a series moves where it takes another value than the last one there") {
    const double none = std::nan("");
    Series series{none, none};
    std::vector<std::size_t> rows;
    for (int reading = 0; reading < 12; ++reading) {
        const double value = reading % 3;
        rows.push_back(series.size());
        series.insert(series.end(), {value, none, value, none});
    }
    series.insert(series.begin() + 6, {0.0, none});  // the first reading's value again
    for (std::size_t i = 1; i < rows.size(); ++i) rows[i] += 2;
    CHECK(clocked_moves({series, series}) == rows);
    CHECK(clocked_moves({Series{}, Series{}}).empty());
}

TEST_CASE("forecasts over a gap are no readings") {
    Series filled, residual;
    std::vector<std::size_t> rows;
    for (int reading = 0; reading < 12; ++reading) {
        rows.push_back(filled.size());
        const double value = reading % 2;
        filled.insert(filled.end(), {value, 0.5 + value, value});
        residual.insert(residual.end(), {0.1, std::nan(""), 0.2});
    }
    CHECK(clocked_moves({filled, residual}) == rows);
}

TEST_CASE("readings of a clock are told from values that come again by chance") {
    Random random(1);
    const Series values = simulate::white(random, 90);
    CHECK(is_held(held(random, values, 10)));
    CHECK(is_held(held(random, values, 4, true)));
    CHECK(is_held(held(random, values, 2)));
    Series paused = held(random, values, 10);
    paused.insert(paused.begin() + 300, 400, paused[299]);  // an evaluation
    CHECK(is_held(paused));

    CHECK_FALSE(is_held(values));
    CHECK_FALSE(is_held(simulate::rounded(values, 1.0)));  // four in ten like the one before
    CHECK_FALSE(is_held(simulate::rounded(simulate::ar1(random, 600, 0.95), 2.0)));
    CHECK_FALSE(is_held(Series(200, 1.0)));
    Series gaps = values;
    for (std::size_t t = 0; t < 90; t += 5) gaps[t] = std::nan("");
    CHECK_FALSE(is_held(gaps));
    CHECK_FALSE(is_held(held(random, Series(values.begin(), values.begin() + 8), 10)));  // too few to tell
}

TEST_CASE("what is kept of the residuals has mean square 1") {
    const std::vector<std::size_t> rows{1, 3, 4};
    const Series news = only_at(rows, Series{9, 3, 9, std::nan(""), -4, 9});
    // 3 and -4: the root of their mean square is sqrt(12.5)
    CHECK(std::isnan(news[0]));
    CHECK(news[1] == Approx(3.0 / std::sqrt(12.5)));
    CHECK(std::isnan(news[3]));
    CHECK(news[4] == Approx(-4.0 / std::sqrt(12.5)));
}

TEST_CASE("held series without coupling are not called coupled") {
    // Sensors that refresh, and steps that come, every ten rows: of 100 sessions at 5 % more than 14 have a
    // probability of 1e-4. Judged row by row half of them were called coupled.
    for (const bool jitters : {false, true}) {
        int claimed = 0;
        for (std::uint64_t s = 0; s < 100; ++s) {
            Random random(300 + s);
            Series x = held(random, simulate::ar1(random, 100, 0.6), 10, jitters);
            Series y = held(random, simulate::ar1(random, 100, 0.6), 10);
            x.resize(900), y.resize(900);
            const auto t = test_lag(x, y, 0.1, {});
            REQUIRE(t);
            claimed += t->significant ? 1 : 0;
        }
        CHECK(claimed <= 14);
    }
}

TEST_CASE("held series without coupling: long sessions, and a held response") {
    int claimed = 0, of_response = 0;
    for (std::uint64_t s = 0; s < 20; ++s) {
        Random random(500 + s);
        Series x = held(random, simulate::white(random, 1800), 10),
               y = held(random, simulate::white(random, 1800), 10);
        const auto t = test_lag(x, y, 0.1, {});  // 18,000 rows, 61 lags: by the normal law
        REQUIRE(t);
        claimed += t->significant ? 1 : 0;
        // A response that is held and a driver whose news come at the same rows, though it is held nowhere
        x.resize(900), y.resize(900);
        for (std::size_t i = 1; i < 900; ++i) x[i] += x[i - 1];
        const auto sums = test_lag(x, y, 0.1, {});
        REQUIRE(sums);
        of_response += sums->significant ? 1 : 0;
    }
    CHECK(claimed <= 5);  // of 20 at 5 % more than 5 have a probability of 3e-4
    CHECK(of_response <= 5);
}

TEST_CASE("a coupling that a held driver makes is found") {
    int found = 0, exact = 0;
    for (std::uint64_t s = 0; s < 20; ++s) {
        Random random(700 + s);
        const Series x = held(random, simulate::white(random, 90), 10);
        const Series y = simulate::coupled_response(random, x, 0.1, {.k_per_s = 0.1, .delay_samples = 10});
        const auto t = test_lag(x, y, 0.1, {});
        REQUIRE(t);
        found += t->significant ? 1 : 0;
        exact += std::abs(*t->t_lag_s + 1.0) < 0.05 ? 1 : 0;
    }
    CHECK(found >= 18);
    CHECK(exact >= 18);
}

TEST_CASE("readings that were joined by lines are told from a series that bends everywhere") {
    Random random(2);
    const Series values = simulate::white(random, 60);
    Series joined;
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
        for (int part = 0; part < 3; ++part)
            joined.push_back(values[i] + (values[i + 1] - values[i]) * part / 3.0);
    }
    CHECK(clocked_bends({joined, joined}).size() == 60);  // the two first, then the row behind each reading
    CHECK(clocked_bends({values, values}).empty());
    const Series walk = simulate::random_walk(random, 300);
    CHECK(clocked_bends({walk, walk}).empty());
}

TEST_CASE("the lag of a response that is held is known to its interval") {
    // The driver acts after 1 s; a sensor that refreshes every 0.5 s shows it up to 0.4 s later.
    int covered = 0;
    for (std::uint64_t s = 0; s < 20; ++s) {
        Random random(900 + s);
        const Series x = simulate::white(random, 900);
        Series y = simulate::coupled_response(random, x, 0.1,
                                              {.k_per_s = 0.2, .delay_samples = 10, .process_noise = 0.02});
        for (std::size_t t = 0; t < y.size(); ++t) y[t] = y[t - t % 5];
        const auto t = test_lag(x, y, 0.1, {});
        REQUIRE(t);
        REQUIRE(t->significant);
        covered += t->t_lag_ci95_s->contains(-1.0) ? 1 : 0;
        CHECK(t->t_lag_ci95_s->width() >= 0.4);
        // A reading that is missing in the rows behind its own tells of its own alone.
        for (std::size_t i = 0; i < y.size(); ++i) {
            if (i % 5 != 0) y[i] = std::nan("");
        }
        const auto sparse = test_lag(x, y, 0.1, {});
        REQUIRE(sparse);
        CHECK(std::none_of(sparse->warnings.begin(), sparse->warnings.end(), [](const std::string& words) {
            return words.find("takes a new value every") != std::string::npos;
        }));
    }
    CHECK(covered >= 17);  // at 95 % fewer have a probability of 0.003
}
