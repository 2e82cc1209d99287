#include <algorithm>
#include <nlohmann/json.hpp>

#include "formats/documents/alarm_line.hpp"
#include "formats/documents/documents.hpp"
#include "support/catch.hpp"
#include "unit/formats/message.hpp"

using Json = nlohmann::ordered_json;

namespace {

rle::Prediction made(std::size_t rows) {
    rle::PredictInput input;
    input.event_name = "collapse";
    input.device = "gpu";
    input.flags.emplace_back();
    input.temp_limit_c = 83.0;
    for (std::size_t i = 0; i < rows; ++i) {
        input.t_s.push_back(static_cast<double>(i));
        input.driver.push_back(i % 30 == 10 ? 9.0 : 1.0 + 0.1 * static_cast<double>(i * 7 % 10));
        input.flags[0].push_back(i % 30 == 12 ? 1.0 : 0.0);
        input.temp_c.push_back(60.0);
        input.rle.push_back(0.5 + 0.01 * static_cast<double>(i * 3 % 7));
    }
    return rle::predict(input, {});
}

}  // namespace

TEST_CASE("predict.json survives being written and read, with values and without") {
    for (const std::size_t rows : {600U, 12U}) {
        const Json document = rle::formats::to_json(made(rows));
        CHECK(document.at("schema") == "rlecouple.predict/1");
        CHECK(rle::formats::to_json(rle::formats::prediction_from_json(document, "predict.json")) ==
              document);
    }
    CHECK(rle::formats::to_json(made(600)).at("precision") == 1.0);
    CHECK(rle::formats::to_json(made(12)).at("beats_baselines") == false);
    Json wrong = rle::formats::to_json(made(12));
    wrong["recall"] = "much";
    const rle::test::Refusal refusal =
        rle::test::refusal_of([&] { rle::formats::prediction_from_json(wrong, "predict.json"); });
    CHECK(refusal.message.find("recall") != std::string::npos);
}

TEST_CASE("an alarm's facts: null in JSON, unset in the environment, left out for Prometheus") {
    rle::formats::AlarmFacts facts;
    facts.t_s = 12.5;
    facts.step = 7;
    facts.grad_norm = 9.5;
    facts.z = 4.25;
    facts.alarms = 2;
    facts.session = "a \"quoted\"\\ name";
    facts.wall_us = 1761638400000001;
    const Json line = Json::parse(rle::formats::alarm_line(facts));
    CHECK(line.at("step") == 7);
    CHECK(line.at("timestamp") == "2025-10-28T08:00:00.000001Z");
    CHECK(line.at("rle").is_null());
    CHECK(line.at("collapse").is_null());
    CHECK(rle::formats::alarm_line(facts).find('\n') == rle::formats::alarm_line(facts).size() - 1);
    const std::vector<std::string> variables = rle::formats::alarm_environment(facts);
    const auto has = [&](const std::string& text) {
        return std::find(variables.begin(), variables.end(), text) != variables.end();
    };
    CHECK(has("RLE_Z=4.25"));
    CHECK(has("RLE_STEP=7"));
    CHECK(has("RLE_TIMESTAMP=2025-10-28T08:00:00.000001Z"));
    for (const std::string& variable : variables) CHECK(variable.find("RLE_RLE") == std::string::npos);
    const std::string text = rle::formats::prometheus_text(facts);
    CHECK(text.find("rlecouple_alarms_total{session=\"a \\\"quoted\\\"\\\\ name\"} 2\n") !=
          std::string::npos);
    CHECK(text.find("rlecouple_rle") == std::string::npos);
    CHECK(text.find("rlecouple_modelled") == std::string::npos);
    facts.session = "caf\xe9";
    CHECK(rle::formats::prometheus_text(facts).find("session=\"caf\xc3\xa9\"") != std::string::npos);
    facts.step = 1e30;  // of a log that holds anything
    CHECK(Json::parse(rle::formats::alarm_line(facts)).at("step") == 1e30);
    facts.device = "cpu";
    facts.modelled = {"power_w", "temp_c"};
    CHECK(Json::parse(rle::formats::alarm_line(facts)).at("modelled") == Json{"power_w", "temp_c"});
    CHECK(rle::formats::alarm_environment(facts).back() == "RLE_MODELLED=power_w;temp_c");
    CHECK(rle::formats::prometheus_text(facts).find(",device=\"cpu\",column=\"temp_c\"} 1\n") !=
          std::string::npos);
}
