#include "rlecouple/extreme_rows.hpp"

#include <algorithm>
#include <cmath>

#include "rlecouple/balance.hpp"
#include "support/catch.hpp"

using namespace rle;
using Rows = std::vector<std::size_t>;

TEST_CASE("of each stretch the lowest, the highest and a gap stay, with the ends of all") {
    const double gap = kMissing;
    const std::vector<double> a{5, 9, 1, 5, 5, 5, 5, gap, gap, 7, 5, 5};
    CHECK(extreme_rows({{a}}, 2) == Rows{0, 1, 2, 6, 7, 9, 11});
    CHECK(extreme_rows({{a, false}}, 2) == Rows{0, 1, 2, 6, 9, 11});  // points have no gaps
    const std::vector<double> b{0, 0, 0, 0, 3, 0, 0, 0, 0, 0, -1, 0};
    CHECK(extreme_rows({{a, false}, {b}}, 2) == Rows{0, 1, 2, 4, 6, 9, 10, 11});
    CHECK(extreme_rows({{std::vector<double>{}}}, 2).empty());
    CHECK(extreme_rows({{std::vector<double>{gap, gap, gap}}}, 1) == Rows{0, 2});
}

TEST_CASE("a long session's fit is told at the rows that a drawing needs") {
    // hA = 4 W/degC, C = 80 J/degC: with 25 degC + P/hA as where it settles, and exp(-0.1 s/20 s) of the way
    // left
    BalanceInput in;
    double temp = 60.0;
    constexpr std::size_t kRows = kMostSimulated + 5000;
    for (std::size_t i = 0; i < kRows; ++i) {
        const double power = i / 400 % 2 == 0 ? 200.0 : 80.0;
        in.t_s.push_back(0.1 * static_cast<double>(i));
        in.temp_c.push_back(temp + 0.01 * std::sin(static_cast<double>(i * i % 1009)));
        in.power_w.push_back(power);
        temp = 25.0 + power / 4.0 + (temp - 25.0 - power / 4.0) * std::exp(-0.1 / 20.0);
    }
    in.temp_c[12345] = kMissing;
    BalanceOptions options;
    options.ambient_c = 25.0;
    const ThermalFit fit = balance_energy(in, options).thermal;
    REQUIRE(fit.simulated_rows.size() == fit.simulated_c.size());
    CHECK(fit.simulated_rows.size() <= 9 * kSimulatedStretches + 2);
    CHECK(fit.simulated_rows.front() == 0);
    CHECK(fit.simulated_rows.back() == kRows - 1);
    CHECK(std::count(fit.simulated_rows.begin(), fit.simulated_rows.end(), 12345) == 1);
    for (std::size_t k = 0; k < fit.simulated_rows.size(); ++k) {
        const double recorded = in.temp_c[fit.simulated_rows[k]];
        if (!std::isnan(recorded)) CHECK(std::abs(fit.simulated_c[k] - recorded) < 0.05);
    }
}
