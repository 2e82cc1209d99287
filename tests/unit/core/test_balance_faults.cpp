// A balance of readings that are not what they seem: counters that leap, rows that repeat.
#include <algorithm>
#include <cmath>

#include "rlecouple/balance.hpp"
#include "support/catch.hpp"
#include "thermal_sessions.hpp"

using namespace rle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using rle::test::balance_session;
using rle::test::balanced_at;
using rle::test::input_of;
using rle::test::mentions;
using rle::test::SquareWave;

namespace {}  // namespace

TEST_CASE("a counter that reads 0 once, or leaps as no power could, counts no energy for it") {
    BalanceInput in = balance_session();
    double joules = 1e6;
    for (const double p : in.power_w) {
        in.energy_j.push_back(joules);
        joules += p;
    }
    const double truth = in.energy_j.back() - 1e6;
    BalanceInput zero = in;
    zero.energy_j[40] = 0.0;
    const Balance once = balance_energy(zero, balanced_at(22.0));
    CHECK_THAT(once.energy_counter->counter_j, WithinRel(truth, 1e-12));  // the neighbours agree over 2 s
    CHECK_THAT(once.energy_counter->relative_error, WithinAbs(0.0, 1e-12));
    CHECK(mentions(once.warnings, "1 reading of the energy counter is left out"));
    CHECK(mentions(once.warnings, "it is at 40 s"));
    CHECK_FALSE(mentions(once.warnings, "counter fell"));

    BalanceInput leap = in;  // the counter goes on from 5 MJ more: that second alone is lost
    for (std::size_t i = 40; i < leap.energy_j.size(); ++i) leap.energy_j[i] += 5e6;
    const Balance leapt = balance_energy(leap, balanced_at(22.0));
    CHECK_THAT(leapt.energy_counter->counter_j, WithinRel(truth - in.power_w[39], 1e-9));
    CHECK_THAT(leapt.energy_counter->relative_error, WithinAbs(0.0, 1e-9));
    CHECK(mentions(leapt.warnings, "left out of the comparison"));

    BalanceInput first = in;
    first.energy_j[0] = 0.0;
    CHECK_THAT(balance_energy(first, balanced_at(22.0)).energy_counter->counter_j,
               WithinRel(truth - in.power_w[0], 1e-9));
}

TEST_CASE("a counter in another unit is shown as it is, and one that comes late catches up") {
    BalanceInput in = balance_session();
    double joules = 1000.0;
    for (const double p : in.power_w) {
        in.energy_j.push_back(1e3 * joules);  // mJ
        joules += p;
    }
    const Balance milli = balance_energy(in, balanced_at(22.0));
    CHECK_THAT(milli.energy_counter->relative_error, WithinAbs(-0.999, 1e-9));
    CHECK_FALSE(mentions(milli.warnings, "left out of the comparison"));
    for (double& e : in.energy_j) e *= 1e-3;
    for (std::size_t i = 20; i < 45; ++i) in.energy_j[i] = in.energy_j[19];  // then 26 s at once
    const Balance late = balance_energy(in, balanced_at(22.0));
    CHECK_THAT(late.energy_counter->relative_error, WithinAbs(0.0, 1e-12));
    CHECK_FALSE(mentions(late.warnings, "left out of the comparison"));
}

TEST_CASE("a table on a finer grid than its readings is named, with the rate to align at") {
    const BalanceInput seconds = balance_session();
    CHECK_FALSE(mentions(balance_energy(seconds, balanced_at(22.0)), "rows repeat"));
    BalanceInput tenths;  // each reading stands in ten rows, the first in five: the nearest one
    for (std::size_t i = 0; i < 10 * seconds.t_s.size() - 9; ++i) {
        const std::size_t nearest = (i + 4) / 10;
        tenths.t_s.push_back(0.1 * static_cast<double>(i));
        tenths.temp_c.push_back(seconds.temp_c[nearest]);
        tenths.power_w.push_back(seconds.power_w[nearest]);
    }
    const Balance fine = balance_energy(tenths, balanced_at(22.0));
    CHECK(mentions(fine.warnings, "come each 1 s"));
    CHECK(mentions(fine.warnings, "--sample-hz 1)"));
    CHECK_FALSE(fine.thermal.adequate);
}

TEST_CASE("readings that come a little early or late repeat in blocks of nearly one length") {
    test::Uniform uniform(3);
    BalanceInput jittered, native;
    const BalanceInput seconds = balance_session();
    double next_s = 0.0;
    for (std::size_t i = 0, reading = 0; reading < 60; ++i) {
        const double t_s = 0.1 * static_cast<double>(i);
        if (t_s > next_s) {
            ++reading;
            next_s += uniform(0.9, 1.1);
        }
        jittered.t_s.push_back(t_s);
        jittered.temp_c.push_back(seconds.temp_c[reading]);
        jittered.power_w.push_back(seconds.power_w[reading] + 0.01 * static_cast<double>(reading));
        native.t_s.push_back(t_s);  // a steady power: the temperature's whole degrees alone make blocks
        native.temp_c.push_back(std::round(60.0 - 30.0 * std::exp(-t_s / 25.0)));
        native.power_w.push_back(100.0);
    }
    CHECK(mentions(balance_energy(jittered, balanced_at(22.0)), "rows repeat"));
    CHECK_FALSE(mentions(balance_energy(native, balanced_at(22.0)), "rows repeat"));
}
