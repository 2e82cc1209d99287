#include "sensors/replay.hpp"

#include <cmath>

#include "fake_machine.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

// One device at 1 Hz from t = 10 s: 50, 51, 52 degC, then a gap of 10 s, then 60.
Telemetry recording() {
    Telemetry out;
    out.devices = {"gpu"};
    TextColumn marks("modelled");
    for (const double t_s : {10.0, 11.0, 12.0, 22.0}) {
        out.t_s.push_back(t_s);
        out.wall_us.push_back(kNoTime);
        out.device.push_back(0);
        out.temp_c.push_back(t_s < 20.0 ? t_s + 40.0 : 60.0);
        out.power_w.push_back(100.0);
        out.util_pct.push_back(kMissing);
        marks.push_back("power_w");
    }
    out.others.push_back(marks);
    return out;
}

}  // namespace

TEST_CASE("a recording is played back on its own clock", "[replay]") {
    const auto source = sensors::make_replay(recording(), "old.csv");
    REQUIRE(source->channels().size() == 2);  // no utilisation in it
    CHECK(source->devices().front().kind == "gpu");
    CHECK(test::read(*source, -0.2)[0] == 50.0);
    CHECK(test::read(*source, 0.0)[0] == 50.0);
    CHECK(test::read(*source, 0.9)[0] == 50.0);
    CHECK(test::read(*source, 1.0)[0] == 51.0);
    CHECK(test::read(*source, 4.9)[0] == 52.0);
    CHECK(std::isnan(test::read(*source, 5.5)[0]));  // in the gap nobody knows
    CHECK(test::read(*source, 12.0)[0] == 60.0);
    CHECK(std::isnan(test::read(*source, 60.0)[0]));  // it is over
}

TEST_CASE("an estimate stays one when it is played back", "[replay]") {
    const auto source = sensors::make_replay(recording(), "old.csv");
    CHECK_FALSE(source->channels()[0].modelled);
    CHECK(source->channels()[1].column == "power_w");
    CHECK(source->channels()[1].modelled);
}

TEST_CASE("a recording without times cannot be played back", "[replay]") {
    Telemetry timeless = recording();
    for (double& t_s : timeless.t_s) t_s = kMissing;
    CHECK_THROWS_AS(sensors::make_replay(timeless, "old.csv"), Error);
}
