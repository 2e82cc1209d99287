#include <cmath>

#include "fake_machine.hpp"
#include "sensors/amdgpu.hpp"
#include "support/catch.hpp"

using namespace rle;
using test::FakeMachine;

namespace {

void add_card(FakeMachine& machine, const std::string& card) {
    const std::string device = "/sys/class/drm/" + card + "/device";
    const std::string chip = device + "/hwmon/hwmon5";
    machine.set(device + "/vendor", "0x1002\n");
    machine.set(device + "/product_name", "Radeon Fake\n");
    machine.set(device + "/gpu_busy_percent", "97\n");
    machine.set(device + "/mem_info_vram_used", "1073741824\n");
    machine.set(chip + "/name", "amdgpu\n");
    machine.set(chip + "/temp1_label", "edge\n");
    machine.set(chip + "/temp1_input", "64000\n");
    machine.set(chip + "/temp1_crit", "100000\n");
    machine.set(chip + "/temp2_label", "junction\n");
    machine.set(chip + "/temp2_input", "80000\n");
    machine.set(chip + "/power1_average", "203000000\n");
    machine.set(chip + "/power1_cap", "220000000\n");
    machine.set(chip + "/pwm1", "51\n");
    machine.set(chip + "/freq1_input", "1800000000\n");
}

}  // namespace

TEST_CASE("an AMD GPU is read from sysfs", "[amdgpu]") {
    FakeMachine machine("desktop");
    add_card(machine, "card0");
    machine.set("/sys/class/drm/card0-DP-1/status", "connected\n");
    machine.set("/sys/class/drm/card1/device/vendor", "0x8086\n");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_amdgpu(machine.root(), missing);
    REQUIRE(source);
    REQUIRE(source->devices().size() == 1);
    const DeviceInfo& gpu = source->devices()[0];
    CHECK(gpu.name == "gpu");
    CHECK(gpu.model == "Radeon Fake");
    CHECK(gpu.rated_power_w == 220.0);
    CHECK(gpu.temp_limit_c == 100.0);
    const auto values = test::read(*source, 0.0);
    const std::vector<double> expected{64.0, 203.0, 97.0, 20.0, 1800.0, 1024.0};
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(expected[i]));
}

TEST_CASE("newer kernels name the power differently, and accelerators have no edge", "[amdgpu]") {
    FakeMachine machine("desktop");
    add_card(machine, "card0");
    const std::string chip = "/sys/class/drm/card0/device/hwmon/hwmon5";
    machine.remove(chip + "/power1_average");
    machine.set(chip + "/power1_input", "150000000\n");
    machine.remove(chip + "/temp1_label");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_amdgpu(machine.root(), missing);
    REQUIRE(source);
    const auto values = test::read(*source, 0.0);
    CHECK(values[0] == Approx(80.0));
    CHECK(values[1] == Approx(150.0));
}

TEST_CASE("several cards are numbered", "[amdgpu]") {
    FakeMachine machine("desktop");
    add_card(machine, "card0");
    add_card(machine, "card1");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_amdgpu(machine.root(), missing);
    REQUIRE(source);
    CHECK(source->devices()[1].name == "gpu1");
}
