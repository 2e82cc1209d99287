// The contract: where a value does not exist it is null, with a line in `warnings`. Odd sessions go through
// every stage, and every null of every document is looked for in the warnings of that document.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;

namespace {

// Keys that say nothing without the one above them.
const std::set<std::string> kGeneric{"value", "class", "ci95", "r", "z", "mean", "sd", "cv"};

void look_at(const json& value, const std::string& key, const std::string& parent, const std::string& text) {
    if (value.is_null()) {
        if (key == "suggested_shift_s") return;  // null where there is nothing to shift
        const std::string& name = kGeneric.count(key) != 0 && !parent.empty() ? parent : key;
        INFO(parent << "." << key << " is null; the warnings: " << text);
        CHECK(text.find(name) != std::string::npos);
    }
    if (value.is_array()) {
        for (const json& inner : value) look_at(inner, key, parent, text);
    }
    if (!value.is_object()) return;
    for (const auto& [name, inner] : value.items()) {
        if (name != "warnings" && name != "data_sheet") look_at(inner, name, key, text);
    }
}

void nulls_are_named(const json& document) {
    REQUIRE(document.contains("warnings"));
    look_at(document, "", "", document["warnings"].dump());
}

struct Odd {
    std::string name, telemetry, training;
};

std::string rows_of(int n, const std::string& header, const std::function<std::string(int)>& row) {
    std::string text = header + "\n";
    for (int t = 0; t < n; ++t) text += row(t) + "\n";
    return text;
}

std::vector<Odd> odd_sessions() {
    const std::string header = "t_s,device,temp_c,power_w,util_pct";
    const auto moving = [](int t) {
        return fmt::format("{},gpu,{},{},{}", t, 40 + (t % 30) / 3, t % 30 < 15 ? 200 : 80, 90);
    };
    const std::string steps = rows_of(90, "t_s,step,loss,grad_norm", [](int t) {
        return fmt::format("{},{},2.0,{}", t, t, t % 17 == 3 ? 9.0 : 2.0 + 0.1 * (t * 7 % 11));
    });
    const std::string level =
        rows_of(90, "t_s,step,grad_norm", [](int t) { return fmt::format("{},{},2", t, t); });
    return {
        {"sound", rows_of(90, header, moving), steps},
        {"without training", rows_of(90, header, moving), ""},
        {"constant driver", rows_of(90, header, moving), level},
        {"three samples", rows_of(3, header, moving), steps},
        {"at rest", rows_of(90, header, [](int t) { return fmt::format("{},gpu,40,80,90", t); }), steps},
        {"no power flows",
         rows_of(90, header, [](int t) { return fmt::format("{},gpu,{},0,90", t, 40 + t % 5); }), steps},
        {"no temperature",
         rows_of(90, "t_s,device,power_w,util_pct",
                 [](int t) { return fmt::format("{},gpu,{},90", t, 80 + t % 9); }),
         steps},
        {"no power",
         rows_of(90, "t_s,device,temp_c,util_pct",
                 [](int t) { return fmt::format("{},gpu,{},90", t, 50 + t % 9); }),
         steps},
        {"slower than the session",
         rows_of(20, header, [](int t) { return fmt::format("{},gpu,{},{},90", t, 40 + t, 200 - t % 3); }),
         steps},
        {"estimates", rows_of(90, header + ",modelled", [&](int t) { return moving(t) + ",power_w;temp_c"; }),
         steps},
    };
}

}  // namespace

TEST_CASE("every null of every document has its name in a warning of it") {
    for (const Odd& odd : odd_sessions()) {
        INFO(odd.name);
        const TempDir dir;
        write_file(dir / "telemetry.csv", odd.telemetry);
        if (!odd.training.empty()) write_file(dir / "training.csv", odd.training);
        rlecouple({"analyze", dir.path().string(), "--rated-power", "250"});
        int documents = 0;
        for (const char* name : {"align", "correlation", "balance", "predict"}) {
            const std::string file = dir / (std::string(name) + ".json");
            if (!std::filesystem::exists(file)) continue;
            INFO(name);
            nulls_are_named(json::parse(read_file(file)));
            ++documents;
        }
        CHECK(documents >= 1);
    }
}

TEST_CASE("what needs a missing constant is named with it, in one line of its own") {
    const TempDir dir;
    const Odd still = odd_sessions()[4];
    write_file(dir / "telemetry.csv", still.telemetry);
    rlecouple({"analyze", dir.path().string(), "--rated-power", "250"});
    const json b = json::parse(read_file(dir / "balance.json"));
    CHECK(b["conservation"]["closure"].is_null());
    std::string line;
    for (const json& warning : b["warnings"]) {
        if (warning.get<std::string>().rfind("without these thermal constants there is no ", 0) == 0)
            line = warning;
    }
    for (const char* name : {"hA_w_per_c", "C_j_per_c", "tau_s", "energy_out_j", "energy_stored_j", "closure",
                             "closure_holdout", "within_5pct", "q_mean_w"}) {
        INFO(line << " names " << name);
        CHECK(line.find(name) != std::string::npos);
    }
}

TEST_CASE("an interval that bounds nothing is not told") {
    for (const Odd& odd : odd_sessions()) {
        const TempDir dir;
        write_file(dir / "telemetry.csv", odd.telemetry);
        rlecouple({"analyze", dir.path().string(), "--rated-power", "250"});
        if (!std::filesystem::exists(dir / "balance.json")) continue;
        const json b = json::parse(read_file(dir / "balance.json"));
        for (const auto& [name, ends] : b["thermal"]["ci95"].items()) {
            INFO(odd.name << " " << name << " " << ends);
            if (!ends.is_null() && ends[0] > 0.0) CHECK(ends[1].get<double>() / ends[0].get<double>() <= 1e6);
        }
    }
}

TEST_CASE("estimates are called so in every document and in the words") {
    const TempDir dir;
    const Odd estimates = odd_sessions().back();
    write_file(dir / "telemetry.csv", estimates.telemetry);
    write_file(dir / "training.csv", estimates.training);
    const Finished done = rlecouple({"analyze", dir.path().string(), "--rated-power", "250"});
    for (const char* name : {"align", "correlation", "balance", "predict"}) {
        INFO(name);
        const json document = json::parse(read_file(dir / (std::string(name) + ".json")));
        CHECK(document["warnings"].dump().find("not measured") != std::string::npos);
    }
    CHECK(done.err.find("gpu: temp_c and power_w are estimates, not measured") != std::string::npos);
    CHECK(read_file(dir / "report.md").find("Modelled, not measured: power\\_w, temp\\_c") !=
          std::string::npos);
}
