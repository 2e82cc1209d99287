// The grid that a table's own times tell: its step, where it starts, which row stands at which point.
#include <cmath>
#include <span>
#include <vector>

#include "core/maths/random.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/uniform_grid.hpp"
#include "support/catch.hpp"

using namespace rle;

TEST_CASE("a table with holes and unsorted rows finds its grid") {
    const std::vector<double> t{0.3, 0.0, 0.1, 0.6, 0.7, 0.5}, v{3, 0, 1, 6, 7, 5};
    const UniformGrid grid = uniform_grid(t);
    CHECK(grid.dt_s == 0.1);
    REQUIRE(grid.size() == 8);
    const std::vector<double> placed = grid.place(v);
    for (std::size_t i : {0u, 1u, 3u, 5u, 6u, 7u}) CHECK(placed[i] == static_cast<double>(i));
    CHECK(std::isnan(placed[2]));
    CHECK(std::isnan(placed[4]));
    const std::vector<double> given_away = grid.place(std::vector<double>(v));
    CHECK(given_away[3] == 3.0);
    CHECK(std::isnan(given_away[4]));
    const UniformGrid own = uniform_grid(std::vector<double>{0, 1, 2});
    CHECK(own.place(std::vector<double>{7, 8, 9}) == std::vector<double>{7, 8, 9});
    CHECK(own.place(std::vector<double>{9, 8, 7}) == std::vector<double>{9, 8, 7});
    CHECK(grid.warnings.empty());
    CHECK(uniform_grid(std::vector<double>{0, 1, 1.5, 3, 4}).warnings.size() == 1);
    CHECK_THROWS_AS(uniform_grid(std::vector<double>{1.0}), Error);
}

TEST_CASE("a table with jittered times is one of the rate that they jitter about") {
    Random random(3);
    std::vector<double> t_s;
    for (int i = 0; i < 300; ++i) t_s.push_back(i + random.uniform(-0.1, 0.1));
    const UniformGrid grid = uniform_grid(t_s);
    CHECK(grid.dt_s == 1.0);  // the median interval is up to 2 % off, six rows in three hundred
    CHECK(grid.size() == 300);
    // A clock that is plainly another is left as it is.
    for (int i = 0; i < 300; ++i) t_s[static_cast<std::size_t>(i)] = 1.01 * i;
    CHECK(uniform_grid(t_s).dt_s == Approx(1.01));
    for (std::size_t i = 0; i < 31; ++i) t_s[i] = 0.991 * static_cast<double>(i);
    CHECK(uniform_grid(std::span(t_s).first(31)).dt_s == Approx(0.991));
    // Nor is one that would end a third of a step off the round one's rows.
    t_s.resize(61);
    for (int i = 0; i <= 60; ++i) t_s[static_cast<std::size_t>(i)] = 0.995 * i;
    const UniformGrid exact = uniform_grid(t_s);
    CHECK(exact.dt_s == Approx(0.995));
    CHECK(exact.warnings.empty());
}

TEST_CASE("jitter of nearly half a step loses no row and doubles none") {
    Random random(5);
    std::vector<double> t_s;
    for (int i = 0; i < 300; ++i) t_s.push_back(0.5 * (i + random.uniform(-0.4, 0.4)));
    const UniformGrid grid = uniform_grid(t_s);
    CHECK(grid.dt_s == 0.5);
    CHECK(std::abs(grid.start_s) < 0.05);  // the first row's own jitter is up to 0.2 s
    REQUIRE(grid.size() == 300);
    for (std::size_t i = 0; i < 300; ++i) CHECK(grid.row_of_point[i] == static_cast<std::ptrdiff_t>(i));
}

TEST_CASE("times rounded to milliseconds have the rate that they were rounded from") {
    for (double hz : {0.3, 0.6, 0.7, 3.0, 7.0}) {
        std::vector<double> t_s;
        for (int i = 0; i < 90; ++i) t_s.push_back(std::round(1e3 * i / hz) / 1e3);
        CHECK(uniform_grid(t_s).dt_s == 1.0 / hz);
    }
}

TEST_CASE("a rate that is none, and times that no grid holds, are refused") {
    const std::vector<double> t_s{0.0, 1.0, 2.0};
    for (double hz : {0.0, -1.0, std::nan("")}) CHECK_THROWS_AS(uniform_grid(t_s, hz), Error);
    CHECK_THROWS_AS(uniform_grid(std::vector<double>{-1.7e308, 0.0, 1.7e308}), Error);
}

TEST_CASE("a table whose long and short steps take turns has the rate of their mean") {
    std::vector<double> t_s;
    for (int i = 0; i <= 200; ++i) t_s.push_back(i / 2 + 0.2 * (i % 2));  // as many of 0.2 s as of 0.8 s
    CHECK(uniform_grid(t_s).dt_s == 0.5);
}
