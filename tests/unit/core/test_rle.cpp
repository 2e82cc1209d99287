#include <cmath>
#include <limits>
#include <vector>

#include "rlecouple/error.hpp"
#include "rlecouple/rle.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
using Column = std::vector<double>;

RleOptions options_for(double rated_w) {
    RleOptions options;
    options.rated_power_w = rated_w;
    options.temp_limit_c = 83.0;
    options.ambient_c = 21.0;
    return options;
}

Column seconds(std::size_t n, double hz = 1.0) {
    Column t(n);
    for (std::size_t i = 0; i < n; ++i) t[i] = static_cast<double>(i) / hz;
    return t;
}

}  // namespace

TEST_CASE("a steady device: RLE is utilisation over load, but for 1/600") {
    const Column t = seconds(10), temp(10, 61.0), power(10, 100.0), util(10, 80.0);
    const RleSeries s = compute_rle(t, temp, power, util, options_for(200.0));
    for (std::size_t i = 0; i < 10; ++i) {
        CHECK(s.eta_util[i] == 0.8);
        CHECK(s.eta_stability[i] == 1.0);  // P / (T - T_ambient) does not vary
        CHECK(s.a_load[i] == 0.5);
        CHECK(s.tau_sustain_s[i] == 600.0);
        CHECK(s.rle_raw[i] == Approx(0.8 / (0.5 * (1.0 + 1.0 / 600.0))));
        CHECK(s.rle[i] == Approx(s.rle_raw[i]));
    }
}

TEST_CASE("the terms of one sample by hand") {
    // Two samples: T 60, 62 degC; P 78, 82 W; so P / (T - 21) = 2 and 2: CV 0 -> stability 1. Slope 2 degC/s
    // -> (83 - 62) / 2 = 10.5 s.
    const Column t{0.0, 1.0}, temp{60.0, 62.0}, power{78.0, 82.0}, util{50.0, 50.0};
    const RleSeries s = compute_rle(t, temp, power, util, options_for(164.0));
    CHECK(s.heating_c_per_s[1] == Approx(2.0));
    CHECK(std::isnan(s.heating_c_per_s[0]));
    CHECK(s.tau_sustain_s[0] == 600.0);
    CHECK(s.tau_sustain_s[1] == Approx(10.5));
    CHECK(s.eta_stability[1] == Approx(1.0));
    CHECK(s.rle_raw[1] == Approx(0.5 / (0.5 * (1.0 + 1.0 / 10.5))));
    CHECK(s.rle[1] == Approx((s.rle_raw[0] + s.rle_raw[1]) / 2.0));
}

TEST_CASE("stability by hA uses the population SD over the mean") {
    // hA = 1 and 3 W/degC: mean 2, population SD 1, CV 0.5.
    const Column t{0.0, 1.0}, temp{31.0, 31.0}, power{10.0, 30.0}, util{50.0, 50.0};
    CHECK(compute_rle(t, temp, power, util, options_for(100.0)).eta_stability[1] == Approx(1.0 / 1.5));
}

TEST_CASE("the other stability terms") {
    const Column t{0.0, 1.0}, temp{41.5, 83.0}, power{10.0, 30.0}, util{50.0, 54.0};
    RleOptions options = options_for(100.0);
    options.stability = StabilityTerm::util;
    CHECK(compute_rle(t, temp, power, util, options).eta_stability[1] ==
          Approx(1.0 / 3.0));  // population SD 2
    options.stability = StabilityTerm::headroom;
    const RleSeries s = compute_rle(t, temp, power, util, options);
    CHECK(s.eta_stability[0] == Approx(0.5));
    CHECK(s.eta_stability[1] == 0.0);
}

TEST_CASE("a window holds the samples in (t - w, t], whatever the rounding of decimal times") {
    // At 10 Hz a smoothing of 0.5 s holds five samples. Only sample 10 has another RLE.
    const std::size_t n = 120;
    Column t = seconds(n, 10.0), temp(n, 50.0), power(n, 100.0), util(n, 50.0);
    util[10] = 100.0;
    RleOptions options = options_for(100.0);
    options.smoothing_s = 0.5;
    const RleSeries s = compute_rle(t, temp, power, util, options);
    for (std::size_t i = 10; i < 15; ++i)
        CHECK(s.rle[i] == Approx((4 * s.rle_raw[0] + 2 * s.rle_raw[0]) / 5));
    CHECK(s.rle[9] == Approx(s.rle_raw[0]));
    CHECK(s.rle[15] == Approx(s.rle_raw[0]));
    for (std::size_t shifted = 51; shifted < n; ++shifted) CHECK(s.rle[shifted] == Approx(s.rle_raw[0]));
}

TEST_CASE("time to the limit is clamped to [1, 600] s") {
    const Column t{0.0, 1.0, 2.0}, power{50.0, 50.0, 50.0}, util{50.0, 50.0, 50.0};
    RleOptions options = options_for(100.0);
    options.slope_window_s = 1.0;
    const auto tau = [&](const Column& temp) {
        return compute_rle(t, temp, power, util, options).tau_sustain_s;
    };
    CHECK(tau({82.0, 82.5, 90.0})[2] == 1.0);     // beyond the limit and heating
    CHECK(tau({50.0, 50.01, 50.0})[1] == 600.0);  // 3299 s away
    CHECK(tau({50.0, 49.0, 48.0})[2] == 600.0);   // cooling
    CHECK(tau({50.0, 53.0, 56.0})[2] == Approx(9.0));
}

TEST_CASE("the slope reaches back to the reading before, over a window that holds one alone") {
    const Column t{0.0, 1.5, 3.0}, temp{50.0, kNaN, 56.0}, power{50.0, 50.0, 50.0}, util{50.0, 50.0, 50.0};
    RleOptions options = options_for(100.0);
    options.slope_window_s = 1.0;
    const RleSeries s = compute_rle(t, temp, power, util, options);
    CHECK(s.heating_c_per_s[2] == Approx(2.0));
    CHECK(std::isnan(s.heating_c_per_s[1]));
}

TEST_CASE("what cannot be formed is missing") {
    const Column t{0.0, 1.0, 2.0, 3.0}, temp{50.0, kNaN, 50.0, 20.0}, power{0.0, 50.0, kNaN, 50.0},
        util{50.0, 50.0, 50.0, 50.0};
    const RleSeries s = compute_rle(t, temp, power, util, options_for(100.0));
    CHECK(std::isnan(s.rle_raw[0]));  // no power: infinite
    CHECK(std::isnan(s.rle_raw[1]));  // no temperature
    CHECK(std::isnan(s.rle_raw[2]));  // no power reading
    CHECK(std::isnan(s.rle[2]));
    RleOptions options = options_for(100.0);
    options.ha_window_s = 1.0;
    CHECK(
        std::isnan(compute_rle(t, temp, power, util, options).eta_stability[3]));  // colder than the ambient
    CHECK_THROWS_AS(compute_rle(t, temp, power, util, options_for(0.0)), Error);
}

TEST_CASE("a sample without a reading of its own has no stability, whatever is left in the window") {
    // One reading at 0 s: for 5 s the window still holds it, alone, with an SD of 0.
    const Column t = seconds(5), power(5, 50.0), util(5, 50.0), hole{50.0, kNaN, 21.0, 15.0, 50.0};
    const RleSeries s = compute_rle(t, hole, power, util, options_for(100.0));
    for (const std::size_t i : {1U, 2U, 3U}) {  // not read; as cold as the ambient; colder
        CHECK(std::isnan(s.eta_stability[i]));
        CHECK(std::isnan(s.rle_raw[i]));
        CHECK(std::isnan(s.rle[i]));
    }
    CHECK(s.eta_stability[4] == 1.0);  // 50 W over 29 degC both times
    RleOptions by_util = options_for(100.0);
    by_util.stability = StabilityTerm::util;
    const Column holes{50.0, kNaN, 54.0, kNaN, kNaN};
    const RleSeries u = compute_rle(t, Column(5, 50.0), power, holes, by_util);
    CHECK(std::isnan(u.eta_stability[1]));
    CHECK(u.eta_stability[2] == Approx(1.0 / 3.0));  // population SD of 50 and 54: 2
    CHECK(std::isnan(u.eta_stability[3]));
}

TEST_CASE("an RLE none of whose terms asks for the temperature needs none") {
    const Column t = seconds(3), none(3, kNaN), cold(3, 10.0), power(3, 50.0), util(3, 40.0);
    RleOptions options = options_for(100.0);
    options.stability = StabilityTerm::util;
    CHECK(std::isnan(compute_rle(t, none, power, util, options).rle[2]));  // tau_sustain asks for it
    CHECK(compute_rle(t, cold, power, util, options).rle[2] == Approx(0.8 / (1.0 + 1.0 / 600.0)));
    options.sustain = SustainTerm::constant;
    options.constant_tau_s = 4.0;
    CHECK(compute_rle(t, none, power, util, options).rle[2] == Approx(0.4 / (0.5 * 1.25)));
    options.stability = StabilityTerm::headroom;
    CHECK(std::isnan(compute_rle(t, none, power, util, options).rle[2]));
    options.stability = StabilityTerm::ha;
    CHECK(std::isnan(compute_rle(t, none, power, util, options).rle[2]));
}

TEST_CASE("a sample without an RLE has an unknown collapse and breaks the 7 s before it") {
    const std::size_t n = 40;
    Column t = seconds(n), temp(n), power(n), util(n, 90.0);
    for (std::size_t i = 0; i < n; ++i) {
        temp[i] = 60.0 + 0.5 * t[i];
        power[i] = i < 20 ? 2.0 * (temp[i] - 21.0) : 4.0 * (temp[i] - 21.0);
    }
    temp[24] = kNaN;  // within the seven samples 20 to 26 that make the flag of the next test
    RleOptions options = options_for(400.0);
    options.smoothing_s = 1.0;
    const RleSeries s = compute_rle(t, temp, power, util, options);
    const std::vector<signed char> flags = collapse_flags(t, temp, s, options.temp_limit_c);
    CHECK(flags[24] == -1);
    for (std::size_t i = 20; i < 31; ++i) CHECK(flags[i] != 1);
    CHECK(flags[31] == 1);  // 25 to 31: seven samples
}

TEST_CASE("a collapse needs 7 s of low RLE, load and heating, and evidence") {
    // RLE halves at 20 s by doubled power while the temperature climbs by 0.5 degC/s towards 83 degC.
    const std::size_t n = 40;
    Column t = seconds(n), temp(n), power(n), util(n, 90.0);
    for (std::size_t i = 0; i < n; ++i) {
        temp[i] = 60.0 + 0.5 * t[i];
        power[i] = i < 20 ? 2.0 * (temp[i] - 21.0) : 4.0 * (temp[i] - 21.0);
    }
    RleOptions options = options_for(400.0);
    options.smoothing_s = 1.0;
    const RleSeries s = compute_rle(t, temp, power, util, options);
    const std::vector<signed char> flags = collapse_flags(t, temp, s, options.temp_limit_c);
    std::size_t first = n;
    for (std::size_t i = n; i-- > 0;) {
        if (flags[i] == 1) first = i;
    }
    CHECK(first == 26);  // samples 20 to 26 are the seven in (19, 26]
    const RleSeries cool = compute_rle(t, Column(n, 60.0), power, util, options);
    for (const signed char flag : collapse_flags(t, Column(n, 60.0), cool, options.temp_limit_c))
        CHECK(flag != 1);
}

TEST_CASE("a gap in the telemetry is no run of low RLE") {
    // The session of the test before, its samples 13 to 22 lost: what comes behind is seen from 23 s on, so
    // that the seven seconds are over at 27 at the earliest and at 29 at the latest, not with the first low
    // sample.
    Column t, temp, power;
    for (std::size_t i = 0; i < 40; ++i) {
        if (i >= 13 && i < 23) continue;
        t.push_back(static_cast<double>(i));
        temp.push_back(60.0 + 0.5 * t.back());
        power.push_back((i < 20 ? 2.0 : 4.0) * (temp.back() - 21.0));
    }
    RleOptions options = options_for(400.0);
    options.smoothing_s = 1.0;
    const RleSeries s = compute_rle(t, temp, power, Column(t.size(), 90.0), options);
    const std::vector<signed char> flags = collapse_flags(t, temp, s, options.temp_limit_c);
    double first = 0.0;
    for (std::size_t i = t.size(); i-- > 0;) {
        if (flags[i] == 1) first = t[i];
    }
    CHECK(first >= 27.0);
    CHECK(first <= 29.0);
}
