// Through the same dlopen as on a real machine, with a stand-in for the driver's library.
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "fake_machine.hpp"
#include "rlecouple/error.hpp"
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
    REQUIRE(set.problems().size() == 2);  // one a GPU
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
    REQUIRE(set.problems().size() == 2);
    CHECK(set.problems()[0].find("no answer within") != std::string::npos);
}

TEST_CASE("a limit that is told only as a margin becomes a temperature", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("slowdown=-1\n");  // as the documentation announces it from Ada on
    // 50 degC now, 36 K below the hottest that it may work at, which the slowdown lies 2 K above
    CHECK(gpus_of(machine).devices()[0].temp_limit_c == 50.0 + 36.0 + 2.0);
    machine.readings("slowdown=0\n");
    CHECK(gpus_of(machine).devices()[0].temp_limit_c == 88.0);
}

TEST_CASE("what is no longer, or not yet, told in one way is asked for in another", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("enforced=0\nenergy_mj=-1\npower_ns=-1\nthermal_ns=-1\ntemp=-1\nfield_type=3\n");
    sensors::SensorSet set = gpus_of(machine);
    set.read(0.0);
    CHECK(set.devices()[0].rated_power_w == 350.0);                // the default limit
    CHECK(value(set, "gpu0", "energy_j") == Approx(77.0));         // field 83, mJ
    CHECK(value(set, "gpu0", "throttle_power_s") == Approx(1.5));  // field 74, ns
    CHECK(value(set, "gpu0", "throttle_thermal_s") == -1.0);       // field 75 is not supported
    CHECK(value(set, "gpu1", "temp_c") == 58.0);                   // nvmlDeviceGetTemperatureV
    CHECK(value(set, "gpu0", "power_w") == Approx(250.0));         // a field of 64 bits
}

TEST_CASE("a board without fans or average power has no such columns", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("average=0\n");
    sensors::SensorSet set = gpus_of(machine);
    set.read(0.0);
    for (const char* column : {"fan_pct", "power_average_w", "mem_temp_c"})
        CHECK(value(set, "gpu0", column) == -1.0);
    CHECK(set.problems().empty());
    machine.readings("fan=30\nmemory_temp=61\n");
    sensors::SensorSet other = gpus_of(machine);
    other.read(0.0);
    CHECK(value(other, "gpu0", "fan_pct") == 30.0);
    CHECK(value(other, "gpu0", "mem_temp_c") == 61.0);
}

TEST_CASE("of old boards' power it is known whether it is an average", "[nvml]") {
    const auto delayed = [](const std::string& readings) {
        NvidiaMachine machine(RLE_FAKE_NVML_OLD_LIBRARY);
        machine.readings(readings);
        return gpus_of(machine).devices()[0].sensor_delay_s.count("power_w") == 1;
    };
    CHECK(delayed("architecture=7\nname=NVIDIA GeForce RTX 3090\n"));
    CHECK(delayed("architecture=7\nname=NVIDIA RTX A3000 Laptop GPU\n"));
    CHECK_FALSE(delayed("architecture=7\nname=NVIDIA A100-SXM4-80GB\n"));
    CHECK_FALSE(delayed("architecture=7\nname=NVIDIA A30\n"));
    CHECK_FALSE(delayed("architecture=6\nname=Tesla T4\n"));
    CHECK_FALSE(delayed("architecture=4294967295\nname=Unknown\n"));
}

TEST_CASE("a GPU that MIG divides says why it has no utilisation", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("mig=1\nutil=-1\n");
    const sensors::SensorSet set = gpus_of(machine);
    REQUIRE(set.missing().size() == 2);
    CHECK(set.missing()[0].device == "gpu0");
    CHECK(set.missing()[0].column == "util_pct");
    CHECK(set.missing()[0].reason.find("MIG") != std::string::npos);
}

TEST_CASE("a GPU that others may not open is missing, with the reason", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("refused_gpu=0\n");
    const sensors::SensorSet set = gpus_of(machine);
    REQUIRE(set.devices().size() == 1);
    CHECK(set.devices()[0].name == "gpu1");
    REQUIRE(set.missing().size() == 1);
    CHECK(set.missing()[0].device == "gpu0");
    CHECK(set.missing()[0].reason == "NVML: Insufficient Permissions");
}

TEST_CASE("a GPU is picked by name, index or UUID", "[nvml]") {
    NvidiaMachine machine;
    const auto picked = [&](const std::string& name) {
        sensors::Selection selection;
        selection.devices = {name};
        return sensors::SensorSet(sensors::probe_all(machine.root()), selection).devices().front().name;
    };
    CHECK(picked("gpu1") == "gpu1");
    CHECK(picked("1") == "gpu1");
    CHECK_THROWS_AS(picked("2"), Error);
    machine.readings("count=1\n");
    for (const char* name : {"gpu", "gpu0", "0", "GPU-0"}) CHECK(picked(name) == "gpu");
}

TEST_CASE("of eight GPUs read at once, a slow one keeps none of the others waiting", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("count=8\n");
    sensors::Selection selection;
    selection.mode = "gpu";
    selection.sample_hz = 2.0;
    selection.estimate = sensors::Estimate::never;
    sensors::SensorSet set(sensors::probe_all(machine.root()), selection);
    machine.readings("count=8\nslow_gpu=3\nslow_s=0.5\n");
    for (int i = 0; i < 20 && (i == 0 || set.problems().size() != 1); ++i)
        set.read(i);  // in case we are busy
    for (const auto& device : set.devices())
        CHECK(std::isnan(value(set, device.name, "temp_c")) == (device.name == "gpu3"));
    REQUIRE(set.problems().size() == 1);
    CHECK(set.problems()[0] == "gpu3: no answer within 0.25 s");
}

TEST_CASE("a library of another version than its module says what to do", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("init=18\n");
    machine.set("/proc/driver/nvidia/version", "NVRM version: ...\n");
    std::vector<sensors::Missing> missing;
    CHECK(sensors::probe_nvml(machine.root(), missing).empty());
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].reason.find("version mismatch") != std::string::npos);
    CHECK(missing[0].hint.find("reboot") != std::string::npos);
}

TEST_CASE("a library without its driver is no source", "[nvml]") {
    NvidiaMachine machine;
    machine.readings("init=9\n");
    std::vector<sensors::Missing> missing;
    CHECK(sensors::probe_nvml(machine.root(), missing).empty());
    CHECK(missing.empty());
    machine.set("/proc/driver/nvidia/version", "NVRM version: ...\n");
    CHECK(sensors::probe_nvml(machine.root(), missing).empty());
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].reason == "NVML cannot be initialised: Driver Not Loaded");
}
