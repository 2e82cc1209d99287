// A training that stands still: told from a log with holes and from steps that are slower than the grid, and
// no evidence of coupling.
#include "core/align/steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rlecouple/correlate.hpp"
#include "support/catch.hpp"
#include "support/families.hpp"

using namespace rle;
using Rows = std::vector<std::size_t>;
using Series = std::vector<double>;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double length_of_step(const Series& step) {
    return rows_a_step(step, rows_at_rest(step));
}

}  // namespace

TEST_CASE("rows without steps of their own are at rest, whichever step stands in for them") {
    // Five steps a row; the rows 3 to 5 have none: step 15 stands for two of them, step 16 for the third.
    CHECK(rows_at_rest(Series{5, 10, 15, 15, 15, 16, 20, 25, 30, 35}) == Rows{3, 4, 5});
    // Before the first step and behind the last.
    CHECK(rows_at_rest(Series{1, 1, 5, 10, 15, 20, 25, 25, 25}) == Rows{1, 7, 8});
    // One step a row: of a pause two rows or more tell; one alone may lie between the lines of steps that are
    // longer.
    CHECK(rows_at_rest(Series{1, 2, 3, 3, 3, 4, 5, 6, 7, 8}) == Rows{3, 4});
    CHECK(rows_at_rest(Series{1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9}).empty());
    // Half as fast is slow, and no rest.
    CHECK(rows_at_rest(Series{4, 8, 12, 14, 16, 18, 22, 26, 30, 34}).empty());
}

TEST_CASE("a log with holes in it is none that stood still") {
    // The row of steps 11 to 15 is lost, and the nearest step stands in for it: the one before or behind.
    CHECK(rows_at_rest(Series{5, 10, 10, 20, 25, 30, 35, 40}).empty());
    CHECK(rows_at_rest(Series{5, 10, 16, 20, 25, 30, 35, 40}).empty());
    CHECK(rows_at_rest(Series{1, 2, 3, 3, 5, 6, 7, 8, 9}).empty());
    CHECK(rows_at_rest(Series{1, 2, 3, 5, 5, 6, 7, 8, 9}).empty());
}

TEST_CASE("steps that are slower than the grid, numbers that start anew, and no numbers tell of no rest") {
    CHECK(rows_at_rest(Series{1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4}).empty());
    CHECK(rows_at_rest(Series{5, 10, 15, 20, 1, 6, 11, 16, 21}).empty());
    CHECK(rows_at_rest(Series{kNone, kNone, kNone}).empty());
    CHECK(rows_at_rest(Series{5, 10, 15, kNone, kNone, 20, 25, 30}).empty());
    CHECK(rows_at_rest(Series{}).empty());
}

TEST_CASE("a training that rests in most rows is taken as it is") {
    Series mostly{5, 10, 15, 20, 25, 30};
    mostly.insert(mostly.end(), 20, 30.0);
    CHECK(rows_at_rest(mostly).empty());
}

TEST_CASE("a step lasts as many rows as have its number, pauses aside") {
    CHECK(length_of_step(Series{1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5}) == 4.0);
    CHECK(length_of_step(Series{1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6}) == 2.5);
    CHECK(length_of_step(Series{1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5, 6}) == 2.0);  // six: a pause
    CHECK(length_of_step(Series{1, 2, 2, kNone, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7}) == 3.0);
    CHECK(length_of_step(Series{4, 8, 12, 16, 20, 24}) == 1.0);
    CHECK(length_of_step(Series{1, 2, 3, 3, 5, 6, 7, 8, 8, 10, 11}) == 1.0);  // lost rows, no long steps
    CHECK(length_of_step(Series{1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9}) == Approx(1.5).margin(0.1));
    CHECK(length_of_step(Series{1, 1, 1, 2, 2, 2}) == 1.0);  // none is seen whole
    CHECK(length_of_step(Series{}) == 1.0);
}

TEST_CASE("values stay in the rows of the lines that told them") {
    const auto kept = [](const Series& step) {
        Series series = step;  // each row's value is its step's number
        keep_at_lines(series, step);
        Rows rows;
        for (std::size_t t = 0; t < series.size(); ++t) {
            if (!std::isnan(series[t])) rows.push_back(t);
        }
        return rows;
    };
    // Lines at 2, 5, 8 and 11, every three rows; at 2, 6, 10 and so on, every four: behind the middle.
    CHECK(kept({1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5}) == Rows{0, 2, 5, 8, 10});
    CHECK(kept({2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6}) == Rows{2, 6, 10, 14, 18});
    // Lines at 1, 4, 7, 10, 22, 25 and so on, and a pause between: each of the two beside it stands in for
    // five rows of it.
    CHECK(kept({1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, kNone,
                5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8}) == Rows{1, 4, 7, 10, 22, 25, 28, 31});
    CHECK(kept({4, 8, 12, 16, 20}) == Rows{0, 1, 2, 3, 4});
}

TEST_CASE("where a step takes longer than a row, the lag's interval holds both ends of the step") {
    for (const char* name : {"long_steps", "long_steps_now"}) {
        INFO(name);
        const Family sessions = test::family(name);
        int covered = 0;
        for (std::uint64_t i = 0; i < 40; ++i)
            covered += sessions.run(3, i, nullptr).lag_covered.value_or(false) ? 1 : 0;
        CHECK(covered >= 36);  // 90 %; none where the interval is that of the rows
    }
    KeptSession kept;
    test::family("long_steps").run(3, 0, &kept);
    const std::vector<std::string>& warnings = kept.correlation->warnings;
    CHECK(std::any_of(warnings.begin(), warnings.end(), [](const std::string& line) {
        return line.find("a training step takes 1 s, longer than a row") != std::string::npos;
    }));
}

TEST_CASE("RLE that falls while the training stands still is no coupling") {
    CHECK(test::coupled_of_200("null_stalls") <= 16);  // 8 %; 14 % where the rows at rest are left in
}

TEST_CASE("what is left out is said, and manual and granger are of the columns as they are") {
    KeptSession kept;
    test::family("null_stalls").run(7, 0, &kept);
    CorrelateInput input;
    input.dt_s = 1.0;
    input.driver = kept.alignment->rows.grad_norm;
    input.response = kept.alignment->rows.rle_raw;
    const Correlation with_rests = correlate(input, {});
    input.step = kept.alignment->rows.step;
    const Correlation without = correlate(input, {});
    const auto says_so = [](const Correlation& c) {
        return std::any_of(c.warnings.begin(), c.warnings.end(), [](const std::string& line) {
            return line.find("made no step") != std::string::npos;
        });
    };
    CHECK(!says_so(with_rests));
    CHECK(says_so(without));
    REQUIRE(without.tested);
    const std::size_t at_rest = rows_at_rest(input.step).size();
    REQUIRE(at_rest > 0);
    const std::size_t middle = without.tested->ccf.size() / 2;
    CHECK(without.tested->ccf[middle].n + at_rest >= with_rests.tested->ccf[middle].n);
    CHECK(without.tested->ccf[middle].n < with_rests.tested->ccf[middle].n);
    CHECK(without.manual.ccf[middle].n == with_rests.manual.ccf[middle].n);
    CHECK(*without.manual.r_peak == *with_rests.manual.r_peak);
    CHECK(without.granger.driver_to_response->f == with_rests.granger.driver_to_response->f);

    input.driver_name = "power_w";  // whatever it is, the steps do not tell it
    CHECK(!says_so(correlate(input, {})));
}
