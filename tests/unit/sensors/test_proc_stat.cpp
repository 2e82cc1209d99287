#include "sensors/proc_stat.hpp"

#include <cmath>

#include "fake_machine.hpp"
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
