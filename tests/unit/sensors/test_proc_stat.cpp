#include "sensors/proc_stat.hpp"

#include <cmath>

#include "fake_machine.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"

using namespace rle;
using test::FakeMachine;

namespace {

// user nice system idle iowait irq softirq steal
void set_times(FakeMachine& machine, int user, int system, int idle, int iowait) {
    machine.set("/proc/stat", "cpu  " + std::to_string(user) + " 0 " + std::to_string(system) + " " +
                                  std::to_string(idle) + " " + std::to_string(iowait) + " 0 0 0 0 0\n");
}

}  // namespace

TEST_CASE("utilisation is the share of time that was neither idle nor waiting", "[proc_stat]") {
    FakeMachine machine("desktop");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_proc_stat(machine.root(), missing);
    REQUIRE(source);
    CHECK(source->devices().front().model == "Intel(R) Core(TM) i7-0000 CPU @ 3.00GHz");
    set_times(machine, 1000, 500, 8000, 500);
    CHECK(std::isnan(test::read(*source, 0.0)[0]));  // nothing to compare with yet
    set_times(machine, 1040, 510, 8130, 520);        // 50 busy of 200
    CHECK(test::read(*source, 1.0)[0] == 25.0);
    set_times(machine, 1240, 510, 8130, 520);
    CHECK(test::read(*source, 2.0)[0] == 100.0);
}

TEST_CASE("at a high rate the share is taken over a tenth of a second, not over one step of the counters",
          "[proc_stat]") {
    FakeMachine machine("desktop");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_proc_stat(machine.root(), missing);
    REQUIRE(source);
    for (int k = 0; k <= 20; ++k) {  // 100 Hz; one tick a reading, busy in the second half only
        set_times(machine, k <= 10 ? 0 : k - 10, 0, k <= 10 ? k : 10, 0);
        const double share = test::read(*source, k * 0.01)[0];
        if (k == 15) CHECK(share == 50.0);  // readings 5 to 15: five idle, five busy
        if (k == 20) CHECK(share == 100.0);
    }
}

TEST_CASE("times that stand still or run backwards give no reading", "[proc_stat]") {
    FakeMachine machine("desktop");
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_proc_stat(machine.root(), missing);
    REQUIRE(source);
    test::read(*source, 0.0);
    CHECK(std::isnan(test::read(*source, 1.0)[0]));
    set_times(machine, 1, 1, 1, 1);
    CHECK(std::isnan(test::read(*source, 2.0)[0]));
}

TEST_CASE("without /proc/stat there is no source but a reason", "[proc_stat]") {
    FakeMachine machine("desktop");
    machine.remove("/proc/stat");
    std::vector<sensors::Missing> missing;
    CHECK_FALSE(sensors::probe_proc_stat(machine.root(), missing));
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].column == "util_pct");
}

TEST_CASE("lists of CPUs are read as the kernel writes them", "[proc_stat]") {
    const auto cpus = sensors::parse_cpu_list("0-2,5");
    REQUIRE(cpus);
    CHECK(*cpus == sensors::CpuList{true, true, true, false, false, true});
    CHECK(sensors::parse_cpu_list("3") == sensors::CpuList{false, false, false, true});
    for (const char* none : {"", "a", "2-1", "1,", "1;2", "-3", "0-", "99999", "0-99999999999999999999"}) {
        INFO(none);
        CHECK_FALSE(sensors::parse_cpu_list(none));
    }
}

TEST_CASE("a group of cores is read for itself, also where CPUs are offline", "[proc_stat]") {
    FakeMachine machine("desktop");
    // cpu1 is offline: it has no line
    machine.set("/proc/stat",
                "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 100 0 0 100 0 0 0 0 0 0\n"
                "cpu2 100 0 0 100 0 0 0 0 0 0\ncpu3 100 0 0 100 0 0 0 0 0 0\nintr 1\n");
    const auto source = sensors::make_core_group(machine.root(), *sensors::parse_cpu_list("2-3"), "2-3");
    test::read(*source, 0.0);
    machine.set("/proc/stat",
                "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 900 0 0 100 0 0 0 0 0 0\n"
                "cpu2 130 0 0 170 0 0 0 0 0 0\ncpu3 120 0 0 180 0 0 0 0 0 0\nintr 1\n");
    CHECK(test::read(*source, 1.0)[0] == 25.0);  // (30 + 20) busy of 200
    CHECK(source->channels()[0].source == "proc:/proc/stat CPUs 2-3");
    try {
        sensors::make_core_group(machine.root(), *sensors::parse_cpu_list("0-1"), "0-1");
        FAIL("there is no CPU 1");
    } catch (const Error& error) {
        CHECK(std::string(error.what()).find("there is no CPU 1") != std::string::npos);
    }
}

TEST_CASE("sockets are columns of their own where there are several", "[proc_stat]") {
    FakeMachine machine("desktop");
    for (int cpu = 0; cpu < 4; ++cpu) {
        machine.set("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/physical_package_id",
                    std::to_string(cpu % 2) + "\n");
    }
    const auto times = [&](int idle, int even, int odd) {  // of each CPU
        std::string lines;
        for (int cpu = 0; cpu < 4; ++cpu) {
            const int busy = cpu % 2 == 0 ? even : odd;
            lines += "cpu" + std::to_string(cpu) + " " + std::to_string(busy) + " 0 0 " +
                     std::to_string(idle + 100 - busy) + " 0 0 0 0 0 0\n";
        }
        const int busy = 2 * (even + odd);
        machine.set("/proc/stat", "cpu  " + std::to_string(busy) + " 0 0 " +
                                      std::to_string(4 * (idle + 100) - busy) + " 0 0 0 0 0 0\n" + lines);
    };
    times(0, 0, 0);
    std::vector<sensors::Missing> missing;
    const auto source = sensors::probe_proc_stat(machine.root(), missing);
    REQUIRE(source->channels().size() == 3);
    CHECK(source->channels()[2].column == "util_socket1_pct");
    test::read(*source, 0.0);
    times(100, 80, 20);  // 100 more have gone by
    const auto values = test::read(*source, 1.0);
    CHECK(values[0] == 50.0);
    CHECK(values[1] == 80.0);
    CHECK(values[2] == 20.0);
}
