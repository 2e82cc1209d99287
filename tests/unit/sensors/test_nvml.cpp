// Through the same dlopen as on a real machine, with a stand-in for the driver's library.
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "fake_machine.hpp"
#include "sensors/nvml.hpp"
#include "sensors/patient.hpp"
#include "sensors/sensor_set.hpp"
#include "support/catch.hpp"

using namespace rle;
using test::FakeMachine;

namespace {

class NvidiaMachine : public FakeMachine {
  public:
    explicit NvidiaMachine(const char* library = RLE_FAKE_NVML_LIBRARY) : FakeMachine("desktop") {
        std::filesystem::create_directories(at("/usr/lib"));
        std::filesystem::create_symlink(library, at("/usr/lib/libnvidia-ml.so.1"));
        readings("");
        setenv("RLE_FAKE_NVML", at("/readings").c_str(), 1);
    }
    void readings(const std::string& lines) { set("/readings", lines); }
};

double value(const sensors::SensorSet& set, const std::string& device, const std::string& column) {
    for (std::size_t d = 0; d < set.devices().size(); ++d) {
        for (std::size_t c = 0; c < set.columns().size(); ++c) {
            if (set.devices()[d].name == device && set.columns()[c] == column) return set.value(d, c);
        }
    }
    return -1.0;
}

sensors::SensorSet gpus_of(const FakeMachine& machine) {
    sensors::Selection selection;
    selection.mode = "gpu";
    selection.estimate = sensors::Estimate::never;
    return sensors::SensorSet(sensors::probe_all(machine.root()), selection);
}

}  // namespace

TEST_CASE("NVML's readings come in our units, device by device", "[nvml]") {
    const NvidiaMachine machine;
    sensors::SensorSet set = gpus_of(machine);
    REQUIRE(set.devices().size() == 2);
    set.read(0.0);
    CHECK(value(set, "gpu0", "temp_c") == 50.0);
    CHECK(value(set, "gpu1", "temp_c") == 60.0);
    CHECK(value(set, "gpu0", "power_w") == Approx(250.0));
    CHECK(value(set, "gpu0", "power_average_w") == Approx(220.0));
    CHECK(value(set, "gpu0", "util_pct") == 80.0);
    CHECK(value(set, "gpu0", "energy_j") == Approx(123.456));
    CHECK(value(set, "gpu0", "clock_mhz") == 1500.0);
    CHECK(value(set, "gpu0", "mem_used_mib") == 2.0);
    CHECK(value(set, "gpu0", "throttle") == 0.0);
    CHECK(value(set, "gpu0", "throttle_power_s") == Approx(2.5));
    CHECK(value(set, "gpu0", "fan_pct") == -1.0);  // not supported: no such column
    const DeviceInfo& gpu = set.devices()[0];
    CHECK(gpu.model == "Fake GPU");
    CHECK(gpu.driver == "NVIDIA 550.00");
    CHECK(gpu.uuid == "GPU-0");
    CHECK(gpu.rated_power_w == 300.0);
    CHECK(gpu.temp_limit_c == 90.0);
    CHECK(gpu.sensor_delay_s.at("power_w") < 0.1);  // the instant reading
    CHECK(gpu.sensor_delay_s.at("power_average_w") > 0.4);
}

TEST_CASE("a single GPU is called gpu, and a UUID picks one of several", "[nvml]") {
    NvidiaMachine machine;
    sensors::Selection selection;
    selection.devices = {"GPU-10"};
    CHECK(sensors::SensorSet(sensors::probe_all(machine.root()), selection).devices().front().name == "gpu1");
    machine.readings("count=1\n");
    CHECK(gpus_of(machine).devices().front().name == "gpu");
}

TEST_CASE("each reason that holds the clocks down is throttling, idling is not", "[nvml]") {
    NvidiaMachine machine;
    sensors::SensorSet set = gpus_of(machine);
    const std::vector<std::pair<int, double>> expected{{0x0, 0},  {0x1, 0},  {0x2, 0},  {0x4, 1}, {0x8, 1},
                                                       {0x10, 0}, {0x20, 1}, {0x40, 1}, {0x80, 1}};
    for (const auto& [bits, flag] : expected) {
        machine.readings("reasons=" + std::to_string(bits) + "\n");
        set.read(0.0);
        CHECK(value(set, "gpu0", "throttle") == flag);
        CHECK(value(set, "gpu0", "throttle_reasons") == bits);
    }
}

TEST_CASE("an old driver gives what it has, and its power is known to be an average", "[nvml]") {
    const NvidiaMachine machine(RLE_FAKE_NVML_OLD_LIBRARY);
    sensors::SensorSet set = gpus_of(machine);
    set.read(0.0);
    CHECK(value(set, "gpu0", "power_w") == Approx(200.0));
    CHECK(set.devices()[0].sources.at("power_w") == "nvml:power.draw");
    CHECK(set.devices()[0].sensor_delay_s.at("power_w") > 0.4);  // the fake is a Hopper
    for (const char* column : {"energy_j", "throttle", "power_average_w"})
        CHECK(value(set, "gpu0", column) == -1.0);
}

TEST_CASE("sentinels are no readings", "[nvml]") {
    NvidiaMachine machine;
    sensors::SensorSet set = gpus_of(machine);
    machine.readings("temp=82505\ninstant_mw=4294967295\nutil=131\n");
    set.read(0.0);
    for (const char* column : {"temp_c", "power_w", "util_pct"})
        CHECK(std::isnan(value(set, "gpu0", column)));
    CHECK(value(set, "gpu0", "clock_mhz") == 1500.0);
}

TEST_CASE("a device that is lost in mid-session is a gap with a reason, and may come back", "[nvml]") {
    NvidiaMachine machine;
    sensors::SensorSet set = gpus_of(machine);
    set.read(0.0);
    CHECK(set.problems().empty());
    machine.readings("lost=1\n");
    set.read(1.0);
    CHECK(std::isnan(value(set, "gpu0", "temp_c")));
    REQUIRE(set.problems().size() == 1);
    CHECK(set.problems()[0] == "gpu0: NVML: nvmlDeviceGetTemperature: GPU is lost");
    machine.readings("");
    set.read(2.0);
    CHECK(value(set, "gpu0", "temp_c") == 50.0);
    CHECK(set.problems().empty());
}

TEST_CASE("a call that hangs is a gap with a reason and does not hold up the others", "[nvml]") {
    NvidiaMachine machine;
    sensors::Selection selection;
    selection.estimate = sensors::Estimate::never;
    sensors::SensorSet set(sensors::probe_all(machine.root()), selection);
    set.read(0.0);
    machine.readings("hang_s=0.5\n");
    set.read(1.0);
    CHECK(std::isnan(value(set, "gpu0", "temp_c")));
    CHECK(value(set, "cpu", "temp_c") == 52.0);
    REQUIRE(set.problems().size() == 1);
    CHECK(set.problems()[0].find("no answer within") != std::string::npos);
}

TEST_CASE("a library without its driver is no source", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("init=9\n");
    std::vector<sensors::Missing> missing;
    CHECK_FALSE(sensors::probe_nvml(machine.root(), missing));
    CHECK(missing.empty());
    machine.set("/proc/driver/nvidia/version", "NVRM version: ...\n");
    CHECK_FALSE(sensors::probe_nvml(machine.root(), missing));
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].reason == "NVML cannot be initialised: Driver Not Loaded");
}
