#include "sensors/sensor_set.hpp"

#include <algorithm>
#include <cmath>

#include "fake_machine.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"

using namespace rle;
using sensors::SensorSet;
using test::FakeMachine;

namespace {

SensorSet set_of(const FakeMachine& machine, const sensors::Selection& selection = {}) {
    return SensorSet(sensors::probe_all(machine.root()), selection);
}

double value(const SensorSet& set, const std::string& device, const std::string& column) {
    for (std::size_t d = 0; d < set.devices().size(); ++d) {
        for (std::size_t c = 0; c < set.columns().size(); ++c) {
            if (set.devices()[d].name == device && set.columns()[c] == column) return set.value(d, c);
        }
    }
    FAIL("no " << device << " " << column);
    return kMissing;
}

// A source that says what it is told to.
class Fixed final : public sensors::Source {
  public:
    Fixed(const DeviceInfo& device, std::string column, double reading) : reading_(reading) {
        devices_.push_back(device);
        sensors::Channel channel;
        channel.device = device.name;
        channel.column = std::move(column);
        channel.source = "fixed";
        channels_.push_back(channel);
    }
    void read(const sensors::Instant&, std::span<double> values) override { values[0] = reading_; }

  private:
    double reading_;
};

DeviceInfo gpu(const std::string& name, const std::string& uuid) {
    DeviceInfo device;
    device.name = name;
    device.kind = "gpu";
    device.uuid = uuid;
    return device;
}

}  // namespace

TEST_CASE("each quantity comes from the first source that gives it", "[sensor_set]") {
    FakeMachine machine("desktop");
    SensorSet set = set_of(machine);
    REQUIRE(set.devices().size() == 1);
    CHECK(set.columns() == std::vector<std::string>{"temp_c", "power_w", "util_pct", "energy_j"});
    set.read(0.0);
    CHECK(value(set, "cpu", "temp_c") == 52.0);  // hwmon, not the thermal zone's 51
    const DeviceInfo& cpu = set.devices().front();
    CHECK(cpu.sources.at("temp_c") == "hwmon:/sys/class/hwmon/hwmon2/temp1_input");
    CHECK(cpu.rated_power_w == 95.0);
    CHECK(cpu.temp_limit_c == 100.0);
    CHECK(cpu.modelled.empty());
    CHECK(set.missing().empty());
    CHECK(set.warnings().empty());
    CHECK_FALSE(set.any_modelled());
}

TEST_CASE("a mean over the sampling interval tells of its middle", "[sensor_set]") {
    FakeMachine machine("desktop");
    sensors::Selection selection;
    selection.sample_hz = 2.0;
    CHECK(set_of(machine, selection).devices().front().sensor_delay_s.at("power_w") == 0.25);
    selection.sample_hz = 100.0;  // not below the window over which the counters are taken
    CHECK(set_of(machine, selection).devices().front().sensor_delay_s.at("power_w") == 0.05);
    CHECK(set_of(machine, selection).devices().front().sensor_delay_s.count("temp_c") == 0);
}

TEST_CASE("what nothing measures is estimated, marked and warned of", "[sensor_set]") {
    FakeMachine machine("desktop");
    machine.remove("/sys");
    SensorSet set = set_of(machine);
    CHECK(set.devices().front().modelled == std::vector<std::string>{"power_w", "temp_c"});
    CHECK(set.devices().front().sources.at("power_w") == "model");
    REQUIRE(set.warnings().size() == 1);
    CHECK(set.warnings()[0].find("not measured") != std::string::npos);
    CHECK(set.missing().size() == 2);
    set.read(0.0);
    machine.set("/proc/stat", "cpu  1100 0 500 8100 500 0 0 0 0 0\n");  // 100 busy of 200
    set.read(1.0);
    CHECK(value(set, "cpu", "util_pct") == 50.0);
    CHECK(value(set, "cpu", "power_w") == Approx(37.5));  // half way from 10 to 65 W
}

TEST_CASE("one missing quantity is estimated from the measured other", "[sensor_set]") {
    FakeMachine machine("desktop");
    machine.remove("/sys/class/hwmon");
    machine.remove("/sys/class/thermal");
    SensorSet set = set_of(machine);
    CHECK(set.devices().front().modelled == std::vector<std::string>{"temp_c"});
    CHECK(set.devices().front().sources.at("power_w").rfind("rapl:", 0) == 0);
}

TEST_CASE("estimates can be forbidden, and preferred", "[sensor_set]") {
    FakeMachine machine("desktop");
    sensors::Selection selection;
    selection.estimate = sensors::Estimate::always;
    selection.rated_power_w = 200.0;
    selection.idle_power_w = 30.0;
    CHECK(set_of(machine, selection).devices().front().modelled ==
          std::vector<std::string>{"power_w", "temp_c"});
    machine.remove("/sys");
    selection.estimate = sensors::Estimate::never;
    SensorSet measured = set_of(machine, selection);
    CHECK_FALSE(measured.any_modelled());
    measured.read(0.0);
    CHECK(std::isnan(value(measured, "cpu", "temp_c")));
    CHECK(measured.devices().front().rated_power_w == 200.0);
}

TEST_CASE("devices are chosen by kind and by name", "[sensor_set]") {
    FakeMachine machine("board");
    CHECK(set_of(machine).devices().size() == 2);
    sensors::Selection selection;
    selection.mode = "gpu";
    REQUIRE(set_of(machine, selection).devices().size() == 1);
    CHECK(set_of(machine, selection).devices().front().name == "gpu");
    selection.mode = "both";
    selection.devices = {"cpu"};
    CHECK(set_of(machine, selection).devices().front().name == "cpu");
    selection.devices = {"gpu7"};
    CHECK_THROWS_WITH(set_of(machine, selection), "--device gpu7: no such device; here there are: cpu, gpu");
    FakeMachine desktop("desktop");
    selection.devices.clear();
    selection.mode = "gpu";
    CHECK_THROWS_AS(set_of(desktop, selection), Error);
}

TEST_CASE("a GPU of another maker is another device", "[sensor_set]") {
    sensors::Probed probed;
    probed.sources.push_back(std::make_unique<Fixed>(gpu("gpu", "GPU-1"), "temp_c", 50.0));
    probed.sources.push_back(std::make_unique<Fixed>(gpu("gpu", "0000:03:00.0"), "temp_c", 60.0));
    probed.sources.push_back(std::make_unique<Fixed>(gpu("gpu", "GPU-1"), "util_pct", 70.0));
    SensorSet set(std::move(probed), {});
    REQUIRE(set.devices().size() == 2);
    set.read(0.0);
    CHECK(value(set, "gpu", "temp_c") == 50.0);
    CHECK(value(set, "gpu", "util_pct") == 70.0);
    CHECK(value(set, "gpu1", "temp_c") == 60.0);
}

TEST_CASE("a reading outside physics is none", "[sensor_set]") {
    sensors::Probed probed;
    probed.sources.push_back(std::make_unique<Fixed>(gpu("gpu", ""), "temp_c", 82505.0));
    SensorSet set(std::move(probed), {});
    set.read(0.0);
    CHECK(std::isnan(value(set, "gpu", "temp_c")));
}
