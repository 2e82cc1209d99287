// hwmon and thermal zones
#include <cmath>

#include "fake_machine.hpp"
#include "sensors/hwmon.hpp"
#include "sensors/thermal_zone.hpp"
#include "support/catch.hpp"

using namespace rle;
using test::FakeMachine;

TEST_CASE("the package's temperature is read, not a core's and not the board's", "[hwmon]") {
    FakeMachine machine("desktop");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_hwmon(machine.root(), missing);
    REQUIRE(source);
    CHECK(test::read(*source, 0.0) == std::vector<double>{52.0});
    CHECK(source->devices().front().temp_limit_c == 100.0);
    CHECK(source->channels().front().source == "hwmon:/sys/class/hwmon/hwmon2/temp1_input");
    machine.set("/sys/class/hwmon/hwmon2/temp1_input", "61000\n");
    CHECK(test::read(*source, 1.0) == std::vector<double>{61.0});
}

TEST_CASE("of two packages the hotter counts", "[hwmon]") {
    FakeMachine machine("desktop");
    machine.set("/sys/class/hwmon/hwmon3/name", "coretemp\n");
    machine.set("/sys/class/hwmon/hwmon3/temp1_label", "Package id 1\n");
    machine.set("/sys/class/hwmon/hwmon3/temp1_input", "70000\n");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_hwmon(machine.root(), missing);
    REQUIRE(source);
    CHECK(test::read(*source, 0.0) == std::vector<double>{70.0});
    machine.set("/sys/class/hwmon/hwmon3/temp1_input", "");
    CHECK(test::read(*source, 1.0) == std::vector<double>{52.0});
    CHECK(source->problem().find("hwmon3") != std::string::npos);
}

TEST_CASE("AMD's die temperature goes before the one that is offset for the fan", "[hwmon]") {
    FakeMachine machine("desktop");
    machine.remove("/sys/class/hwmon/hwmon2");
    machine.set("/sys/class/hwmon/hwmon1/name", "k10temp\n");
    machine.set("/sys/class/hwmon/hwmon1/temp1_label", "Tctl\n");
    machine.set("/sys/class/hwmon/hwmon1/temp1_input", "75125\n");
    std::vector<sensors::Missing> missing;
    auto source = sensors::probe_hwmon(machine.root(), missing);
    REQUIRE(source);
    CHECK(test::read(*source, 0.0) == std::vector<double>{75.125});
    machine.set("/sys/class/hwmon/hwmon1/temp2_label", "Tdie\n");
    machine.set("/sys/class/hwmon/hwmon1/temp2_input", "65125\n");
    source = sensors::probe_hwmon(machine.root(), missing);
    REQUIRE(source);
    CHECK(test::read(*source, 0.0) == std::vector<double>{65.125});
}

TEST_CASE("a machine without a CPU's chip has no hwmon source", "[hwmon]") {
    FakeMachine machine("board");
    std::vector<sensors::Missing> missing;
    CHECK_FALSE(sensors::probe_hwmon(machine.root(), missing));
    CHECK(missing.empty());
}

TEST_CASE("thermal zones give CPU and GPU, and the passive trip point is the limit", "[thermal]") {
    FakeMachine machine("board");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_thermal_zones(machine.root(), missing);
    REQUIRE(source);
    CHECK(test::read(*source, 0.0) == std::vector<double>{43.5, 41.25});
    CHECK(source->channels()[0].device == "cpu");
    CHECK(source->channels()[1].device == "gpu");
    CHECK(source->devices()[0].temp_limit_c == 97.0);
    CHECK_FALSE(source->devices()[1].temp_limit_c);
}
