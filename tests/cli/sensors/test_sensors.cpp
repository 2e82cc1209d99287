#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace rle::test;

namespace {

const std::string kMachines = std::string(RLE_TEST_DATA) + "/sysroot/";

Finished sensors(const std::string& machine, std::vector<std::string> more = {}) {
    std::vector<std::string> args{"sensors", "--root", kMachines + machine};
    args.insert(args.end(), more.begin(), more.end());
    return rlecouple(args);
}

}  // namespace

TEST_CASE("each quantity stands with its value, unit and source", "[sensors]") {
    const Finished done = sensors("desktop");
    CHECK(done.exit_code == 0);
    CHECK(done.err.empty());
    CHECK(done.out.find("cpu: Intel(R) Core(TM) i7-0000 CPU @ 3.00GHz, rated 95 W, throttles at 100 degC") !=
          std::string::npos);
    CHECK(done.out.find("hwmon:/sys/class/hwmon/hwmon2/temp1_input") != std::string::npos);
    CHECK(done.out.find("missing") == std::string::npos);
}

// What a firmware calls itself is in whatever code page it was made with.
TEST_CASE("--json is JSON whatever the machine's names are made of", "[sensors]") {
    const TempDir dir;
    std::filesystem::copy(kMachines + "desktop", dir.path(), std::filesystem::copy_options::recursive);
    write_file(dir / "proc/cpuinfo", "model name\t: Caf\xe9 CPU\n");
    const Finished done = rlecouple({"sensors", "--root", dir.path().string(), "--json"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(nlohmann::json::parse(done.out)["devices"][0]["model"] == "Caf\xef\xbf\xbd CPU");
}

TEST_CASE("--json says the same to a program", "[sensors]") {
    const auto out = nlohmann::json::parse(sensors("desktop", {"--json"}).out);
    CHECK(out["schema"] == "rlecouple.sensors/1");
    REQUIRE(out["devices"].size() == 1);
    const auto& temp = out["devices"][0]["quantities"][0];
    CHECK(temp["name"] == "temp_c");
    CHECK(temp["value"] == 52.0);
    CHECK(temp["unit"] == "degC");
    CHECK(temp["resolution"] == 1.0);
    const auto& power = out["devices"][0]["quantities"][1];
    CHECK(power["name"] == "power_w");
    CHECK(power["value"] == 0.0);  // the fake counter stands still: no joules, no watts
    CHECK(out["devices"][0]["quantities"][2]["value"]
              .is_null());  // and neither does time go on in the fake /proc/stat
}

TEST_CASE("what is missing stands with what would provide it", "[sensors]") {
    const Finished done = sensors("board", {"--mode", "cpu"});
    CHECK(done.exit_code == 0);
    CHECK(done.out.find("cpu power_w: no RAPL counters") != std::string::npos);
    const auto out = nlohmann::json::parse(sensors("board", {"--json", "--mode", "cpu"}).out);
    REQUIRE(out["missing"].size() >= 1);
    CHECK(out["missing"][0]["quantity"] == "power_w");
    CHECK_FALSE(out["missing"][0]["hint"].is_null());
}

TEST_CASE("--require is a check: exit 3 and one line that says what to do", "[sensors]") {
    CHECK(sensors("desktop", {"--require", "temp,power"}).exit_code == 0);
    const Finished refused = sensors("board", {"--require", "temp,power"});
    CHECK(refused.exit_code == 3);
    CHECK(refused.err.find("rlecouple: --require power: no device gives power (cpu: no RAPL counters") == 0);
    CHECK(sensors("board", {"--require", "temp"}).exit_code == 0);
    CHECK(sensors("board", {"--require", "noise"}).exit_code == 2);
}

TEST_CASE("--require names all that is missing, each with what would provide it", "[sensors]") {
    TempDir dir;
    std::filesystem::create_directories(dir / "proc");
    write_file(dir / "proc/stat", "cpu  100 0 100 1000 0 0 0 0 0 0\n");
    const Finished refused = rlecouple({"sensors", "--root", dir.path().string(), "--require", "power,temp"});
    CHECK(refused.exit_code == 3);
    CHECK(refused.err.find("rlecouple: --require temp,power: no device gives temp (cpu: no hwmon chip") == 0);
    CHECK(refused.err.find("modprobe coretemp") != std::string::npos);
    CHECK(refused.err.find("), nor power (cpu: no RAPL counters") != std::string::npos);
    CHECK(refused.err.find("modprobe intel_rapl_msr") != std::string::npos);
    CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
}

TEST_CASE("--probe adds what it measured, and nothing where nothing moved", "[sensors]") {
    const auto out = nlohmann::json::parse(sensors("desktop", {"--json", "--probe", "1"}).out);
    const auto& probed = out["devices"][0]["quantities"][0]["probed"];
    REQUIRE(probed.is_object());
    CHECK(probed["update_period_s"].is_null());  // a file that stands still
    CHECK(nlohmann::json::parse(sensors("desktop", {"--json"}).out)["devices"][0]["quantities"][0]["probed"]
              .is_null());
    CHECK(sensors("desktop", {"--probe", "1"}).out.find("step_delay_s") != std::string::npos);
}

TEST_CASE("a machine without /proc is told as such", "[sensors]") {
    TempDir empty;
    const Finished done = rlecouple({"sensors", "--root", empty.path().string()});
    CHECK(done.exit_code == 1);
    CHECK(done.err == "rlecouple: no sensor can be read on this machine; is /proc mounted?\n");
}
