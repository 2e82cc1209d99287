#include "sensors/rapl.hpp"

#include <unistd.h>

#include <cmath>

#include "fake_machine.hpp"
#include "sensors/sensor_set.hpp"
#include "support/catch.hpp"

using namespace rle;
using test::FakeMachine;

namespace {

const std::string kPackage = "/sys/class/powercap/intel-rapl:0";

}  // namespace

TEST_CASE("power is what the package's counter rose by, energy its total", "[rapl]") {
    FakeMachine machine("desktop");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_rapl(machine.root(), missing);
    REQUIRE(source);
    CHECK(source->devices().front().rated_power_w == 95.0);
    auto values = test::read(*source, 0.0);
    CHECK(std::isnan(values[0]));
    CHECK(values[1] == 0.0);
    machine.set(kPackage + "/energy_uj", "47500000\n");  // 42.5 J more
    values = test::read(*source, 0.5);
    CHECK(values[0] == Approx(85.0));
    CHECK(values[1] == Approx(42.5));
}

TEST_CASE("a counter that wraps around goes on", "[rapl]") {
    FakeMachine machine("desktop");
    machine.set(kPackage + "/max_energy_range_uj", "100000000\n");
    machine.set(kPackage + "/energy_uj", "99000000\n");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_rapl(machine.root(), missing);
    REQUIRE(source);
    test::read(*source, 0.0);
    machine.set(kPackage + "/energy_uj", "9000000\n");  // 1 J to the top, 9 J from 0
    const auto values = test::read(*source, 1.0);
    CHECK(values[0] == Approx(10.0));
    CHECK(values[1] == Approx(10.0));
}

TEST_CASE("two packages count together; their parts and the whole machine do not", "[rapl]") {
    FakeMachine machine("desktop");
    const std::string second = "/sys/class/powercap/intel-rapl:2";
    machine.set(second + "/name", "package-1\n");
    machine.set(second + "/energy_uj", "0\n");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_rapl(machine.root(), missing);
    REQUIRE(source);
    CHECK_FALSE(source->devices().front().rated_power_w);  // the second does not say its limit
    test::read(*source, 0.0);
    machine.set(kPackage + "/energy_uj", "15000000\n");
    machine.set(second + "/energy_uj", "20000000\n");
    CHECK(test::read(*source, 1.0)[0] == Approx(30.0));
}

TEST_CASE("a counter that goes away leaves a gap, then power over the whole of it", "[rapl]") {
    FakeMachine machine("desktop");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_rapl(machine.root(), missing);
    REQUIRE(source);
    test::read(*source, 0.0);
    machine.set(kPackage + "/energy_uj", "");
    CHECK(std::isnan(test::read(*source, 1.0)[0]));
    CHECK_FALSE(source->problem().empty());
    machine.set(kPackage + "/energy_uj", "45000000\n");
    CHECK(test::read(*source, 2.0)[0] == Approx(20.0));
    CHECK(source->problem().empty());
}

TEST_CASE("a counter that cannot be read is no source but a reason and a hint", "[rapl]") {
    FakeMachine machine("desktop");
    machine.remove(kPackage + "/energy_uj");
    std::filesystem::create_directory(machine.at(kPackage + "/energy_uj"));  // even root cannot read this
    std::vector<sensors::Missing> missing;
    CHECK_FALSE(sensors::probe_rapl(machine.root(), missing));
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].column == "power_w");
    CHECK(missing[0].reason == kPackage + "/energy_uj: is a directory");
}

TEST_CASE("a counter for root alone says how to get at it", "[rapl]") {
    FakeMachine machine("desktop");
    std::filesystem::permissions(machine.at(kPackage + "/energy_uj"), std::filesystem::perms::none);
    std::filesystem::permissions(machine.at("/"), std::filesystem::perms(0755));
    const bool root = geteuid() == 0;  // who reads everything
    if (root) REQUIRE(seteuid(65534) == 0);
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_rapl(machine.root(), missing);
    const sensors::SensorSet set(sensors::probe_all(machine.root()), {});
    if (root) REQUIRE(seteuid(0) == 0);
    CHECK_FALSE(source);
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].reason == kPackage + "/energy_uj: permission denied");
    CHECK(missing[0].hint.find("run as root") != std::string::npos);
    // A recording says so too, before it says that it estimates.
    REQUIRE(set.warnings().size() == 2);
    CHECK(set.warnings()[0] == "cpu: power_w cannot be read: " + missing[0].reason + "; " + missing[0].hint);
    CHECK(set.warnings()[1].find("power_w is an estimate") != std::string::npos);
}
