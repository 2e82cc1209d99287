#include "rlecouple/correlate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/calibrate/simulate.hpp"
#include "core/lag/explain.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

CorrelateInput coupled_input(double k, int delay) {
    Random random(1);
    CorrelateInput input;
    input.driver = simulate::white(random, 120);
    for (double& g : input.driver) g += 5.0;
    input.response = simulate::coupled_response(
        random, input.driver, 1.0, {.k_per_s = k, .delay_samples = delay, .process_noise = 0.04});
    return input;
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a coupled session: verdict, sentence, k, granger") {
    const Correlation c = correlate(coupled_input(0.1, 2), {});
    CHECK(c.verdict == Verdict::coupled);
    CHECK(c.n_samples == 120);
    REQUIRE(c.coupling);
    CHECK(c.coupling->delay_s == Approx(2.0).margin(0.2));
    CHECK(c.coupling->delay_s == -*c.tested->t_lag_s);
    CHECK(c.coupling->k_ci95_per_s->contains(0.1));
    REQUIRE(c.granger.driver_to_response);
    CHECK(c.granger.driver_to_response->p_value < 1e-6);
    INFO(c.explanation);
    CHECK(says(c.explanation, "A rise of grad_norm is followed "));
    CHECK(says(c.explanation, "by a fall of rle"));
    CHECK(!says(c.explanation, "opposite of the manual"));
    CHECK(says(c.explanation, "over all 7 lags"));
}

TEST_CASE("a positive peak is coupling of the opposite sense, and the sentence says so") {
    const Correlation c = correlate(coupled_input(-0.1, 1), {});
    INFO(c.explanation);
    CHECK(*c.tested->r_peak > 0.0);
    CHECK(says(c.explanation, "by a rise of rle"));
    CHECK(says(c.explanation, "the opposite of the manual's coupling"));
    CHECK(c.coupling->k_per_s < 0.0);
}

TEST_CASE("of other quantities than the manual's no sign is called the opposite one") {
    CorrelateInput input = coupled_input(-0.1, 1);
    input.driver_name = "power_w";
    input.response_name = "temp_c";
    const Correlation heat = correlate(input, {});
    INFO(heat.explanation);
    CHECK(says(heat.explanation, "by a rise of temp_c"));
    CHECK(!says(heat.explanation, "manual's coupling"));
    input.driver_name = "loss";
    CHECK(!says(correlate(input, {}).explanation, "manual's coupling"));
    input.response_name = "rle_raw";
    CHECK(says(correlate(input, {}).explanation, "manual's coupling"));
}

TEST_CASE("a p that no draw reached is told as the most that it can be") {
    const Correlation c = correlate(coupled_input(0.1, 2), {});
    INFO(c.explanation);
    REQUIRE(c.tested);
    CHECK(*c.tested->p_value == 1.0 / 10000.0);  // of 9,999 draws
    CHECK(c.tested->p_at_most);
    CHECK(p_words(*c.tested) == "p <= 0.0001");
    CHECK(says(c.explanation, "p <= 0.0001 over all"));
    TestedCorrelation reached = *c.tested;
    reached.p_at_most = false;
    CHECK(p_words(reached) == "p = 0.0001");
}

TEST_CASE("rle is tested by the rle_raw that it is the trailing mean of") {
    CorrelateInput input = coupled_input(0.1, 2);
    input.rle_raw = input.response;
    input.response = simulate::trailing_mean(input.rle_raw, 5);
    CHECK(is_trailing_mean_of(input.response, input.rle_raw, 1.0, 5.0));
    const Correlation c = correlate(input, {});
    CHECK(c.response == "rle");
    REQUIRE(c.tested);
    CHECK(c.tested->response == "rle_raw");
    REQUIRE(c.coupling);
    CHECK(c.coupling->k_ci95_per_s->contains(0.1));
    // Of the mean alone k is that of a series which moves a fifth as much.
    input.rle_raw.clear();
    const Correlation of_mean = correlate(input, {});
    CHECK(of_mean.tested->response == "rle");
    if (of_mean.coupling) CHECK(of_mean.coupling->k_per_s < 0.05);
    // The manual's step 4 and Granger's test are of the column that was asked for.
    CHECK(*c.manual.r_peak == *of_mean.manual.r_peak);
    CHECK(c.granger.driver_to_response->f == of_mean.granger.driver_to_response->f);
}

TEST_CASE(
    "a mean over samples that the grid does not have is tested as it is, and k is said to be the mean's") {
    CorrelateInput input = coupled_input(0.1, 2);
    Random random(5);
    input.rle_raw = input.response;
    for (double& x : input.rle_raw)
        x += 3.0 * random.normal();  // ten readings a second, of which the grid has one
    CHECK_FALSE(is_trailing_mean_of(input.response, input.rle_raw, 1.0, 5.0));
    const Correlation c = correlate(input, {});
    CHECK(c.tested->response == "rle");
    CHECK(std::any_of(c.warnings.begin(), c.warnings.end(),
                      [](const std::string& w) { return says(w, "rle is a trailing mean over 5 s"); }));
}

TEST_CASE("rle is tested as it is where rle_raw is the same, missing, or in too few rows") {
    CorrelateInput input = coupled_input(0.1, 2);
    const auto tested_as_it_is = [&] {
        const Correlation c = correlate(input, {});
        REQUIRE(c.tested);
        CHECK(c.tested->response == "rle");
        return std::none_of(c.warnings.begin(), c.warnings.end(),
                            [](const std::string& w) { return says(w, "is a trailing mean over 5 s"); });
    };
    input.rle_raw = input.response;
    CHECK(tested_as_it_is());
    input.rle_raw.assign(input.response.size(), kNaN);
    CHECK(tested_as_it_is());
    // A raw value in every fifth row; the mean over 5 s stands in all of them.
    std::vector<double> raw = input.response, mean = raw;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        mean[i] = raw[i - i % 5];
        if (i % 5 != 0) raw[i] = kNaN;
    }
    CHECK_FALSE(is_trailing_mean_of(mean, raw, 1.0, 5.0));
}

TEST_CASE("a finer grid is no remedy where rle_raw has few values") {
    CorrelateInput input = coupled_input(0.1, 2);
    input.rle_raw = input.response;
    for (std::size_t i = 0; i < input.rle_raw.size(); ++i)
        input.rle_raw[i] = i % 5 == 0 ? 0.5 + input.rle_raw[i] : kNaN;
    const Correlation c = correlate(input, {});
    CHECK(c.tested->response == "rle");
    const auto warned = [&](const char* words) {
        return std::any_of(c.warnings.begin(), c.warnings.end(),
                           [&](const std::string& w) { return says(w, words); });
    };
    CHECK(warned("rle_raw has too few values to be tested instead"));
    CHECK_FALSE(warned("align at the telemetry's own rate"));
}

TEST_CASE("where the response leads there is no k, and a warning") {
    CorrelateInput input = coupled_input(0.1, 2);
    std::swap(input.driver, input.response);
    const Correlation c = correlate(input, {});
    CHECK(c.verdict == Verdict::coupled);
    CHECK(c.tested->causal_order == CausalOrder::response_leads);
    CHECK(!c.coupling);
    REQUIRE(!c.warnings.empty());
    CHECK(says(c.warnings[0], "the response leads"));
    CHECK(says(c.explanation, "the response leads"));
}

TEST_CASE("a sensor's delay shifts the lag, not the fit") {
    CorrelateInput input = coupled_input(0.1, 2);
    const Correlation plain = correlate(input, {});
    input.sensor_delay_s = 0.5;
    const Correlation corrected = correlate(input, {});
    CHECK(corrected.coupling->delay_s == Approx(plain.coupling->delay_s - 0.5));
    CHECK(corrected.coupling->k_per_s == Approx(plain.coupling->k_per_s));
}

TEST_CASE("settling together is not coupling, however strong the manual calls it") {
    Random random(2);
    using simulate::operator+;
    CorrelateInput input;
    input.driver = simulate::settling(90, 10.0, 20.0) + simulate::white(random, 90);
    input.response = simulate::settling(90, -10.0, 25.0) + simulate::ar1(random, 90, 0.5);
    const Correlation c = correlate(input, {});
    INFO(c.explanation);
    CHECK(c.manual.strength == Strength::strong);
    CHECK(c.verdict == Verdict::not_detected);
    CHECK(!c.coupling);
    CHECK(says(c.explanation, "No coupling is detected"));
    CHECK(says(c.explanation, "that the manual calls strong rests on about"));
    CHECK(independent_samples(input.driver, input.response) < 40.0);
}

TEST_CASE("too few samples, or a series that does not move, carry no verdict") {
    CorrelateInput input = coupled_input(0.1, 1);
    for (std::size_t t = 29; t < 120; ++t) input.driver[t] = kNaN;
    const Correlation few = correlate(input, {});
    CHECK(few.n_samples == 29);
    CHECK(few.verdict == Verdict::insufficient_data);
    CHECK(!few.tested);
    CHECK(few.manual.r_peak);
    CHECK(says(few.explanation, "29 aligned samples"));

    CorrelateInput flat = coupled_input(0.1, 1);
    flat.response.assign(120, 0.4);
    const Correlation constant = correlate(flat, {});
    CHECK(constant.verdict == Verdict::insufficient_data);
    CHECK(says(constant.explanation, "rle is constant"));
}

TEST_CASE("samples enough, but not to test on, are not called too few") {
    CorrelateInput input = coupled_input(0.1, 1);
    for (auto* series : {&input.driver, &input.response}) series->resize(44);
    for (int row = 0, step = 0; row < 44; ++row) {
        if (row < 20 || row >= 36) step += 4;  // no step in 16 rows, which leave 28 to the test
        input.step.push_back(step);
    }
    const Correlation c = correlate(input, {});
    REQUIRE(c.n_samples == 44);
    REQUIRE_FALSE(c.tested);
    CHECK(c.verdict == Verdict::insufficient_data);
    CHECK(c.explanation.find("44 aligned samples carry no test") != std::string::npos);
    CHECK(c.explanation.find("is the least") == std::string::npos);
}

TEST_CASE("a machine that was never stressed is named, by the spread of power and temperature") {
    CorrelateInput input = coupled_input(0.1, 1);
    for (std::size_t t = 0; t < 120; ++t) {
        input.power_w.push_back(27.0 + (t % 2 == 0 ? 0.5 : 0.0));
        input.temp_c.push_back(50.0 + static_cast<double>(t) / 10.0);
    }
    const ThermalStress still = thermal_stress(input.temp_c, input.power_w);
    CHECK(!still.stressed);
    CHECK(*still.power_spread_w == Approx(0.5));
    CHECK(*still.temp_spread_c == Approx(0.9 * 11.9));  // 5th to 95th percentile of an even ramp
    CHECK(says(correlate(input, {}).explanation,
               "never stressed: its power hardly moved (power moved by 0.5 W"));
    CorrelateInput cool = input;
    cool.temp_c.assign(120, 50.0);
    CHECK(says(correlate(cool, {}).explanation, "never stressed (power moved by 0.5 W"));

    for (std::size_t t = 60; t < 120; ++t) input.power_w[t] = 200.0;
    CHECK(thermal_stress(input.temp_c, input.power_w).stressed);
    CHECK(thermal_stress({}, {}).stressed);  // nobody knows: nothing is said

    input.power_w.assign(120, 125.0);
    input.temp_c.clear();
    CHECK(says(correlate(input, {}).explanation, "power stayed at 125 W; temperature was not recorded"));
    input.power_w.assign(120, 0.0);
    CHECK(!thermal_stress({}, input.power_w).stressed);
}

TEST_CASE("sigma_opt is SD over mean of the gradient norm, whatever the driver") {
    CorrelateInput input = coupled_input(0.1, 1);
    input.driver_name = "loss";
    input.sigma_opt_of = {1.0, 2.0, 3.0, kNaN};
    CHECK(*correlate(input, {}).sigma_opt == Approx(0.5));  // SD 1 (n - 1), mean 2
    input.sigma_opt_of.assign(7, 0.1);                      // seven sevenths of it add up to less
    CHECK(*correlate(input, {}).sigma_opt == 0.0);
}

TEST_CASE("a window of lags shorter than a sample is said to be one") {
    const auto warns = [](double dt_s) {
        CorrelateInput input = coupled_input(0.1, 2);
        input.dt_s = dt_s;
        const Correlation c = correlate(input, {});
        return std::any_of(c.warnings.begin(), c.warnings.end(),
                           [](const std::string& w) { return says(w, "only 0 s is looked at"); });
    };
    CHECK(warns(4.0));  // lags up to 3 s are the default
    CHECK(!warns(3.0));
}

TEST_CASE("a response computed from the driver is named") {
    CorrelateInput input = coupled_input(0.1, 2);
    for (std::size_t i = 0; i < input.driver.size(); ++i) input.response[i] = 1.0 - 0.25 * input.driver[i];
    const Correlation c = correlate(input, {});
    REQUIRE(!c.warnings.empty());
    CHECK(says(c.warnings.front(), "one reading (r = -1 at no lag)"));
}

TEST_CASE("a wrong call is refused") {
    CorrelateInput input = coupled_input(0.1, 1);
    input.response.pop_back();
    CHECK_THROWS_AS(correlate(input, {}), Error);
    CorrelateInput no_step = coupled_input(0.1, 1);
    no_step.dt_s = 0.0;
    CHECK_THROWS_AS(correlate(no_step, {}), Error);
    CorrelateInput raw_too_long = coupled_input(0.1, 1);
    raw_too_long.rle_raw.assign(raw_too_long.response.size() + 1, 0.5);
    CHECK_THROWS_AS(correlate(raw_too_long, {}), Error);
    CorrelateInput epoch_too_short = coupled_input(0.1, 1);
    epoch_too_short.epoch.assign(3, 1.0);
    CHECK_THROWS_AS(correlate(epoch_too_short, {}), Error);
}

TEST_CASE("a response that integrates nothing has a k of the grid's step, which is said") {
    CorrelateInput input = coupled_input(0.1, 2);
    Random random(6);
    for (std::size_t t = 2; t < input.response.size(); ++t)
        input.response[t] = -0.5 * input.driver[t - 2] + 0.3 * random.normal();
    const Correlation c = correlate(input, {});
    REQUIRE(c.coupling);
    CHECK(c.coupling->at_once);
    CHECK(std::any_of(c.warnings.begin(), c.warnings.end(),
                      [](const std::string& w) { return says(w, "follows grad_norm at once"); }));
    CHECK_FALSE(correlate(coupled_input(0.1, 2), {}).coupling->at_once);
}
