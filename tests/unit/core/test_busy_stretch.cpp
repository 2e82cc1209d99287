#include "core/align/busy_stretch.hpp"

#include <functional>
#include <string>

#include "rlecouple/align.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

BusyStretch watched(int seconds, const std::function<double(int)>& util_pct) {
    BusyStretch busy;
    for (int t = 0; t < seconds; ++t) busy.take(t, util_pct(t));
    return busy;
}

// At work from 60 to 180 s.
double work(int t) {
    return t >= 60 && t < 180 ? 95.0 : 3.0;
}

}  // namespace

TEST_CASE("a clock that is behind or ahead shows at both ends", "[busy_stretch]") {
    const BusyStretch busy = watched(300, work);
    CHECK(busy.offset_of(20.0, 140.0, 120) == 40.0);
    CHECK(busy.offset_of(-540.0, -420.0, 120) == 600.0);  // also where the streams do not overlap
    CHECK(busy.offset_of(75.0, 195.0, 120) == -15.0);
}

TEST_CASE("nothing is said where nothing is plain", "[busy_stretch]") {
    const BusyStretch busy = watched(300, work);
    CHECK_FALSE(busy.offset_of(60.0, 180.0, 120));       // they agree
    CHECK_FALSE(busy.offset_of(63.0, 182.0, 120));       // or nearly
    CHECK_FALSE(busy.offset_of(100.0, 180.0, 80));       // at one end only: loading a model is work, too
    CHECK_FALSE(busy.offset_of(-3540.0, -3420.0, 120));  // an hour: that is a time zone
    CHECK_FALSE(busy.offset_of(20.0, 140.0, 5));         // hardly a training
    // no rest before, none after, none at all, two trainings
    CHECK_FALSE(watched(180, [](int t) { return work(t + 60); }).offset_of(-40.0, 80.0, 120));
    CHECK_FALSE(watched(180, work).offset_of(20.0, 140.0, 120));
    CHECK_FALSE(watched(300, [](int) { return 95.0; }).offset_of(20.0, 140.0, 120));
    CHECK_FALSE(watched(600, [](int t) { return work(t % 300); }).offset_of(20.0, 140.0, 120));
    // 30 points are a flicker
    CHECK_FALSE(watched(300, [](int t) { return 0.3 * work(t); }).offset_of(20.0, 140.0, 120));
}

TEST_CASE("pauses, bursts and gaps of a few seconds are passed over", "[busy_stretch]") {
    const BusyStretch busy = watched(300, [](int t) {
        if (t == 100 || t == 101 || t == 102) return 0.0;  // a checkpoint is written
        if (t == 20 || t == 250) return 99.0;
        return t % 50 == 7 ? kMissing : work(t);
    });
    CHECK(busy.offset_of(20.0, 140.0, 120) == 40.0);
}

TEST_CASE("align passes the hint on, for clocks that are not shared alone", "[busy_stretch]") {
    Telemetry telemetry;
    telemetry.devices = {"gpu"};
    for (int t = 0; t < 300; ++t) {
        telemetry.wall_us.push_back(1'000'000'000'000'000 + t * 1'000'000LL);
        telemetry.t_s.push_back(kMissing);
        telemetry.device.push_back(0);
        telemetry.temp_c.push_back(50.0);
        telemetry.power_w.push_back(100.0);
        telemetry.util_pct.push_back(work(t));
    }
    Training training;
    for (int t = 20; t <= 140; ++t) {
        training.wall_us.push_back(1'000'000'000'000'000 + t * 1'000'000LL);
        for (auto* column :
             {&training.step, &training.epoch, &training.loss, &training.grad_norm, &training.learning_rate})
            column->push_back(1.0);
        training.t_s.push_back(kMissing);
    }
    const auto hinted = [&](double clock_offset_s) {
        AlignOptions options;
        options.clock_offset_s = clock_offset_s;
        std::string all;
        for (const auto& warning : align(telemetry, &training, options).warnings) all += warning + "\n";
        return all;
    };
    CHECK(hinted(0.0).find("--clock-offset 40") != std::string::npos);
    CHECK(hinted(30.0).find("--clock-offset 40") != std::string::npos);  // in all
    CHECK(hinted(40.0).find("--clock-offset") == std::string::npos);
    telemetry.t_s = std::vector<double>(300);
    training.t_s = std::vector<double>(121);
    for (std::size_t i = 0; i < 300; ++i) telemetry.t_s[i] = static_cast<double>(i);
    for (std::size_t i = 0; i < 121; ++i) training.t_s[i] = static_cast<double>(i + 20);
    CHECK(hinted(0.0).find("--clock-offset") == std::string::npos);
}
