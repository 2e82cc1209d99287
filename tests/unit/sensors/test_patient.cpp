// Sources that are slow, or never come back. No clock is asserted: on a busy machine everything may come
// later.
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "sensors/patient.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

struct Pace {
    std::atomic<int> ms{0};     // a reading takes
    std::atomic<int> count{0};  // readings begun
};

// Gives the number of its reading.
class Counter final : public sensors::Source {
  public:
    explicit Counter(std::shared_ptr<Pace> pace) : pace_(std::move(pace)) {
        devices_.emplace_back().name = "gpu";
        channels_.push_back({.device = "gpu", .column = "temp_c", .source = "test"});
    }
    void read(const sensors::Instant&, std::span<double> values) override {
        values[0] = ++pace_->count;
        std::this_thread::sleep_for(std::chrono::milliseconds(pace_->ms));
    }

  private:
    std::shared_ptr<Pace> pace_;
};

double sample(sensors::Source& source, double t_s, double spare_s) {
    double value = kMissing;
    source.prepare({t_s, {}, spare_s});
    source.read({t_s, {}, spare_s}, std::span(&value, 1));
    return value;
}

}  // namespace

TEST_CASE("a source that is quick enough answers each sample", "[patient]") {
    const auto pace = std::make_shared<Pace>();
    const auto source = sensors::make_patient(std::make_unique<Counter>(pace), 30.0);
    for (int i = 1; i <= 20; ++i) CHECK(sample(*source, i, 30.0) == i);
    CHECK(source->problem().empty());
}

TEST_CASE("a source that is slower than the sampling answers some samples, none twice", "[patient]") {
    const auto pace = std::make_shared<Pace>();
    pace->ms = 20;
    const auto source = sensors::make_patient(std::make_unique<Counter>(pace), 30.0);
    double last = 0.0;
    int answered = 0, gaps = 0;
    for (int i = 0; i < 3000 && (answered < 5 || gaps < 5); ++i) {
        const double value = sample(*source, i * 0.01, 0.001);
        if (std::isnan(value)) {
            ++gaps;
            CHECK(source->problem() ==
                  "gpu: its driver is slower than the sampling; readings are up to 0.3 s late");
        } else {
            ++answered;
            CHECK(value > last);
            last = value;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(9));
    }
    CHECK(answered >= 5);
    CHECK(gaps >= 5);
}

TEST_CASE("an answer that comes long after its sample is nobody's", "[patient]") {
    const auto pace = std::make_shared<Pace>();
    pace->ms = 400;
    const auto source = sensors::make_patient(std::make_unique<Counter>(pace), 0.05);
    CHECK(std::isnan(sample(*source, 0.0, 0.25)));
    CHECK(source->problem() == "gpu: no answer within 0.05 s");
    pace->ms = 0;
    double value = kMissing;
    for (int i = 1; i < 600 && std::isnan(value); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        value = sample(*source, i, 0.05);
    }
    CHECK(value >= 2.0);  // not the first, asked for 0.4 s before
    CHECK(source->problem().empty());
}
