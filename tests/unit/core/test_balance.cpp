// Energies, the manual's quantities and the laws that a balance obeys.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "rlecouple/balance.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "thermal_sessions.hpp"

using namespace rle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using rle::test::balance_session;
using rle::test::balanced_at;
using rle::test::input_of;
using rle::test::mentions;
using rle::test::SquareWave;

namespace {

const RangeCheck* find(const Balance& b, const std::string& variable) {
    const auto it = std::find_if(b.range_checks.begin(), b.range_checks.end(),
                                 [&](const RangeCheck& c) { return c.variable == variable; });
    return it == b.range_checks.end() ? nullptr : &*it;
}

}  // namespace

TEST_CASE("a simulated session balances, on the half that was not fitted too") {
    SquareWave w;
    w.tau_s = 8.0;
    const Balance b = balance_energy(balance_session(w), balanced_at(w.ambient_c));
    CHECK(b.n_samples == 90);
    CHECK_THAT(*b.conservation.closure, WithinAbs(0.0, 0.01));
    CHECK_THAT(*b.conservation.closure_holdout, WithinAbs(0.0, 0.02));
    CHECK(*b.conservation.within_5pct);
    CHECK_THAT(*b.conservation.energy_in_j - *b.conservation.energy_out_j - *b.conservation.energy_stored_j,
               WithinAbs(*b.conservation.closure * *b.conservation.energy_in_j, 1e-6));
    CHECK_THAT(*b.heat_rate.q_mean_w, WithinRel(*b.heat_rate.p_mean_w, 0.01));
    CHECK(b.tau_th.tau_class == TauClass::slow);
}

TEST_CASE("a block without temperatures leaves the energies what they were") {
    SquareWave w;
    w.tau_s = 8.0;
    w.seconds = 300.0;
    const BalanceInput whole = balance_session(w);
    BalanceInput blind = whole;
    for (std::size_t i = 130; i < 190; ++i) blind.temp_c[i] = kMissing;
    const Balance all = balance_energy(whole, balanced_at(w.ambient_c));
    const Balance part = balance_energy(blind, balanced_at(w.ambient_c));
    CHECK(*part.conservation.energy_in_j == *all.conservation.energy_in_j);
    // A straight line over 60 s of plateaus of 15 s would be off by the wave's swing.
    CHECK_THAT(*part.conservation.energy_out_j, WithinRel(*all.conservation.energy_out_j, 0.003));
    CHECK_THAT(*part.conservation.closure, WithinAbs(0.0, 0.005));
    CHECK(mentions(part.warnings, "no temperature was read for 61 s"));
    CHECK_FALSE(mentions(all.warnings, "no temperature was read"));
}

TEST_CASE("a power at low utilisation that is not below the mean is named, and is no idle power") {
    BalanceInput in = balance_session();
    in.util_pct.assign(in.t_s.size(), 90.0);
    const double most = *std::max_element(in.power_w.begin(), in.power_w.end());
    for (std::size_t i = 0; i < in.t_s.size(); ++i) {
        if (in.power_w[i] > 0.9 * most) in.util_pct[i] = 2.0;
    }
    const Balance b = balance_energy(in, balanced_at(22.0));
    CHECK_FALSE(b.eta_p.value);
    CHECK(mentions(b.warnings, "the median power at a utilisation below 10 %, 250.0 W"));
    CHECK_FALSE(mentions(b.warnings, "hardly moved"));
}

TEST_CASE("the rounding of a logged ambient is in the interval of hA") {
    // A room 0.4 degC beside what was logged, at a rise of some 50 degC, moves hA by 0.8 %; it is known to
    // 0.2 % by the temperatures alone.
    SquareWave w;
    w.seconds = 300.0;
    BalanceInput in = balance_session(w);
    in.ambient_c.assign(in.t_s.size(), w.ambient_c);
    for (double& t : in.temp_c) t = std::round(t);
    const Balance whole = balance_energy(in, {});
    in.ambient_c.assign(in.t_s.size(), w.ambient_c + 0.003);  // in no step that rounds
    const Balance exact = balance_energy(in, {});
    const Interval wide = whole.thermal.ci95.at("hA_w_per_c"), narrow = exact.thermal.ci95.at("hA_w_per_c");
    const double rise = *whole.heat_rate.q_mean_w / w.hA;
    CHECK(narrow.contains(w.hA));
    CHECK(wide.contains(w.hA * (1.0 + 0.4 / rise)));
    CHECK(wide.contains(w.hA * (1.0 - 0.4 / rise)));
    CHECK_FALSE(narrow.contains(w.hA * (1.0 + 0.4 / rise)));
}

TEST_CASE("an idle power above the mean is none, and says so") {
    BalanceOptions options = balanced_at(24.0);
    options.idle_power_w = 1e6;
    const Balance b = balance_energy(balance_session(SquareWave{}), options);
    CHECK_FALSE(b.eta_p.value);
    CHECK_FALSE(b.eta_p.idle_power_w);
    CHECK_FALSE(b.eta_p.eta_class);
    CHECK(mentions(b.warnings, "eta_p is missing: the idle power given, 1e+06 W, is above the mean of"));
}

TEST_CASE("energies are those of an independent calculation") {
    const auto expected =
        nlohmann::json::parse(test::read_file(RLE_SOURCE_DIR "/tests/oracle/thermal.json"))["one_node"];
    // tests/data/thermal/one_node.csv, see tests/oracle/thermal.py
    BalanceInput in;
    std::istringstream text(test::read_file(RLE_TEST_DATA "/thermal/one_node.csv"));
    text.imbue(std::locale::classic());
    std::string header;
    std::getline(text, header);
    double t = 0.0, temp = 0.0, power = 0.0;
    char comma = ',';
    while (text >> t >> comma >> temp >> comma >> power) {
        in.t_s.push_back(t);
        in.temp_c.push_back(temp);
        in.power_w.push_back(power);
    }
    const Balance b = balance_energy(in, balanced_at(23.0));
    CHECK_THAT(*b.conservation.energy_in_j, WithinRel(expected["energy_in_j"].get<double>(), 1e-9));
    CHECK_THAT(*b.conservation.energy_out_j, WithinRel(expected["energy_out_j"].get<double>(), 1e-4));
    CHECK_THAT(*b.conservation.energy_stored_j, WithinRel(expected["energy_stored_j"].get<double>(), 1e-4));
    CHECK_THAT(*b.conservation.closure, WithinAbs(expected["closure"].get<double>(), 2e-4));
    CHECK_THAT(*b.tau_th.manual_median_s, WithinRel(expected["manual_median_s"].get<double>(), 1e-12));
}

TEST_CASE("a closure on the fitted data hides what the held-out half shows") {
    // The room warms by 4 degC in the second half: hA and C fitted to all of it absorb part of that.
    SquareWave w;
    w.seconds = 240.0;
    BalanceInput in = balance_session(w);
    for (std::size_t i = 130; i < in.t_s.size(); ++i) in.temp_c[i] += 4.0;
    const Balance b = balance_energy(in, balanced_at(w.ambient_c));
    REQUIRE(b.conservation.closure_holdout);
    CHECK(std::abs(*b.conservation.closure_holdout) > 0.05);
    CHECK(std::abs(*b.conservation.closure) < std::abs(*b.conservation.closure_holdout));
    CHECK_FALSE(*b.conservation.within_5pct);
}

TEST_CASE("a session later in time balances the same, and twice the power needs twice the cooler") {
    const BalanceInput in = balance_session();
    BalanceInput later = in;
    for (double& t : later.t_s) t += 5000.0;
    BalanceInput stronger = in;
    for (double& p : stronger.power_w) p *= 2.0;
    const Balance a = balance_energy(in, balanced_at(22.0));
    const Balance b = balance_energy(later, balanced_at(22.0));
    const Balance c = balance_energy(stronger, balanced_at(22.0));
    CHECK_THAT(b.thermal.tau_s.at(0), WithinRel(a.thermal.tau_s.at(0), 1e-6));
    CHECK_THAT(*b.conservation.energy_in_j, WithinRel(*a.conservation.energy_in_j, 1e-12));
    CHECK_THAT(c.thermal.tau_s.at(0), WithinRel(a.thermal.tau_s.at(0), 1e-4));
    CHECK_THAT(*c.thermal.hA_w_per_c, WithinRel(2.0 * *a.thermal.hA_w_per_c, 1e-4));
    CHECK_THAT(*c.thermal.C_j_per_c, WithinRel(2.0 * *a.thermal.C_j_per_c, 1e-4));
    CHECK_THAT(*c.conservation.closure, WithinAbs(*a.conservation.closure, 1e-4));
}

TEST_CASE("the manual's tau is the time constant while cooling, and grows without bound while heating") {
    BalanceInput cooling;
    BalanceInput heating;
    for (int i = 0; i < 40; ++i) {
        for (BalanceInput* in : {&cooling, &heating}) {
            in->t_s.push_back(0.01 * i);
            in->power_w.push_back(100.0);
        }
        cooling.temp_c.push_back(20.0 + 40.0 * std::exp(-0.01 * i / 5.0));
        heating.temp_c.push_back(20.0 + 40.0 * (1.0 - std::exp(-(3.0 * 5.0 + 0.01 * i) / 5.0)));
    }
    CHECK_THAT(*balance_energy(cooling, balanced_at(20.0)).tau_th.manual_median_s, WithinRel(5.0, 0.01));
    // T - ambient = 38 degC, dT/dt = 0.4 degC/s three time constants into the step
    CHECK(*balance_energy(heating, balanced_at(20.0)).tau_th.manual_median_s > 15.0 * 5.0);
}

TEST_CASE("eta_p takes the idle power given, seen while idle, or lowest sustained, in this order") {
    BalanceInput in = balance_session();  // 60 W and 250 W, 45 s each
    const double mean = 155.0;            // of the readings
    const Balance lowest = balance_energy(in, balanced_at(22.0));
    CHECK_THAT(*lowest.eta_p.idle_power_w, WithinRel(60.0, 1e-12));
    CHECK_THAT(*lowest.eta_p.value, WithinRel((mean - 60.0) / mean, 1e-12));
    // The mean beside that of the heat rate is the energy over its time, which the last reading is no part
    // of.
    CHECK_THAT(*lowest.heat_rate.p_mean_w, WithinRel((155.0 * 90.0 - in.power_w.back()) / 89.0, 1e-12));
    CHECK(mentions(lowest.warnings, "--idle-power"));
    for (const double p : in.power_w) in.util_pct.push_back(p > 100.0 ? 98.0 : 2.0);
    CHECK_FALSE(mentions(balance_energy(in, balanced_at(22.0)), "--idle-power"));
    BalanceOptions options = balanced_at(22.0);
    options.idle_power_w = 30.0;
    const Balance given = balance_energy(in, options);
    CHECK_THAT(*given.eta_p.value, WithinRel((mean - 30.0) / mean, 1e-12));
    CHECK(given.eta_p.eta_class == EtaPClass::high);
}

TEST_CASE("a power that never moves has no idle power") {
    SquareWave w;
    w.low_w = w.high_w = 150.0;
    const Balance b = balance_energy(balance_session(w), balanced_at(22.0));
    CHECK_FALSE(b.eta_p.value);
    CHECK(mentions(b.warnings, "eta_p is missing"));
}

TEST_CASE("the energy counter is compared over the same time, and may wrap") {
    BalanceInput in = balance_session();
    double joules = 4000.0;
    for (std::size_t i = 0; i < in.t_s.size(); ++i) {
        if (i > 0) joules += in.power_w[i - 1] * 1.02;  // the counter runs 2 % high
        in.energy_j.push_back(joules);
    }
    const double rise = joules - 4000.0;
    const Balance whole = balance_energy(in, balanced_at(22.0));
    CHECK_THAT(whole.energy_counter->counter_j, WithinRel(rise, 1e-9));
    CHECK_THAT(whole.energy_counter->relative_error, WithinRel(1.0 / 1.02 - 1.0, 1e-6));
    const double lost = in.energy_j[50] - 1.0;
    for (std::size_t i = 50; i < in.energy_j.size(); ++i) in.energy_j[i] -= lost;
    const Balance wrapped = balance_energy(in, balanced_at(22.0));
    CHECK_THAT(wrapped.energy_counter->relative_error, WithinRel(1.0 / 1.02 - 1.0, 1e-6));
    CHECK(mentions(wrapped.warnings, "counter fell 1 time ("));
    in.energy_j.clear();
    CHECK_FALSE(balance_energy(in, balanced_at(22.0)).energy_counter);
}

TEST_CASE("coolant carries flow times cp times its rise: that is where kg/s belongs") {
    BalanceInput in = balance_session();
    in.coolant_flow_kg_s.assign(in.t_s.size(), 0.05);
    in.coolant_in_c.assign(in.t_s.size(), 25.0);
    in.coolant_out_c.assign(in.t_s.size(), 26.0);
    // 0.05 kg/s * 4186 J/(kg degC) * 1 degC over 89 s
    CHECK_THAT(*balance_energy(in, balanced_at(22.0)).conservation.coolant_out_j,
               WithinRel(0.05 * 4186.0 * 89.0, 1e-12));
    // A coolant that carries each reading of the power off carries off all that goes in.
    for (std::size_t i = 0; i < in.t_s.size(); ++i)
        in.coolant_out_c[i] = 25.0 + in.power_w[i] / (0.05 * 4186.0);
    const Conservation all = balance_energy(in, balanced_at(22.0)).conservation;
    CHECK_THAT(*all.coolant_out_j, WithinRel(*all.energy_in_j, 1e-9));
    in.coolant_out_c.clear();
    CHECK_FALSE(balance_energy(in, balanced_at(22.0)).conservation.coolant_out_j);
}

TEST_CASE("ranges are counted where there is something to count, never clamped") {
    BalanceInput in = balance_session();
    in.grad_norm.assign(in.t_s.size(), 1.0);
    in.grad_norm[3] = 51.0;
    in.grad_norm[4] = kMissing;
    const Balance b = balance_energy(in, balanced_at(22.0));
    REQUIRE(find(b, "grad_norm") != nullptr);
    CHECK(find(b, "grad_norm")->out_of_range == 1);
    CHECK(find(b, "rle") == nullptr);  // there is no such column
    const auto hot =
        std::count_if(in.temp_c.begin(), in.temp_c.end(), [](double t) { return t - 22.0 > 50.0; });
    CHECK(find(b, "temp_rise_c")->out_of_range == static_cast<std::size_t>(hot));
    CHECK(hot > 0);
}

TEST_CASE("rows out of order, doubled or without a reading change nothing but the count") {
    const BalanceInput in = balance_session();
    BalanceInput messy = in;
    std::swap(messy.t_s[10], messy.t_s[11]);
    std::swap(messy.temp_c[10], messy.temp_c[11]);
    std::swap(messy.power_w[10], messy.power_w[11]);
    messy.t_s.push_back(in.t_s[40]);
    messy.temp_c.push_back(in.temp_c[40]);
    messy.power_w.push_back(in.power_w[40]);
    messy.t_s.push_back(kMissing);
    messy.temp_c.push_back(50.0);
    messy.power_w.push_back(100.0);
    const Balance a = balance_energy(in, balanced_at(22.0));
    const Balance b = balance_energy(messy, balanced_at(22.0));
    CHECK(b.n_samples == a.n_samples);
    CHECK_THAT(b.thermal.tau_s.at(0), WithinRel(a.thermal.tau_s.at(0), 1e-12));
    CHECK(mentions(b.warnings, "out of order"));
    CHECK(mentions(b.warnings, "2 rows"));
    REQUIRE(b.thermal.simulated_c.size() == messy.t_s.size());
    CHECK(std::isnan(b.thermal.simulated_c.back()));
    CHECK_THAT(b.thermal.simulated_c[10], WithinRel(a.thermal.simulated_c[11], 1e-12));
}

TEST_CASE("fewer than three samples are an error of their own kind") {
    BalanceInput in;
    in.t_s = {0.0, 1.0, 2.0, 3.0};
    in.temp_c = {40.0, kMissing, 41.0, kMissing};
    in.power_w = {100.0, 100.0, 100.0, 100.0};
    try {
        balance_energy(in, balanced_at(22.0));
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::insufficient_data);
    }
}

TEST_CASE("a column that is not there is missing, one of another length is refused") {
    const auto refusal = [](const BalanceInput& in) {
        try {
            balance_energy(in, balanced_at(22.0));
        } catch (const Error& error) {
            return error.kind();
        }
        FAIL("no error");
        return ErrorKind::usage;
    };
    BalanceInput in = balance_session({});
    in.fan_pct.assign(in.t_s.size() - 1, 50.0);
    CHECK(refusal(in) == ErrorKind::failed);
    in.fan_pct.clear();
    BalanceInput no_temperature = in, no_power = in;
    no_temperature.temp_c.clear();
    no_power.power_w.clear();
    CHECK(refusal(no_temperature) == ErrorKind::insufficient_data);
    CHECK(refusal(no_power) == ErrorKind::insufficient_data);
}

TEST_CASE("a gap is not balanced over, and not simulated through as if the power had held") {
    SquareWave w;
    w.seconds = 300.0;
    w.tau_s = 8.0;
    BalanceInput in = balance_session(w);
    const auto cut = [](std::vector<double>& v) { v.erase(v.begin() + 100, v.begin() + 195); };
    cut(in.t_s);
    cut(in.temp_c);
    cut(in.power_w);
    const Balance b = balance_energy(in, balanced_at(w.ambient_c));
    CHECK_THAT(b.thermal.tau_s.at(0), WithinRel(8.0, 0.03));
    CHECK_THAT(*b.conservation.closure, WithinAbs(0.0, 0.02));
    double joules = 0.0;
    for (std::size_t i = 0; i + 1 < in.t_s.size(); ++i) {
        if (in.t_s[i + 1] - in.t_s[i] < 10.0) joules += in.power_w[i];
    }
    CHECK_THAT(*b.conservation.energy_in_j, WithinRel(joules, 1e-9));
}

TEST_CASE("behind a gap the simulation starts anew, and a warning tells of the gap") {
    SquareWave w;
    w.seconds = 300;
    w.rounded = false;
    BalanceInput in = balance_session(w);
    std::fill(in.power_w.begin() + 100, in.power_w.begin() + 131, kMissing);
    const Balance b = balance_energy(in, balanced_at(w.ambient_c));
    CHECK(*b.thermal.rmse_c < 0.05);  // no rounding: nothing but the meter's way of sampling is left
    CHECK(*b.thermal.r2 > 0.999);
    CHECK(std::isnan(b.thermal.simulated_c[110]));
    CHECK_THAT(b.thermal.simulated_c[131], WithinAbs(in.temp_c[131], 0.1));
    CHECK(mentions(b.warnings, "1 gap of 32 s"));
    CHECK_FALSE(mentions(balance_energy(balance_session(w), balanced_at(w.ambient_c)), "gap"));
}

TEST_CASE("an exact counter agrees with the power, and the energy in does not ask for the temperatures") {
    SquareWave w;
    BalanceInput in = balance_session(w);
    double joules = 5000.0;  // the counter has counted before
    for (std::size_t i = 0; i < in.t_s.size(); ++i) {
        in.energy_j.push_back(joules);
        joules += in.power_w[i];
    }
    const Balance exact = balance_energy(in, balanced_at(w.ambient_c));
    CHECK_THAT(exact.energy_counter->relative_error, WithinAbs(0.0, 1e-12));
    CHECK_THAT(exact.energy_counter->integrated_j, WithinRel(*exact.conservation.energy_in_j, 1e-12));
    BalanceInput still = in;  // no constants are told, the energy is
    std::fill(still.temp_c.begin(), still.temp_c.end(), 50.0);
    CHECK(*balance_energy(still, balanced_at(w.ambient_c)).conservation.energy_in_j ==
          *exact.conservation.energy_in_j);
    CHECK_FALSE(mentions(exact.warnings, "counter"));
    std::fill(in.energy_j.begin() + 60, in.energy_j.end(), in.energy_j[60]);
    CHECK(mentions(balance_energy(in, balanced_at(w.ambient_c)), "stood still for 29 s"));
}

TEST_CASE(
    "a counter that moves in coarse steps does not count as hung, and a gap is left out on both sides") {
    SquareWave w;
    w.seconds = 300;
    BalanceInput in = balance_session(w);
    double joules = 0.0;
    for (std::size_t i = 0; i < in.t_s.size(); ++i) {
        in.energy_j.push_back(std::floor(joules / 3600.0) * 3600.0);  // whole Wh
        joules += in.power_w[i];
    }
    CHECK_FALSE(mentions(balance_energy(in, balanced_at(w.ambient_c)), "stood still"));
    in.energy_j.clear();
    for (std::size_t i = 0; i < in.t_s.size(); ++i) in.energy_j.push_back(100.0 * in.t_s[i]);
    std::fill(in.power_w.begin(), in.power_w.end(), 100.0);
    std::fill(in.power_w.begin() + 100, in.power_w.begin() + 131, kMissing);
    const Balance gap = balance_energy(in, balanced_at(w.ambient_c));
    CHECK_THAT(gap.energy_counter->counter_j, WithinRel(26700.0, 1e-9));  // 299 s less 32 s
    CHECK_THAT(gap.energy_counter->integrated_j, WithinRel(26700.0, 1e-9));
}

TEST_CASE("a lone glitch of the sensor is left out and named, and the constants are those without it") {
    SquareWave w;
    w.tau_s = 15.0;
    w.seconds = 60;
    const BalanceInput clean = balance_session(w);
    const double tau = balance_energy(clean, balanced_at(w.ambient_c)).thermal.tau_s.at(0);
    for (const auto& [row, glitch] : {std::pair(40, 120.0), {40, 0.0}, {0, 120.0}, {59, 150.0}}) {
        BalanceInput in = clean;
        in.temp_c[static_cast<std::size_t>(row)] = glitch;
        const Balance b = balance_energy(in, balanced_at(w.ambient_c));
        CHECK_THAT(b.thermal.tau_s.at(0), WithinRel(tau, 0.02));
        CHECK(*b.thermal.rmse_c < 0.5);
        CHECK(mentions(b.warnings,
                       std::to_string(static_cast<int>(glitch)) + " degC at " + std::to_string(row) + " s"));
        CHECK(b.n_samples == 60);
    }
    CHECK_FALSE(mentions(balance_energy(clean, balanced_at(w.ambient_c)), "glitch"));
}

TEST_CASE("a true jump away and back, which the power explains, is no glitch") {
    SquareWave w;
    w.tau_s = 2.0;  // a second of power moves it by 25 degC
    w.half_period_s = 20.0;
    BalanceInput in = balance_session(w);
    // A pulse of one sample at rest: the answer of a node with C = 6 J/degC to 190 W more for 1 s.
    const double rise = 190.0 / w.hA * (1.0 - std::exp(-1.0 / w.tau_s));
    for (std::size_t i = 36; i < 40; ++i) {
        if (i == 36) in.power_w[i] += 190.0;
        if (i > 36) in.temp_c[i] += std::round(rise * std::exp(-static_cast<double>(i - 37) / w.tau_s));
    }
    const Balance b = balance_energy(in, balanced_at(w.ambient_c));
    CHECK_FALSE(mentions(b.warnings, "glitch"));
    CHECK_THAT(b.thermal.tau_s.at(0), WithinRel(w.tau_s, 0.05));
}

TEST_CASE("a fan that moves only in the second half is named as what the holdout cannot know") {
    SquareWave w;
    w.seconds = 300;
    BalanceInput in = balance_session(w);
    const auto fan_warning = [&](std::size_t first_row) {
        in.fan_pct.assign(in.t_s.size(), 30.0);
        for (std::size_t i = first_row; i < in.fan_pct.size(); ++i) in.fan_pct[i] = i % 60 < 30 ? 30.0 : 80.0;
        return mentions(balance_energy(in, balanced_at(w.ambient_c)), "fan was not seen");
    };
    CHECK(fan_warning(200));
    CHECK_FALSE(fan_warning(0));
    in.fan_pct.assign(in.t_s.size(), 30.0);  // right from the middle on, as an interval begins
    std::fill(in.fan_pct.begin() + 150, in.fan_pct.end(), 90.0);
    CHECK(mentions(balance_energy(in, balanced_at(w.ambient_c)), "fan was not seen"));
}

TEST_CASE("what has no column or no readings is missing with one reason") {
    SquareWave w;
    BalanceInput in = balance_session(w);
    CHECK(mentions(balance_energy(in, balanced_at(w.ambient_c)), "rle and energy_counter are missing"));
    in.rle.assign(in.t_s.size(), 0.3);
    in.energy_j.assign(in.t_s.size(), 7.0);
    const Balance b = balance_energy(in, balanced_at(w.ambient_c));
    CHECK_FALSE(mentions(b.warnings, "rle and"));
    CHECK(mentions(b.warnings, "energy_counter is missing: the counter in energy_j never rose"));
}
