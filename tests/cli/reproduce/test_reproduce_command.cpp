#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;

namespace {

// A summary with the numbers that reproduce reads.
json summary(double r_peak, double tau, double eta = 0.7) {
    return json{{"schema", "rlecouple.summary/1"},
                {"correlation",
                 {{"schema", "rlecouple.correlation/1"},
                  {"driver", "grad_norm"},
                  {"response", "rle"},
                  {"n_samples", 90},
                  {"verdict", "coupled"},
                  {"manual", {{"ccf", json::array()}, {"r_peak", r_peak}, {"t_lag_s", -1.0}}},
                  {"coupling", {{"k_per_s", 0.1}, {"delay_s", 1.0}, {"r2", 0.5}}}}},
                {"balance",
                 {{"schema", "rlecouple.balance/1"},
                  {"tau_th_s", {{"value", tau}}},
                  {"eta_p", {{"value", eta}}},
                  {"rle", {{"delta", 0.3}}}}},
                {"predict", nullptr}};
}

void make_folder(const TempDir& dir, const std::string& name, const json& document) {
    std::filesystem::create_directories(dir / name);
    write_file(dir / (name + "/summary.json"), document.dump());
}

std::string training(double scale, int from = 1) {
    std::string text = "timestamp,t_s,step,epoch,loss,grad_norm,learning_rate\n";
    for (int i = from; i <= 30; ++i)
        text += fmt::format(",{},{},,2.0,{:.6f},\n", i, i, scale * (1 + i * 7 % 11));
    return text;
}

}  // namespace

TEST_CASE("the contract's keys, with the numbers that follow from the summaries") {
    const TempDir dir;
    make_folder(dir, "one", summary(-0.40, 3.0));
    make_folder(dir, "two", summary(-0.44, 3.3));
    make_folder(dir, "three", summary(-0.42, 2.7));
    const Finished done = rlecouple({"reproduce", dir / "one", dir / "two", dir / "three", "-o", "-"});
    CHECK(done.exit_code == 0);
    const json r = json::parse(done.out);
    CHECK(r["schema"] == "rlecouple.reproduce/1");
    CHECK(r["reproducible"] == true);
    CHECK(r["sessions"].size() == 3);
    CHECK(r["sessions"][1]["tau_th_s"] == 3.3);
    const json& tau = r["metrics"]["tau_th_s"];
    CHECK(tau["mean"].get<double>() == Approx(3.0));
    CHECK(tau["sd"].get<double>() == Approx(0.3));
    CHECK(tau["cv"].get<double>() == Approx(0.1));
    CHECK(tau["max_relative_deviation"].get<double>() == Approx(0.1));
    CHECK(tau["within_20pct"] == true);
    for (const char* name : {"r_peak", "t_lag_s", "k_per_s", "eta_p", "delta_rle"})
        CHECK(r["metrics"].contains(name));
    const double z = (std::atanh(-0.40) + std::atanh(-0.44) + std::atanh(-0.42)) / 3.0;
    CHECK(r["pooled"]["r"].get<double>() == Approx(std::tanh(z)));
    CHECK(r["pooled"]["i2"] == 0.0);
    CHECK(r["pooled"]["ci95"][0].get<double>() == Approx(std::tanh(z - 1.959964 / std::sqrt(261.0))));
    CHECK(done.err.find("3 sessions") != std::string::npos);
    CHECK(done.err.find("t_lag_s, s (manual)") != std::string::npos);
    CHECK(r["metrics"]["t_lag_s"]["title"] == "its lag, the manual's");
    CHECK(r["metrics"]["tau_th_s"]["judged"] == true);
    const double others = (std::atanh(-0.44) + std::atanh(-0.42)) / 2.0;
    CHECK(r["sessions"][0]["pooled_without"]["r"].get<double>() == Approx(std::tanh(others)));
    CHECK(r["sessions"][0]["pooled_without"]["i2"] == 0.0);
    CHECK(done.err.find(dir / "two") != std::string::npos);  // a row a session
}

TEST_CASE("beyond 20 %: exit 3; summary files, patterns and folders of sessions lead to the same") {
    const TempDir dir;
    make_folder(dir, "all/a", summary(-0.40, 3.0));
    make_folder(dir, "all/b", summary(-0.40, 5.0));
    const Finished folders = rlecouple({"reproduce", dir / "all/a", dir / "all/b", "-o", dir / "out.json"});
    CHECK(folders.exit_code == 3);
    CHECK(folders.out.find("Not reproducible: tau_th_s") != std::string::npos);
    const json by_folder = json::parse(read_file(dir / "out.json"));
    CHECK(by_folder["reproducible"] == false);
    CHECK(by_folder["metrics"]["tau_th_s"]["within_20pct"] == false);
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{dir / "all/*"},
                                                      {dir / "all"},
                                                      {dir / "all/a/summary.json", dir / "all/b"},
                                                      {dir / "all/?/summary.json"}}) {
        std::vector<std::string> command{"reproduce", "-o", "-"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        INFO(arguments.front());
        const Finished done = rlecouple(command);
        CHECK(done.exit_code == 3);
        CHECK(json::parse(done.out)["metrics"] == by_folder["metrics"]);
    }
}

TEST_CASE("one training recorded twice is noticed, and the claim refused") {
    const TempDir dir;
    make_folder(dir, "a", summary(-0.40, 3.0));
    make_folder(dir, "b", summary(-0.40, 3.0));
    make_folder(dir, "c", summary(-0.40, 3.0));
    write_file(dir / "a/training.csv", training(1.0));
    write_file(dir / "b/training.csv", training(1.0, 4));  // recorded from its fourth step on
    write_file(dir / "c/training.csv", training(1.1));
    const Finished done = rlecouple({"reproduce", dir / "a", dir / "b", dir / "c", "-o", "-"});
    CHECK(done.exit_code == 3);
    const json r = json::parse(done.out);
    CHECK(r["reproducible"] == false);
    CHECK(r["independent"] == false);
    CHECK(r["same_inputs"] == json::array({json::array({dir / "a", dir / "b"})}));
    CHECK(done.err.find("exactly the same gradient norms") != std::string::npos);
    CHECK(rlecouple({"reproduce", dir / "a", dir / "c", "-o", "-"}).exit_code == 0);
}

TEST_CASE(
    "one recording under two names is noticed by its readings, but estimates under the same load are not") {
    const TempDir dir;
    for (const char* name : {"a", "b", "c"}) {
        make_folder(dir, name, summary(-0.40, 3.0));
        write_file(dir / (std::string(name) + "/training.csv"), training(1.0 + 0.1 * (name[0] - 'a')));
        write_file(dir / (std::string(name) + "/telemetry.csv"),
                   make_session(60, name[0] == 'c' ? 2 : 1).telemetry_csv);
    }
    const Finished done = rlecouple({"reproduce", dir / "a", dir / "b", dir / "c", "-o", "-"});
    CHECK(done.exit_code == 3);
    CHECK(json::parse(done.out)["same_inputs"] == json::array({json::array({dir / "a", dir / "b"})}));
    CHECK(done.err.find("the same readings of temperature and power") != std::string::npos);
    CHECK(rlecouple({"reproduce", dir / "a", dir / "c", "-o", "-"}).exit_code == 0);

    const json modelled{{"schema", "rlecouple.session/1"},
                        {"devices", {{{"name", "gpu"}, {"modelled", {"temp_c", "power_w"}}}}}};
    for (const char* name : {"a", "b"})
        write_file(dir / (std::string(name) + "/session.json"), modelled.dump());
    const Finished estimates = rlecouple({"reproduce", dir / "a", dir / "b", "-o", "-"});
    INFO(estimates.err);
    CHECK(json::parse(estimates.out)["independent"] == true);
}

TEST_CASE("a metric that a session lacks is null and counted; none at all is exit 4") {
    const TempDir dir;
    json poor = summary(-0.40, 3.0);
    poor["correlation"]["coupling"] = nullptr;
    poor["balance"]["tau_th_s"]["value"] = nullptr;
    make_folder(dir, "a", summary(-0.40, 3.0));
    make_folder(dir, "b", poor);
    const json r = json::parse(rlecouple({"reproduce", dir / "a", dir / "b", "-o", "-"}).out);
    CHECK(r["metrics"]["k_per_s"]["n"] == 1);
    CHECK(r["metrics"]["k_per_s"]["within_20pct"].is_null());
    CHECK(r["metrics"]["k_per_s"]["sd"].is_null());
    CHECK(r["sessions"][1]["k_per_s"].is_null());
    CHECK(r["warnings"].dump().find("k_per_s: 1 of 2") != std::string::npos);
    const json empty{{"schema", "rlecouple.summary/1"}, {"correlation", nullptr}, {"balance", nullptr}};
    make_folder(dir, "c", empty);
    make_folder(dir, "d", empty);
    const Finished none = rlecouple({"reproduce", dir / "c", dir / "d", "-o", "-"});
    CHECK(none.exit_code == 4);
    CHECK(json::parse(none.out)["reproducible"] == false);
}

TEST_CASE("two thousand sessions", "[slow]") {
    const TempDir dir;
    for (int i = 0; i < 2000; ++i)
        make_folder(dir, fmt::format("all/{:04}", i), summary(-0.4 - 1e-5 * i, 3.0 + 1e-4 * i));
    const Finished done = rlecouple({"reproduce", dir / "all/*", "-o", "-"});
    CHECK(done.exit_code == 0);
    const json r = json::parse(done.out);
    CHECK(r["sessions"].size() == 2000);
    CHECK(r["metrics"]["tau_th_s"]["mean"].get<double>() == Approx(3.0 + 1e-4 * 999.5));
}

TEST_CASE("bad input gets one clear line") {
    const TempDir dir;
    make_folder(dir, "a", summary(-0.40, 3.0));
    write_file(dir / "torn.json", "{\"schema\": ");
    write_file(dir / "other.json", "{\"schema\": \"rlecouple.session/1\"}");
    std::filesystem::create_directories(dir / "empty");
    std::filesystem::create_directories(dir / "raw");
    write_file(dir / "raw/telemetry.csv", "t_s\n");
    for (const char* name : {"nothing", "torn.json", "other.json", "empty", "raw", "no*match"}) {
        INFO(name);
        const Finished done = rlecouple({"reproduce", dir / "a", dir / name, "-o", "-"});
        CHECK(done.exit_code == 1);
        CHECK(done.out.empty());
        CHECK(lines_of(done.err).size() == 1);
        CHECK(done.err.find(name) != std::string::npos);
    }
    CHECK(rlecouple({"reproduce", dir / "raw", "-o", "-"}).err.find("rlecouple analyze") !=
          std::string::npos);
    CHECK(rlecouple({"reproduce", dir / "a", "-o", "-"}).exit_code == 2);
    CHECK(rlecouple({"reproduce"}).exit_code == 2);
}

TEST_CASE("a file that stands among the sessions is named, with how to leave it out") {
    const TempDir dir;
    make_folder(dir, "a", summary(-0.6, 20.0));
    make_folder(dir, "b", summary(-0.6, 20.0));
    write_file(dir / "README.md", "# Sessions\n");
    const Finished done = rlecouple({"reproduce", dir / "a", dir / "README.md", dir / "b", "-o", "-"});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find(dir / "README.md") != std::string::npos);
    CHECK(done.err.find("a pattern that ends in / matches folders alone") != std::string::npos);
}
