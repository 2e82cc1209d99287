#include "formats/documents/documents.hpp"

#include <nlohmann/json.hpp>

#include "rlecouple/version.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"

using Json = nlohmann::ordered_json;
using rle::test::refusal_of;

namespace {

rle::SessionInfo full_session() {
    rle::SessionInfo s;
    s.name = "night run";
    s.started = "2025-10-28T08:00:00.000001Z";
    s.start_wall_us = 1761638400000001;
    s.duration_s = 90.5;
    s.operator_name = "M. Ümit";
    s.host = "<script>";
    s.os = "Debian";
    s.mode = "gpu";
    s.sample_hz = 10;
    s.ambient_c = 23.5;
    s.ambient_given = true;
    s.rated_power_w = 350;
    s.devices.resize(1);
    s.devices[0].name = "gpu";
    s.devices[0].kind = "gpu";
    s.devices[0].temp_limit_c = 83;
    s.devices[0].sources = {{"temp_c", "nvml"}};
    s.devices[0].modelled = {"power_w"};
    s.devices[0].sensor_delay_s = {{"power_w", 0.5}};
    s.devices[0].sensor_delay_sd_s = {{"power_w", 0.01}};
    s.clock_offsets = {{0.0, 1761638400000001}, {90.5, 1761638490500003}};
    s.sync_every_s = 5.0;
    s.missed_ticks = 3;
    s.samples = 905;
    s.interrupted = true;
    s.finished = true;
    s.training.command = {"python", "train.py", "--x y"};
    s.training.model = "distilgpt2";
    s.training.signal = 15;
    s.training.stopped_by_us = true;
    s.command = {"rlecouple", "run"};
    s.tool_version = "9.9.9";
    s.warnings = {"one", "two"};
    return s;
}

rle::Correlation full_correlation() {
    rle::Correlation c;
    c.driver = "grad_norm";
    c.response = "rle";
    c.device = "gpu";
    c.n_samples = 88;
    c.sample_hz = 1;
    c.manual.ccf = {{-1, -0.4, 87}, {0, std::nullopt, 2}};
    c.manual.r_peak = -0.4;
    c.manual.t_lag_s = -1;
    c.manual.strength = rle::Strength::moderate;
    c.manual.causal_order = rle::CausalOrder::driver_leads;
    c.tested.emplace();
    c.tested->method = "Haugh";
    c.tested->ccf = {{-1, -0.5, 80}};
    c.tested->band = 0.3;
    c.tested->detectable_k_per_s = 0.03;
    c.tested->detectable_k90_per_s = 0.05;
    c.tested->p_value = 0.012;
    c.tested->t_lag_ci95_s = rle::Interval{-1.4, -0.6};
    c.tested->significant = true;
    c.tested->causal_order = rle::CausalOrder::driver_leads;
    c.tested->trend_order = 2;
    c.tested->warnings = {"short"};
    c.granger.driver_to_response = rle::GrangerTest{2, 7.5, 2, 80, 0.001};
    c.coupling = rle::CouplingFit{0.1, rle::Interval{0.05, 0.15}, 1.0, 0.6, 4.0};
    c.sigma_opt = 0.3;
    c.verdict = rle::Verdict::coupled;
    c.explanation = "Spikes come first.";
    return c;
}

rle::Balance full_balance() {
    rle::Balance b;
    b.device = "gpu";
    b.n_samples = 90;
    b.thermal.model = "two-node";
    b.thermal.hA_w_per_c = 4.5;
    b.thermal.tau_s = {60, 3};
    b.thermal.ci95 = {{"hA_w_per_c", {4, 5}}};
    b.thermal.adequate = true;
    b.thermal.simulated_c = {40, rle::kMissing, 42.5};
    b.thermal.simulated_rows = {0, 17, 89};
    b.tau_th = {60, rle::Interval{55, 65}, 12, rle::TauClass::slow};
    b.heat_rate = {150, 151, 3, -0.006};
    b.conservation = {1000, 900, 60, 0.04, 0.05, true, std::nullopt};
    b.energy_counter = rle::EnergyCounter{990, 1000, 0.0101};
    b.rle = {0.9, 0.1, 0.8};
    b.eta_p = {0.7, 45, rle::EtaPClass::moderate};
    b.range_checks = {{"rle", 0, 1, 4}};
    b.warnings = {"w"};
    return b;
}

rle::Alignment full_alignment() {
    rle::Alignment a;
    a.n_telemetry = 90;
    a.n_training = 200;
    a.n_samples = 88;
    a.n_samples_by_device = {{"gpu", 88}};
    a.sample_hz = 1;
    a.tolerance_s = 1.5;
    a.overlap_s = 89.5;
    a.pairing.median_abs_dt_s = 0.1;
    a.gaps = {{12, 4.6, "gpu"}};
    a.dropped = {{"not_a_number", 2}};
    a.reordered = {{"training", 1}};
    a.suggested_shift_s = 3600;
    a.clock = "timestamp";
    a.clock_offset_s = -0.25;
    a.choices.emplace();
    a.choices->ambient_c = {24.5, rle::ChoiceFrom::session};
    a.choices->stability = {rle::StabilityTerm::headroom, rle::ChoiceFrom::given};
    a.choices->sustain = {rle::SustainTerm::constant, rle::ChoiceFrom::given};
    a.choices->slope_window_s = {5, rle::ChoiceFrom::standard};
    a.choices->tolerance_s = {1.5, rle::ChoiceFrom::given};
    a.choices->devices = {{"gpu",
                           rle::Choice<double>{300, rle::ChoiceFrom::telemetry},
                           {83, rle::ChoiceFrom::assumed},
                           rle::Choice<double>{7, rle::ChoiceFrom::fitted}}};
    a.warnings = {"w"};
    return a;
}

}  // namespace

// A document's second writing equals its first only if every field came through.
TEST_CASE("documents survive being written and read") {
    const auto session = rle::formats::to_json(full_session());
    CHECK(rle::formats::to_json(rle::formats::session_from_json(session, "x")) == session);
    const auto alignment = rle::formats::to_json(full_alignment());
    CHECK(rle::formats::to_json(rle::formats::alignment_from_json(alignment, "x")) == alignment);
    const auto correlation = rle::formats::to_json(full_correlation());
    CHECK(rle::formats::to_json(rle::formats::correlation_from_json(correlation, "x")) == correlation);
    const auto balance = rle::formats::to_json(full_balance());
    CHECK(rle::formats::to_json(rle::formats::balance_from_json(balance, "x")) == balance);
}

TEST_CASE("documents of nothing hold null, and survive too") {
    const auto correlation = rle::formats::to_json(rle::Correlation{});
    CHECK(correlation["tested"].is_null());
    CHECK(correlation["coupling"].is_null());
    CHECK(correlation["verdict"].is_null());
    CHECK(correlation["granger"]["driver_to_response"].is_null());
    CHECK(rle::formats::to_json(rle::formats::correlation_from_json(correlation, "x")) == correlation);
    const auto balance = rle::formats::to_json(rle::Balance{});
    CHECK(balance["energy_counter"].is_null());
    CHECK(balance["conservation"]["closure"].is_null());
    CHECK(rle::formats::to_json(rle::formats::balance_from_json(balance, "x")) == balance);
    const auto alignment = rle::formats::to_json(rle::Alignment{});
    CHECK(alignment["suggested_shift_s"].is_null());
    const auto session = rle::formats::to_json(rle::SessionInfo{});
    CHECK(session["duration_s"].is_null());
    CHECK(rle::formats::to_json(rle::formats::session_from_json(session, "x")) == session);
}

TEST_CASE("the keys are those of the contract") {
    const auto c = rle::formats::to_json(full_correlation());
    CHECK(c["schema"] == "rlecouple.correlation/1");
    CHECK(c["tool"] == Json{{"name", "rlecouple"}, {"version", rle::kVersion}});
    CHECK(c["manual"]["ccf"][0] == Json{{"lag_s", -1.0}, {"r", -0.4}, {"n", 87}});
    CHECK(c["manual"]["ccf"][1]["r"].is_null());
    CHECK(c["manual"]["strength"] == "moderate");
    CHECK(c["manual"]["causal_order"] == "driver_leads");
    CHECK(c["tested"]["t_lag_ci95_s"] == Json::array({-1.4, -0.6}));
    CHECK(c["granger"]["driver_to_response"] ==
          Json{{"order", 2}, {"f", 7.5}, {"df1", 2}, {"df2", 80}, {"p_value", 0.001}});
    CHECK(c["coupling"]["k_ci95_per_s"] == Json::array({0.05, 0.15}));
    CHECK(c["verdict"] == "coupled");
    const auto b = rle::formats::to_json(full_balance());
    CHECK(b["thermal"]["ci95"]["hA_w_per_c"] == Json::array({4.0, 5.0}));
    CHECK(b["tau_th_s"]["class"] == "slow");
    CHECK(b["eta_p"]["class"] == "moderate");
    CHECK(b["range_checks"][0] ==
          Json{{"variable", "rle"}, {"low", 0.0}, {"high", 1.0}, {"out_of_range", 4}});
    const auto a = rle::formats::to_json(full_alignment());
    CHECK(a["gaps"][0]["start_s"] == 12.0);
    CHECK(a["pairing"]["p95_abs_dt_s"].is_null());
    CHECK(a["dropped"]["not_a_number"] == 2);
}

TEST_CASE("NaN and the infinities are null in the text") {
    rle::Balance balance;
    balance.heat_rate.q_mean_w = std::numeric_limits<double>::quiet_NaN();
    balance.heat_rate.p_mean_w = std::numeric_limits<double>::infinity();
    const std::string text = rle::formats::dump(rle::formats::to_json(balance));
    CHECK(text.find("\"q_mean_w\": null") != std::string::npos);
    CHECK(text.find("\"p_mean_w\": null") != std::string::npos);
    CHECK(text.ends_with("}\n"));
}

TEST_CASE("what is dumped parses as the same document, bytes that are no UTF-8 included") {
    rle::SessionInfo session = full_session();
    session.training.model = "bad \xff byte";
    const auto document = rle::formats::to_json(session);
    const Json again = Json::parse(rle::formats::dump(document));
    CHECK(again["training"]["model"] == "bad \xef\xbf\xbd byte");
    CHECK(again["devices"] == document["devices"]);
    CHECK(again["clock_offsets"] == document["clock_offsets"]);
}

TEST_CASE("a document that is not what it should be is refused with file and key") {
    using rle::formats::balance_from_json;
    using rle::formats::correlation_from_json;
    const auto refused = [](const char* text) {
        return refusal_of([&] { correlation_from_json(Json::parse(text), "c.json"); });
    };
    CHECK(refused("[]").message == "c.json: not an object; expected rlecouple.correlation/1");
    CHECK(refused("{}").message == "c.json: no `schema`; expected rlecouple.correlation/1");
    CHECK(refused(R"({"schema": "rlecouple.balance/1"})").says("its schema is 'rlecouple.balance/1'"));
    CHECK(refused(R"({"schema": "rlecouple.correlation/2"})").exit_code == 1);
    CHECK(refused(R"({"schema": "rlecouple.correlation/1", "sample_hz": "fast"})").message ==
          "c.json: `sample_hz`: not a number");
    CHECK(refused(R"({"schema": "rlecouple.correlation/1", "manual": {"ccf": [{"n": -1}]}})").message ==
          "c.json: `manual.ccf[0].n`: a count below 0");
    CHECK(refused(R"({"schema": "rlecouple.correlation/1", "verdict": "perhaps"})")
              .says("'perhaps' is none of"));
    CHECK(refused(R"({"schema": "rlecouple.correlation/1"})").message.empty());
    CHECK(refusal_of([] {
              balance_from_json(
                  Json::parse(R"({"schema": "rlecouple.balance/1", "tau_th_s": {"ci95": [1]}})"), "b");
          }).message == "b: `tau_th_s.ci95`: not an interval [low, high]");
}

TEST_CASE("a number beyond the range of numbers is refused with the file's name") {
    const rle::test::TempDir folder;
    rle::test::write_file(folder / "summary.json", R"({"a": 1e999})");
    const auto refused = refusal_of([&] { rle::formats::read_json(folder / "summary.json"); });
    CHECK(refused.says("summary.json: JSON that cannot be used"));
    CHECK(refused.says("1e999"));
    CHECK(refused.exit_code == 1);
}

TEST_CASE("text that is no JSON is refused with line and column") {
    const rle::test::TempDir folder;
    rle::test::write_file(folder / "bad.json", "{\n  \"a\": 1,\n  \"b\": oops\n}\n");
    const auto refused = refusal_of([&] { rle::formats::read_json(folder / "bad.json"); });
    CHECK(refused.says("bad.json: not JSON at line 3, column 8"));
    CHECK(refused.exit_code == 1);
}
