#include "sensors/power_supply.hpp"

#include <cmath>

#include "fake_machine.hpp"
#include "support/catch.hpp"

using namespace rle;
using test::FakeMachine;

namespace {

const std::string kBattery = "/sys/class/power_supply/BAT0";

std::unique_ptr<sensors::Source> probe(const FakeMachine& machine) {
    std::vector<sensors::Missing> missing;
    return sensors::probe_power_supply(machine.root(), missing);
}

}  // namespace

TEST_CASE("a battery that is discharged tells of the machine's power", "[power_supply]") {
    FakeMachine machine("desktop");
    machine.set(kBattery + "/type", "Battery\n");
    machine.set(kBattery + "/status", "Discharging\n");
    machine.set(kBattery + "/power_now", "23456000\n");
    const auto source = probe(machine);
    REQUIRE(source);
    CHECK(source->channels()[0].column == "system_power_w");  // never the CPU's own
    CHECK(test::read(*source, 0.0)[0] == Approx(23.456));
    machine.set(kBattery + "/status", "Full\n");
    CHECK(std::isnan(test::read(*source, 1.0)[0]));  // on mains: nobody knows
    machine.set(kBattery + "/status", "Charging\n");
    CHECK(std::isnan(test::read(*source, 2.0)[0]));
}

TEST_CASE("a battery may tell of current and voltage instead, and a second one adds", "[power_supply]") {
    FakeMachine machine("desktop");
    for (const char* name : {"BAT0", "BAT1"}) {
        const std::string battery = std::string("/sys/class/power_supply/") + name;
        machine.set(battery + "/type", "Battery\n");
        machine.set(battery + "/status", "Discharging\n");
        machine.set(battery + "/current_now", "-1500000\n");  // some drivers sign it
        machine.set(battery + "/voltage_now", "12000000\n");
    }
    const auto source = probe(machine);
    REQUIRE(source);
    CHECK(test::read(*source, 0.0)[0] == Approx(36.0));
    machine.set("/sys/class/power_supply/BAT1/status", "Not charging\n");
    CHECK(test::read(*source, 1.0)[0] == Approx(18.0));
}

TEST_CASE("a charger and a mouse are no source", "[power_supply]") {
    FakeMachine machine("desktop");
    machine.set("/sys/class/power_supply/AC/type", "Mains\n");
    machine.set("/sys/class/power_supply/AC/online", "1\n");
    machine.set("/sys/class/power_supply/mouse/type", "Battery\n");
    machine.set("/sys/class/power_supply/mouse/scope", "Device\n");
    machine.set("/sys/class/power_supply/mouse/status", "Discharging\n");
    machine.set("/sys/class/power_supply/mouse/power_now", "1000\n");
    CHECK_FALSE(probe(machine));
}
