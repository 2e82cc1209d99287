#include "sensors/frozen.hpp"

#include <cmath>
#include <functional>
#include <memory>

#include "support/catch.hpp"

using namespace rle;

namespace {

using Course = std::function<double(double t_s)>;

// A device whose temperature, power and utilisation follow given courses.
class Scripted final : public sensors::Source {
  public:
    Scripted(Course temp_c, Course util_pct) : courses_{std::move(temp_c), std::move(util_pct)} {
        DeviceInfo device;
        device.name = device.kind = "gpu";
        devices_.push_back(device);
        for (const char* column : {"temp_c", "util_pct"}) {
            sensors::Channel channel;
            channel.device = "gpu";
            channel.column = column;
            channel.source = "scripted";
            channels_.push_back(channel);
        }
    }
    void read(const sensors::Instant& now, std::span<double> values) override {
        for (std::size_t i = 0; i < courses_.size(); ++i) values[i] = courses_[i](now.t_s);
    }

  private:
    std::vector<Course> courses_;
};

double steps(double t_s) {  // 10 s at rest, 10 s at work
    return static_cast<int>(t_s / 10.0) % 2 == 0 ? 0.0 : 100.0;
}

// What is found in `seconds` at 2 Hz.
std::vector<sensors::Frozen> found(Course temp_c, Course util_pct, double seconds = 200.0) {
    sensors::Probed probed;
    probed.sources.push_back(std::make_unique<Scripted>(std::move(temp_c), std::move(util_pct)));
    sensors::Selection selection;
    selection.estimate = sensors::Estimate::never;
    sensors::SensorSet set(std::move(probed), selection);
    sensors::FrozenWatch watch(set);
    for (double t_s = 0.0; t_s < seconds; t_s += 0.5) {
        set.read(t_s);
        watch.take(set, t_s);
    }
    return watch.found();
}

double changing(double t_s) {  // by one degree a second, up and down
    return 50.0 + static_cast<int>(t_s) % 7;
}

}  // namespace

TEST_CASE("a reading that stands still while the load moves is found, with when and where", "[frozen]") {
    const auto all = found([](double t) { return t < 100.0 ? changing(t) : 61.0; }, steps);
    REQUIRE(all.size() == 1);
    CHECK(all[0].device == "gpu");
    CHECK(all[0].column == "temp_c");
    CHECK(all[0].value == 61.0);
    CHECK(all[0].from_s == 100.0);
    CHECK(all[0].to_s == 199.5);
    CHECK(all[0].load == "util_pct");
    CHECK(all[0].load_low == 0.0);  // blocks of 5 s fit into stretches of 10
    CHECK(all[0].load_high == 100.0);
    CHECK(sensors::words(all[0]).find("temp_c stood at 61 degC from t = 100.0 s to 199.5 s while util_pct") !=
          std::string::npos);
}

TEST_CASE("a reading that moves again is still told of", "[frozen]") {
    const auto all = found([](double t) { return t < 40.0 || t >= 120.0 ? changing(t) : 61.0; }, steps);
    REQUIRE(all.size() == 1);
    CHECK(all[0].from_s == 40.0);
    CHECK(all[0].to_s == 119.5);
}

TEST_CASE("standing still is no fault where the load stands still, too", "[frozen]") {
    CHECK(found([](double) { return 61.0; }, [](double) { return 97.0; }).empty());
    // moving by less than 30 points
    CHECK(found([](double) { return 61.0; }, [](double t) { return 0.2 * steps(t); }).empty());
    // or faster than any temperature: the mean of every five seconds is the same
    CHECK(found([](double) { return 61.0; }, [](double t) { return std::fmod(t, 1.0) < 0.5 ? 0.0 : 100.0; })
              .empty());
}

TEST_CASE("a sensor that changes seldom is not frozen for doing so", "[frozen]") {
    CHECK(found(changing, steps).empty());
    CHECK(found([](double t) { return 50.0 + static_cast<int>(t / 50.0); }, steps).empty());
    // every 10 s at first, then not for 90 s: less than twenty times as long
    CHECK(found([](double t) { return 50.0 + static_cast<int>(std::min(t, 110.0) / 10.0); }, steps).empty());
}

TEST_CASE("gaps in the reading are not changes of it", "[frozen]") {
    const auto all = found([](double t) { return t > 100.0 && t < 110.0 ? kMissing : 61.0; }, steps);
    REQUIRE(all.size() == 1);
    CHECK(all[0].from_s == 0.0);
}
