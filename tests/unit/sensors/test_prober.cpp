#include "sensors/prober.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"

using namespace rle;

namespace {

struct Series {
    std::vector<double> t_s, values;
};

// Read every 2 ms for 6 s.
template <typename Function>
Series read_as(Function value_at) {
    Series series;
    for (int i = 0; i < 3000; ++i) {
        series.t_s.push_back(i * 0.002);
        series.values.push_back(value_at(i * 0.002));
    }
    return series;
}

}  // namespace

TEST_CASE("the update period and the step of a reading are found", "[prober]") {
    // renewed every 0.1 s, in steps of 0.25, 0.5 and 0.75
    const Series series = read_as([](double t_s) {
        const int k = static_cast<int>(std::floor(t_s / 0.1 + 1e-9));
        return 0.5 * k + (k % 3 == 0 ? 0.25 : 0.0);
    });
    const auto result = sensors::measure_updates(series.t_s, series.values);
    REQUIRE(result.update_period_s);
    CHECK(*result.update_period_s == Approx(0.1).margin(0.004));
    CHECK(*result.resolution == Approx(0.25));
}

TEST_CASE("a reading that hardly moves tells nothing of its period", "[prober]") {
    const Series series = read_as([](double t_s) { return t_s < 3.0 ? 50.0 : 51.0; });
    CHECK_FALSE(sensors::measure_updates(series.t_s, series.values).update_period_s);
}

TEST_CASE("the delay of a step is the time to its middle", "[prober]") {
    // load from 3 s; the reading stays 0.2 s, then rises to 100 along a line of 0.6 s: half way after 0.5 s
    const Series series = read_as([](double t_s) {
        return t_s < 3.2 ? 20.0 : t_s < 3.8 ? 20.0 + 80.0 * (t_s - 3.2) / 0.6 : 100.0;
    });
    const auto delay = sensors::measure_step_delay(series.t_s, series.values, 3.0);
    REQUIRE(delay);
    CHECK(*delay == Approx(0.5).margin(0.004));
}

TEST_CASE("a step lost in the noise is none", "[prober]") {
    int i = 0;
    const Series series =
        read_as([&](double t_s) { return (i++ % 2 == 0 ? 10.0 : 20.0) + (t_s < 3.0 ? 0.0 : 5.0); });
    CHECK_FALSE(sensors::measure_step_delay(series.t_s, series.values, 3.0));
}
