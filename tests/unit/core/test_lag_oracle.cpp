// Against statsmodels, numpy and scipy: tests/oracle/lag_test.py made the numbers.
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/lag/whiten.hpp"
#include "core/maths/special_functions.hpp"
#include "rlecouple/lag_test.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using namespace rle;

namespace {

const nlohmann::json& oracle() {
    static const nlohmann::json kOracle =
        nlohmann::json::parse(test::read_file(RLE_SOURCE_DIR "/tests/oracle/lag_test.json"));
    return kOracle;
}

void check_granger(const std::vector<double>& cause, const std::vector<double>& effect,
                   const nlohmann::json& expected) {
    for (const nlohmann::json& e : expected) {
        const auto test = granger_test(cause, effect, e["order"]);
        REQUIRE(test);
        CHECK(test->df1 == e["df1"]);
        CHECK(test->df2 == e["df2"]);
        CHECK(std::abs(test->f - e["f"].get<double>()) <= 1e-8 * std::max(1.0, e["f"].get<double>()));
        CHECK(std::abs(test->p_value - e["p_value"].get<double>()) <= 1e-8);
    }
}

}  // namespace

TEST_CASE("Granger's F and p are those of statsmodels' ssr_ftest") {
    for (const nlohmann::json& session : oracle()["granger"]) {
        INFO(session["name"]);
        const std::vector<double> driver = session["driver"], response = session["response"];
        check_granger(driver, response, session["driver_to_response"]);
        check_granger(response, driver, session["response_to_driver"]);
    }
}

TEST_CASE("Granger's F is that of the rows that have both, where one series ends before the other") {
    for (nlohmann::json session :
         oracle()["granger"]) {  // what statsmodels was given, with rows of one series about it
        INFO(session["name"]);
        std::vector<double> ends_early = session["driver"], goes_on = session["response"];
        for (double only : {0.3, -1.0, 2.0}) {
            ends_early.push_back(std::nan(""));
            goes_on.push_back(only);
            ends_early.insert(ends_early.begin(), std::nan(""));
            goes_on.insert(goes_on.begin(), -only);
        }
        check_granger(ends_early, goes_on, session["driver_to_response"]);
        check_granger(goes_on, ends_early, session["response_to_driver"]);
    }
}

TEST_CASE("the order of both Granger tests is one of those that were compared") {
    const nlohmann::json& session = oracle()["granger"][0];
    const GrangerPair pair = granger_both(session["driver"].get<std::vector<double>>(),
                                          session["response"].get<std::vector<double>>(), 1.0);
    REQUIRE(pair.driver_to_response);
    REQUIRE(pair.response_to_driver);
    CHECK(pair.driver_to_response->p_value < 1e-6);  // coupled at a delay of 2
    CHECK(pair.driver_to_response->order >= 2);
    CHECK(pair.response_to_driver->p_value > 0.01);
}

TEST_CASE("the ccf of prewhitened series is numpy's, given the orders") {
    const nlohmann::json& expected = oracle()["whitened"];
    const std::vector<double> driver = expected["driver"], response = expected["response"];
    WhitenOptions only_one_lag{.max_trend_order = 0, .max_ar_order = 1, .max_scale_order = 0};
    const Whitened x = whiten(driver, {}, only_one_lag), y = whiten(response, {}, only_one_lag);
    REQUIRE(x.ar.size() == expected["driver_ar_order"]);
    REQUIRE(y.ar.size() == expected["response_ar_order"]);
    for (int lag = -3; lag <= 3; ++lag) {
        double xy = 0, mx = 0, my = 0, xx = 0, yy = 0, n = 0;
        for (int t = 0; t < 200; ++t) {
            if (t + lag < 1 || t + lag >= 200 || t < 1) continue;
            const double a = x.residual[static_cast<std::size_t>(t + lag)],
                         b = y.residual[static_cast<std::size_t>(t)];
            xy += a * b, mx += a, my += b, xx += a * a, yy += b * b, n += 1;
        }
        const double r = (xy - mx * my / n) / std::sqrt((xx - mx * mx / n) * (yy - my * my / n));
        CHECK(std::abs(r - expected["ccf"][static_cast<std::size_t>(lag + 3)].get<double>()) < 1e-9);
    }
}

TEST_CASE("tail probabilities are scipy's") {
    for (const auto& [f, a, b, p] : oracle()["tails"]["f"].get<std::vector<std::array<double, 4>>>()) {
        INFO("F " << f << " on " << a << " and " << b);
        CHECK(std::abs(f_upper_tail(f, a, b) - p) <= 1e-10 * p);
    }
    for (const auto& [alpha, df, t] : oracle()["tails"]["t"].get<std::vector<std::array<double, 3>>>()) {
        INFO("t " << alpha << " on " << df);
        CHECK(std::abs(t_critical(alpha, df) - t) <= 1e-9 * t);
        CHECK(std::abs(t_two_sided(t, df) - alpha) <=
              1e-8 * alpha);  // scipy's own inverse is good to about 1e-9
    }
}
