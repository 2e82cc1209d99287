// Tables that lack samples: what is known of the power there, and that the balance says so.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/thermal/energy_in.hpp"
#include "core/thermal/lost_rows.hpp"
#include "rlecouple/balance.hpp"
#include "rlecouple/thermal.hpp"
#include "support/catch.hpp"
#include "thermal_sessions.hpp"

using namespace rle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using rle::test::balance_session;
using rle::test::balanced_at;
using rle::test::mentions;
using rle::test::SquareWave;
using rle::test::Uniform;

namespace {

constexpr double kNever = 1e300;

// The samples that `keep` says.
template <class Keep>
BalanceInput thinned(const BalanceInput& in, const Keep& keep) {
    BalanceInput out;
    for (std::size_t i = 0; i < in.t_s.size(); ++i) {
        if (!keep(i)) continue;
        out.t_s.push_back(in.t_s[i]);
        out.temp_c.push_back(in.temp_c[i]);
        out.power_w.push_back(in.power_w[i]);
        if (!in.energy_j.empty()) out.energy_j.push_back(in.energy_j[i]);
    }
    return out;
}

// A session whose edges lie on samples, so that a power that holds has no error of its own.
SquareWave drawn_wave(Uniform& uniform) {
    SquareWave w = rle::test::random_wave(uniform, 4.0, 20.0);
    w.low_w = std::round(w.low_w);
    w.high_w = std::round(w.high_w);
    w.half_period_s = std::floor(uniform(10.0, 21.0));
    w.seconds = 300.0;
    return w;
}

double joules_of(const BalanceInput& in, std::size_t first, std::size_t last) {
    double out = 0.0;
    for (std::size_t i = first; i < last; ++i) out += in.power_w[i] * (in.t_s[i + 1] - in.t_s[i]);
    return out;
}

}  // namespace

TEST_CASE("the power where samples are missing is that of every place of its edge alike") {
    // A step of 90 W after 1, 2 or 3 of 3 s, each as likely: 300 + 90 (2, 1, 0) J, in the mean 390 J, with a
    // variance of 90^2 (1 + 0 + 1)/3 J^2.
    const std::array<double, 8> t{0, 1, 2, 3, 6, 7, 8, 9}, p{100, 100, 100, 100, 190, 190, 190, 190};
    const LostRows lost(t, p, kNever);
    REQUIRE(lost.any());
    CHECK(lost.usual_s() == 1.0);
    CHECK(lost.at(3));
    CHECK_FALSE(lost.at(2));
    CHECK_THAT(held_watts(lost, t, p, 3), WithinRel(390.0 / 3.0, 1e-12));
    CHECK_THAT(lost.variance(3), WithinRel(90.0 * 90.0 * 2.0 / 3.0 / 9.0, 1e-6));
    const EnergyIn in = energy_in(t, p, kNever);
    CHECK_THAT(in.joules, WithinRel(300.0 + 390.0 + 3 * 190.0, 1e-12));
    CHECK_THAT(in.bridged_sd_j, WithinRel(90.0 * std::sqrt(2.0 / 3.0), 1e-6));
    CHECK(in.bridged == 1);
    CHECK(in.bridged_s == 2.0);
}

TEST_CASE("even samples, jittered ones and gaps lack none") {
    const std::array<double, 6> even{0, 1, 2, 3, 4, 5}, jittered{0, 1.2, 2.0, 3.2, 4.05, 5},
        gap{0, 1, 2, 40, 41, 42}, p{100, 100, 190, 190, 100, 100};
    CHECK_FALSE(LostRows(even, p, 10.0).any());
    CHECK_FALSE(LostRows(jittered, p, 10.0).any());
    CHECK_FALSE(LostRows(gap, p, 10.0).at(2));
    CHECK(energy_in(jittered, p, 10.0).joules ==
          Approx(100 * 1.2 + 100 * 0.8 + 190 * 1.2 + 190 * 0.85 + 100 * 0.95));
}

TEST_CASE("readings of the power differ in energy by their ends alone, though samples are missing") {
    Uniform uniform(5);
    const BalanceInput in =
        thinned(balance_session(drawn_wave(uniform)), [&](std::size_t) { return uniform(0, 1) > 0.5; });
    ThermalSamples s;
    s.t_s = in.t_s;
    s.temp_c = in.temp_c;
    s.power_w = in.power_w;
    const auto joules = [&](PowerReading reading) {
        ThermalConstants c;
        c.reading = reading;
        const std::vector<double> watts = interval_power(s, c);
        double sum = 0.0;
        for (std::size_t i = 0; i + 1 < s.t_s.size(); ++i) sum += watts[i] * (s.t_s[i + 1] - s.t_s[i]);
        return sum;
    };
    const double ends = 1.0 * (s.power_w.front() - s.power_w.back());  // over the usual interval, 1 s
    CHECK_THAT(joules(PowerReading::held) - joules(PowerReading::averaged), WithinAbs(ends, 1e-6));
    CHECK_THAT(joules(PowerReading::held) - joules(PowerReading::sampled), WithinAbs(0.5 * ends, 1e-6));
    CHECK_THAT(joules(PowerReading::held), WithinRel(energy_in(s.t_s, s.power_w, 10.0).joules, 1e-12));
}

TEST_CASE("with a tenth of the samples lost, and with half, intervals hold and a closure is told of",
          "[simulation]") {
    const double lost = GENERATE(0.1, 0.5);
    CAPTURE(lost);
    Uniform uniform(11);
    constexpr int kSessions = 100;
    int tau_holds = 0, hA_holds = 0, energy_holds = 0;
    for (int k = 0; k < kSessions; ++k) {
        const SquareWave w = drawn_wave(uniform);
        const BalanceInput whole = balance_session(w);
        std::vector<std::size_t> kept;
        for (std::size_t i = 0; i < whole.t_s.size(); ++i) {
            if (uniform(0.0, 1.0) >= lost) kept.push_back(i);
        }
        const BalanceInput in =
            thinned(whole, [&](std::size_t i) { return std::binary_search(kept.begin(), kept.end(), i); });
        const Balance b = balance_energy(in, balanced_at(w.ambient_c));
        if (b.tau_th.ci95_s && b.tau_th.ci95_s->contains(w.tau_s)) ++tau_holds;
        const auto hA = b.thermal.ci95.find("hA_w_per_c");
        if (hA != b.thermal.ci95.end() && hA->second.contains(w.hA)) ++hA_holds;
        const double right = joules_of(whole, kept.front(), kept.back());
        const EnergyIn in_j = energy_in(in.t_s, in.power_w, 10.0);
        if (std::abs(in_j.joules - right) <= 1.96 * in_j.bridged_sd_j) ++energy_holds;
        const bool told = mentions(b, "the power was bridged there");
        if (!told) CHECK(std::abs(b.conservation.closure.value()) < 0.005);
    }
    CHECK(tau_holds >= 90);  // 100 sessions: an interval of 95 % falls below in 1 of 90
    CHECK(hA_holds >= 90);
    CHECK(energy_holds >= 85);  // edges every 10 to 20 s are no Poisson process
}

TEST_CASE("one block of lost samples is told of, and its edge is not held through") {
    SquareWave w;
    w.tau_s = 6.0;
    w.hA = 4.0;
    w.seconds = 400.0;
    BalanceInput whole = balance_session(w);
    whole.energy_j.assign(whole.t_s.size(), 0.0);
    for (std::size_t i = 0; i + 1 < whole.t_s.size(); ++i)
        whole.energy_j[i + 1] = whole.energy_j[i] + whole.power_w[i];
    const Balance all = balance_energy(whole, balanced_at(w.ambient_c));
    CHECK_FALSE(mentions(all, "bridged"));
    CHECK_THAT(all.energy_counter->relative_error, WithinAbs(0.0, 1e-12));
    // An edge at 105 s lies within 99 to 108 s: 6 s of one power and 3 s of the other, taken as 5 and 4.
    const Balance part = balance_energy(thinned(whole, [](std::size_t i) { return i < 100 || i >= 108; }),
                                        balanced_at(w.ambient_c));
    CHECK(mentions(part, "samples are missing in 1 interval, and the power was bridged there for 8 s"));
    const double off = *part.conservation.energy_in_j - *all.conservation.energy_in_j;
    CHECK_THAT(std::abs(off), WithinAbs(w.high_w - w.low_w, 1e-6));
    CHECK_THAT(part.energy_counter->relative_error, WithinRel(off / part.energy_counter->counter_j, 1e-9));
    CHECK(std::abs(*part.conservation.closure) < 0.006);
}

TEST_CASE("the energy since the start ends as the energy in") {
    SquareWave w;
    BalanceInput in = balance_session(w);
    for (const std::size_t i : {0U, 20U, 21U, 44U, 89U}) in.power_w[i] = kMissing;
    const Balance b = balance_energy(in, balanced_at(w.ambient_c));
    const std::vector<double> joules = energy_since_start(in.t_s, in.power_w);
    CHECK_THAT(joules.back(), WithinRel(*b.conservation.energy_in_j, 1e-12));
    CHECK(joules.front() == 0.0);
    CHECK(std::is_sorted(joules.begin(), joules.end()));
}
