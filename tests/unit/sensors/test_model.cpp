#include "sensors/model.hpp"

#include <array>
#include <cmath>

#include "support/catch.hpp"

using namespace rle;

namespace {

// idle 20 W, rated 100 W, ambient 25 degC; both estimated from slot 0
std::unique_ptr<sensors::Source> both_modelled() {
    sensors::ModelPlan plan;
    plan.device = "cpu";
    plan.util_slot = 0;
    plan.power = plan.temperature = true;
    return sensors::make_model(plan, {20.0, 100.0, 25.0});
}

std::array<double, 2> read(sensors::Source& model, double t_s, double base) {
    std::array<double, 2> values{kMissing, kMissing};
    const std::array<double, 1> earlier{base};
    model.read({t_s, earlier}, values);
    return values;
}

}  // namespace

TEST_CASE("modelled power lies on the line from idle to rated", "[model]") {
    const auto model = both_modelled();
    CHECK(read(*model, 0.0, 0.0)[0] == 20.0);
    CHECK(read(*model, 1.0, 50.0)[0] == 60.0);
    CHECK(read(*model, 2.0, 100.0)[0] == 100.0);
    for (const sensors::Channel& channel : model->channels()) CHECK(channel.modelled);
}

TEST_CASE("modelled temperature follows the one-node step response", "[model]") {
    const auto model = both_modelled();
    const double start = 25.0 + sensors::kModelRiseC * 0.2;  // settled at idle
    const double end = 25.0 + sensors::kModelRiseC;
    CHECK(read(*model, 0.0, 0.0)[1] == Approx(start));
    CHECK(read(*model, 100.0, 0.0)[1] == Approx(start));
    // after one time constant at full load 1 - 1/e of the way, whatever the steps
    for (int k = 1; k <= 10; ++k) read(*model, 100.0 + k * sensors::kModelTauS / 10.0, 100.0);
    CHECK(read(*model, 100.0 + sensors::kModelTauS, 100.0)[1] ==
          Approx(end - (end - start) * std::exp(-1.0)).margin(1e-3));
}

TEST_CASE("without its base the model gives nothing, and goes on later", "[model]") {
    const auto model = both_modelled();
    read(*model, 0.0, 0.0);
    const auto gap = read(*model, 1.0, kMissing);
    CHECK(std::isnan(gap[0]));
    CHECK(std::isnan(gap[1]));
    CHECK(read(*model, 2.0, 0.0)[1] == Approx(35.0));
}

TEST_CASE("measured power drives the temperature where there is some", "[model]") {
    sensors::ModelPlan plan;
    plan.device = "gpu";
    plan.power_slot = 0;
    plan.temperature = true;
    const auto model = sensors::make_model(plan, {0.0, 200.0, 20.0});
    std::array<double, 1> values{};
    const std::array<double, 1> earlier{100.0};
    for (const double t_s : {0.0, 1000.0}) model->read({t_s, earlier}, values);
    CHECK(values[0] == Approx(20.0 + sensors::kModelRiseC / 2.0));
}
