#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "rlecouple/align.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

const double kInf = std::numeric_limits<double>::infinity();

Telemetry telemetry_at(const std::vector<double>& t_s, const std::string& device = "gpu") {
    Telemetry out;
    out.devices = {device};
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        out.t_s.push_back(t_s[i]);
        out.wall_us.push_back(kNoTime);
        out.device.push_back(0);
        out.temp_c.push_back(50.0 + static_cast<double>(i));
        out.power_w.push_back(100.0);
        out.util_pct.push_back(80.0);
    }
    return out;
}

Training steps_at(const std::vector<double>& t_s, const std::vector<double>& grad_norm) {
    Training out;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        out.t_s.push_back(t_s[i]);
        out.wall_us.push_back(kNoTime);
        out.step.push_back(static_cast<double>(i + 1));
        out.epoch.push_back(kMissing);
        out.loss.push_back(2.0 * grad_norm[i]);
        out.grad_norm.push_back(grad_norm[i]);
        out.learning_rate.push_back(1e-3);
    }
    return out;
}

AlignOptions at_hz(double hz) {
    AlignOptions options;
    options.sample_hz = hz;
    options.rated_power_w = 200.0;
    options.temp_limit_c = 83.0;
    return options;
}

}  // namespace

TEST_CASE("a cell holds the steps in [g - D/2, g + D/2), else the nearest within the tolerance") {
    const Telemetry telemetry = telemetry_at({0, 1, 2, 3, 4, 5, 6, 7, 8});
    //                             cell:      0    0    1    1    2    (none in 3..8)
    const Training training = steps_at({-0.5, 0.49, 0.5, 1.49, 2.0}, {1, 3, 10, 20, 7});
    const Alignment a = align(telemetry, &training, at_hz(1.0));
    REQUIRE(a.rows.size() == 9);
    CHECK(a.rows.grad_norm[0] == 2.0);
    CHECK(a.rows.grad_norm[1] == 15.0);
    CHECK(a.rows.grad_norm[2] == 7.0);
    CHECK(a.rows.grad_norm[3] == 7.0);  // 1 s off
    CHECK(a.rows.grad_norm[4] == 7.0);  // 2 s off: still within
    CHECK(std::isnan(a.rows.grad_norm[5]));
    CHECK(a.rows.loss[1] == 30.0);
    CHECK(a.rows.step[1] == 4.0);  // the last of the cell
    CHECK(a.n_samples == 5);
    CHECK(a.overlap_s == 2.0);
    CHECK(a.clock == "t_s");
    // Pairs: 0.005, 0.005, 0, 1, 2 s apart.
    CHECK(*a.pairing.median_abs_dt_s == Approx(0.005));
    CHECK(*a.pairing.max_abs_dt_s == 2.0);
}

TEST_CASE("the time a step takes: since the step before, by the steps between") {
    const Telemetry telemetry = telemetry_at({0, 1, 2, 3, 4, 5, 6, 7, 8});
    Training training = steps_at({0.1, 0.5, 1.0, 1.4, 4.4, 4.4, 5.9, 8.0}, {1, 1, 1, 1, 1, 2, 1, 1});
    training.step = {1, 2, 3, 4, 14, 14, 17, 1};  // ten at a time from 4 on; 14 twice; then it starts again
    AlignOptions options = at_hz(1.0);
    CHECK(align(telemetry, &training, options).rows.step_time_s.empty());
    options.step_time = true;
    options.tolerance_s = 0.4;
    const std::vector<double> took = align(telemetry, &training, options).rows.step_time_s;
    REQUIRE(took.size() == 9);
    CHECK(std::isnan(took[0]));           // the first step follows none
    CHECK(took[1] == Approx(1.3 / 3.0));  // 0.4, 0.5 and 0.4 s
    CHECK(std::isnan(took[3]));
    CHECK(took[4] == Approx(0.3));  // 3 s for ten steps
    CHECK(took[6] == Approx(0.5));  // 1.5 s for three
    CHECK(std::isnan(took[8]));     // 17, then 1
}

TEST_CASE("the mean of equal values is that value, to the last bit") {
    const Telemetry telemetry = telemetry_at({0, 1, 2, 3});
    // (0.1 + 0.1 + 0.1) / 3 is 0.10000000000000002
    const Training training =
        steps_at({-0.3, 0.0, 0.3, 0.7, 1.0, 1.3, 2.0, 2.1}, std::vector<double>(8, 0.1));
    const Alignment a = align(telemetry, &training, at_hz(1.0));
    for (const double g : {a.rows.grad_norm[0], a.rows.grad_norm[1], a.rows.grad_norm[2]}) CHECK(g == 0.1);
}

TEST_CASE("a step on a cell's edge belongs to the later cell, however large t_s is") {
    for (const double start_s : {0.0, 1.7e9}) {
        std::vector<double> samples, steps, norms;
        for (int k = 0; k < 200; ++k) {
            samples.push_back(start_s + k / 10.0);
            steps.push_back(start_s + (2 * k + 1) / 20.0);  // between point k and point k + 1
            norms.push_back(k + 1.0);
        }
        const Telemetry telemetry = telemetry_at(samples);
        const Training training = steps_at(steps, norms);
        const Alignment a = align(telemetry, &training, at_hz(10.0));
        REQUIRE(a.rows.size() == 200);
        CHECK(a.rows.grad_norm[0] == 1.0);  // its own cell is empty: the nearest
        for (std::size_t g = 1; g < 200; ++g) {
            INFO("start " << start_s << ", point " << g);
            CHECK(a.rows.grad_norm[g] == norms[g - 1]);
        }
    }
}

TEST_CASE("the grid reaches each sample to within half a step") {
    std::vector<double> times;
    for (int k = 0; k < 29; ++k) times.push_back(0.0039 + k);
    times.push_back(29.000026);  // 3.874 ms short of a thirtieth whole second
    const Alignment a = align(telemetry_at(times), nullptr, at_hz(1.0));
    REQUIRE(a.rows.size() == 30);
    CHECK(a.rows.telemetry_row[29] == 29);
    times.back() = 28.5038;  // nearer to point 28, which keeps its own sample
    CHECK(align(telemetry_at(times), nullptr, at_hz(1.0)).rows.size() == 29);
    times.back() = 28.5039;  // half a step: the edge belongs to the later cell
    CHECK(align(telemetry_at(times), nullptr, at_hz(1.0)).rows.size() == 30);
}

TEST_CASE("the grid's times carry no noise of the last bits") {
    const Alignment a = align(telemetry_at({0.1, 0.2, 0.3, 0.4, 0.5}), nullptr, at_hz(10.0));
    CHECK(a.rows.t_s == std::vector<double>{0.1, 0.2, 0.3, 0.4, 0.5});  // 0.1 + 0.2 is 0.30000000000000004
    const Alignment thirds = align(telemetry_at({0.0, 1.0}), nullptr, at_hz(3.0));
    CHECK(thirds.rows.t_s == std::vector<double>{0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0});
}

TEST_CASE("the rated power is the user's, else the session's, else the telemetry's power limit") {
    Telemetry telemetry = telemetry_at({0, 1, 2, 3});
    AlignOptions options = at_hz(1.0);
    options.rated_power_w.reset();
    const auto a_load = [&] { return align(telemetry, nullptr, options).rows.a_load[0]; };
    CHECK(a_load() == 1.0);  // 100 W of at most 100 W
    TextColumn& standard = telemetry.others.emplace_back("power_limit_default_w");
    for (int i = 0; i < 4; ++i) standard.push_back("500");
    CHECK(a_load() == 0.2);
    TextColumn& limit = telemetry.others.emplace_back("power_limit_w");
    for (const char* cell : {"N/A", "400.00", "250", "250"}) limit.push_back(cell);
    CHECK(a_load() == 0.4);
    CHECK(align(telemetry, nullptr, options).warnings.empty());
    options.limits["gpu"].rated_power_w = 200.0;
    CHECK(a_load() == 0.5);
    options.rated_power_w = 125.0;
    CHECK(a_load() == 0.8);
}

TEST_CASE("where t_s starts again, the timestamps are the clock") {
    std::vector<double> twice;
    for (int run = 0; run < 2; ++run) {
        for (int k = 0; k < 60; ++k) twice.push_back(k);
    }
    Telemetry telemetry = telemetry_at(twice);
    CHECK_THROWS_AS(align(telemetry, nullptr, at_hz(1.0)), Error);  // which run is a row of?
    for (std::size_t i = 0; i < 120; ++i)
        telemetry.wall_us[i] = 1'700'000'000'000'000 + static_cast<std::int64_t>(i + i / 60 * 40) * 1'000'000;
    const Alignment a = align(telemetry, nullptr, at_hz(1.0));
    CHECK(a.clock == "timestamp");
    CHECK(a.n_telemetry == 120);
    REQUIRE(a.rows.size() == 160);  // the second run begins 100 s behind the first
    CHECK(a.rows.t_s[0] == 0.0);
    CHECK(a.rows.wall_us[0] == telemetry.wall_us[0]);
    CHECK(a.rows.telemetry_row[100] == 60);
    REQUIRE(a.warnings.size() == 1);
    CHECK(a.warnings[0].find("starts again") != std::string::npos);
}

TEST_CASE("rows told twice or out of order are no restart of t_s") {
    std::vector<double> times;
    for (int k = 0; k < 60; ++k) times.push_back(k);
    Telemetry telemetry = telemetry_at(times);
    const auto again = [&](std::size_t i) {
        telemetry.t_s.push_back(telemetry.t_s[i]);
        telemetry.wall_us.push_back(telemetry.wall_us[i]);
        telemetry.device.push_back(0);
        telemetry.temp_c.push_back(telemetry.temp_c[i]);
        telemetry.power_w.push_back(telemetry.power_w[i]);
        telemetry.util_pct.push_back(telemetry.util_pct[i]);
    };
    SECTION("a copy of everything") {
        for (std::size_t i = 0; i < 60; ++i) again(i);
    }
    SECTION("a copy of the second half") {
        for (std::size_t i = 30; i < 60; ++i) again(i);
    }
    SECTION("the halves in the wrong order") {
        std::rotate(telemetry.t_s.begin(), telemetry.t_s.begin() + 30, telemetry.t_s.end());
        std::rotate(telemetry.temp_c.begin(), telemetry.temp_c.begin() + 30, telemetry.temp_c.end());
    }
    const Alignment a = align(telemetry, nullptr, at_hz(1.0));
    CHECK(a.clock == "t_s");
    CHECK(a.n_telemetry == 60);
    CHECK(a.rows.temp_c[45] == 95.0);
}

TEST_CASE("steps that lie in no cell and within no tolerance are counted") {
    const Telemetry telemetry = telemetry_at({0, 1, 2, 3});
    // Cells reach from -0.5 to 3.5, the tolerance of 2 s from -2 to 5.
    const Training training = steps_at({-2.5, -2.0, 0.0, 3.4, 5.0, 5.1, 9.0}, {1, 2, 3, 4, 5, 6, 7});
    AlignOptions options = at_hz(1.0);
    CHECK(align(telemetry, &training, options).dropped.at("training_outside_telemetry") == 3);
    options.tolerance_s = 0.0;  // the cells alone
    CHECK(align(telemetry, &training, options).dropped.at("training_outside_telemetry") == 5);
    const Training inside = steps_at({0.0, 1.0}, {1, 2});
    CHECK(align(telemetry, &inside, options).dropped.count("training_outside_telemetry") == 0);
}

TEST_CASE("telemetry takes the nearest sample, ties to the earlier, none beyond the tolerance") {
    const Telemetry telemetry = telemetry_at({10.0, 10.9, 12.5, 13.5, 19.0});
    const Alignment a = align(telemetry, nullptr, at_hz(1.0));
    REQUIRE(a.rows.size() == 10);
    const std::vector<std::ptrdiff_t> expected{0, 1, 2, 2, 3, 3, 4, 4, 4, 4};
    // t = 13 lies between 12.5 and 13.5: the earlier. t = 16 is 2.5 s from 13.5 and 3 s from 19: none.
    for (std::size_t i = 0; i < 10; ++i) {
        INFO("t = " << a.rows.t_s[i]);
        const std::ptrdiff_t want = i == 6 ? -1 : expected[i];
        CHECK(a.rows.telemetry_row[i] == want);
    }
    CHECK(a.rows.t_s[0] == 10.0);
    CHECK(std::isnan(a.rows.temp_c[6]));
    CHECK(a.rows.collapse[6] == -1);
    REQUIRE(a.gaps.size() == 1);
    CHECK(a.gaps[0].start_s == 13.5);
    CHECK(a.gaps[0].length_s == 5.5);
    CHECK(a.n_samples == 0);
}

TEST_CASE("a gap is one by the device's own sampling interval") {
    // "gpu" each second; "nic" each 5 s, and once after 15 s.
    Telemetry telemetry;
    telemetry.devices = {"gpu", "nic"};
    const auto add = [&](double t, std::uint32_t device) {
        telemetry.t_s.push_back(t);
        telemetry.wall_us.push_back(kNoTime);
        telemetry.device.push_back(device);
        for (auto* column : {&telemetry.temp_c, &telemetry.power_w, &telemetry.util_pct})
            column->push_back(50.0);
    };
    for (int t = 0; t <= 60; ++t) {
        if (t != 31 && t != 32) add(t, 0);
        if (t % 5 == 0 && t != 40 && t != 45) add(t, 1);
    }
    const Alignment a = align(telemetry, nullptr, at_hz(1.0));
    REQUIRE(a.gaps.size() == 2);
    CHECK(a.gaps[0].device == "gpu");
    CHECK(a.gaps[0].start_s == 30.0);
    CHECK(a.gaps[0].length_s == 3.0);
    CHECK(a.gaps[1].device == "nic");
    CHECK(a.gaps[1].start_s == 35.0);
    CHECK(a.gaps[1].length_s == 15.0);
}

TEST_CASE("a wall clock that steps against t_s is named, one that is read in whole seconds is not") {
    Telemetry stepped = telemetry_at({0, 1, 2, 3, 4});
    stepped.wall_us = {10'000'000, 11'000'000, 15'000'000, 16'000'000, 17'000'000};  // 3 s forward at 2 s
    const auto named = [](const Alignment& a) {
        return std::any_of(a.warnings.begin(), a.warnings.end(),
                           [](const std::string& w) { return w.find("drift by 3 s") != std::string::npos; });
    };
    CHECK(named(align(stepped, nullptr, at_hz(1.0))));
    Telemetry whole = telemetry_at({0.0, 0.9, 1.8, 2.7, 3.6});
    whole.wall_us = {10'000'000, 10'000'000, 11'000'000, 12'000'000, 13'000'000};
    for (const std::string& w : align(whole, nullptr, at_hz(1.0)).warnings)
        CHECK(w.find("step or drift") == std::string::npos);
}

TEST_CASE("overflowed steps are left out and counted; steps without a norm lend their loss") {
    const Telemetry telemetry = telemetry_at({0, 1, 2});
    Training training = steps_at({0.0, 0.1, 1.0, 1.1, 2.0}, {4, kInf, 5, kMissing, kInf});
    training.loss = {1, 100, 2, 4, 9};
    AlignOptions options = at_hz(1.0);
    options.tolerance_s = 0.4;
    const Alignment a = align(telemetry, &training, options);
    CHECK(a.rows.grad_norm[0] == 4.0);
    CHECK(a.rows.loss[0] == 1.0);
    CHECK(a.rows.grad_norm[1] == 5.0);
    CHECK(a.rows.loss[1] == 3.0);
    CHECK(std::isnan(a.rows.grad_norm[2]));
    CHECK(a.dropped.at("grad_norm_non_finite") == 2);
    CHECK(a.dropped.at("grad_norm_missing") == 1);
    CHECK(a.n_samples == 2);
}

TEST_CASE("rows out of order are sorted, duplicates dropped, and both are counted") {
    Telemetry telemetry = telemetry_at({0, 2, 1, 3, 3});
    const Training training =
        steps_at({0, 2, 1, 1, 3}, {1, 3, 2, 2, 4});  // the third and fourth are steps 3 and 4
    const Alignment a = align(telemetry, &training, at_hz(1.0));
    CHECK(a.reordered.at("telemetry") == 1);
    CHECK(a.dropped.at("telemetry_duplicate") == 1);
    CHECK(a.reordered.at("training") == 2);
    CHECK(a.dropped.count("training_duplicate") == 0);
    CHECK(a.n_telemetry == 4);
    CHECK(a.rows.temp_c[1] == 52.0);
    CHECK(a.rows.temp_c[3] == 53.0);  // the first of the two
    CHECK(a.rows.grad_norm[1] == 2.0);
}

TEST_CASE("streams that miss each other by a time zone get the shift that helps") {
    Telemetry telemetry = telemetry_at({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    Training training = steps_at({1, 2, 3, 4, 5}, {1, 2, 3, 4, 5});
    for (double& t : training.t_s) t -= 5.0 * 3600.0;
    const Alignment a = align(telemetry, &training, at_hz(1.0));
    CHECK(a.n_samples == 0);
    CHECK(a.overlap_s == 0.0);
    REQUIRE(a.suggested_shift_s);
    CHECK(*a.suggested_shift_s == 18000.0);
    AlignOptions shifted = at_hz(1.0);
    shifted.clock_offset_s = 18000.0;
    CHECK(align(telemetry, &training, shifted).n_samples == 8);  // 0 and 7 by the tolerance, too

    for (double& t : training.t_s) t += 1000.0;  // no whole quarter hour helps
    CHECK(!align(telemetry, &training, at_hz(1.0)).suggested_shift_s);
}

TEST_CASE("two devices share the grid; rows are grouped by grid point") {
    Telemetry telemetry = telemetry_at({0, 0, 1, 1, 2, 2});
    telemetry.devices = {"cpu", "gpu"};
    telemetry.device = {0, 1, 0, 1, 0, 1};
    const Training training = steps_at({0, 1, 2}, {1, 2, 3});
    const Alignment a = align(telemetry, &training, at_hz(1.0));
    REQUIRE(a.rows.size() == 6);
    CHECK(a.rows.device == std::vector<std::uint32_t>{0, 1, 0, 1, 0, 1});
    CHECK(a.rows.temp_c[2] == 52.0);
    CHECK(a.rows.temp_c[3] == 53.0);
    CHECK(a.rows.grad_norm[3] == 2.0);
    CHECK(a.n_samples == 6);
    CHECK(a.n_samples_by_device.at("gpu") == 3);
    AlignOptions one = at_hz(1.0);
    one.devices = {"gpu"};
    CHECK(align(telemetry, &training, one).rows.size() == 3);
    one.devices = {"tpu"};
    CHECK_THROWS_AS(align(telemetry, &training, one), Error);
}

TEST_CASE("the telemetry's own rate is found through its jitter") {
    AlignOptions options = at_hz(1.0);
    options.sample_hz.reset();
    CHECK(align(telemetry_at({0, 1.004, 2.1, 3.05, 4.0}), nullptr, options).sample_hz == 1.0);
    CHECK(align(telemetry_at({0, 0.101, 0.2, 0.303, 0.4}), nullptr, options).sample_hz == 10.0);
    CHECK(align(telemetry_at({0, 5.01, 10.0, 15.0}), nullptr, options).sample_hz == 0.2);
}

TEST_CASE("streams are aligned by t_s where both count it from one moment, else by timestamp") {
    Telemetry telemetry = telemetry_at({0, 1, 2, 3});
    Training training = steps_at({0, 1, 2, 3}, {1, 2, 3, 4});
    const std::int64_t start = 1'700'000'000'000'000;
    for (std::size_t i = 0; i < 4; ++i) {
        telemetry.wall_us[i] = start + static_cast<std::int64_t>(i) * 1'000'000;
        training.wall_us[i] = start + static_cast<std::int64_t>(i) * 1'000'000 + 50'000;
    }
    CHECK(align(telemetry, &training, at_hz(1.0)).clock == "t_s");
    CHECK(align(telemetry, &training, at_hz(1.0)).rows.wall_us[2] == start + 2'000'000);
    // The wall clock is stepped by an hour in mid-session, for both: t_s is not disturbed.
    for (std::size_t i = 2; i < 4; ++i) {
        telemetry.wall_us[i] += 3'600'000'000;
        training.wall_us[i] += 3'600'000'000;
    }
    CHECK(align(telemetry, &training, at_hz(1.0)).clock == "t_s");
    // The training log counts t_s from its own first step, 2 s later than the telemetry.
    for (std::size_t i = 0; i < 4; ++i) {
        telemetry.wall_us[i] = start + static_cast<std::int64_t>(i) * 1'000'000;
        training.wall_us[i] = telemetry.wall_us[i] + 2'000'000;
    }
    const Alignment a = align(telemetry, &training, at_hz(1.0));
    CHECK(a.clock == "timestamp");
    CHECK(a.rows.grad_norm[3] == 2.0);
    CHECK(a.warnings.size() >= 1);
    training.wall_us.assign(4, kNoTime);
    training.t_s.assign(4, kMissing);
    CHECK_THROWS_AS(align(telemetry, &training, at_hz(1.0)), Error);
}

TEST_CASE("what cannot be aligned is refused") {
    CHECK_THROWS_AS(align(telemetry_at({5.0}), nullptr, at_hz(1.0)), Error);
    CHECK_THROWS_AS(align(telemetry_at({}), nullptr, at_hz(1.0)), Error);
    CHECK_THROWS_AS(align(telemetry_at({0, 1, 1.7e9}), nullptr, at_hz(1.0)), Error);  // one wrong timestamp
    CHECK_THROWS_AS(align(telemetry_at({0, 1}), nullptr, at_hz(-1.0)), Error);
}
