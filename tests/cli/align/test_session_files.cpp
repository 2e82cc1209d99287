// Sessions from elsewhere: files with less in them than ours, or with too much.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string with_column(const std::string& table, const std::string& name, const std::string& cell) {
    std::string out;
    for (const std::string& line : lines_of(table)) out += line + "," + (out.empty() ? name : cell) + "\n";
    return out;
}

}  // namespace

TEST_CASE("a session.json without a schema is taken for what it has, with one warning") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    const std::string folder = dir.path().string();
    write_file(dir.path() / "session.json", "{\"ambient_c\": 25, \"temp_limit_c\": 80}");
    const Finished done = rlecouple({"align", folder});
    CHECK(done.exit_code == 0);
    CHECK(has(done.err, "session.json: no `schema`; it is taken for what it has"));
    const json options = json::parse(read_file(dir / "align.json"))["options"];
    CHECK(options["ambient_c"] == json{{"value", 25.0}, {"from", "session.json"}});
    CHECK(options["devices"][0]["temp_limit_c"] == json{{"value", 80.0}, {"from", "session.json"}});

    write_file(dir.path() / "session.json", "{}");
    for (const char* stage : {"align", "correlate", "balance", "report"}) {
        INFO(stage);
        CHECK(rlecouple({stage, folder}).exit_code == 0);
    }
    CHECK(json::parse(read_file(dir / "align.json"))["sample_hz"] == 1.0);  // the telemetry's own

    const Finished analysed = rlecouple({"analyze", folder});
    const std::size_t first = analysed.err.find("no `schema`");
    CHECK(first != std::string::npos);
    CHECK(analysed.err.find("no `schema`", first + 1) == std::string::npos);

    for (const char* broken : {"{\"schema\": \"rlecouple.align/1\"}", "{\"ambient_c\": ", "[]"}) {
        INFO(broken);
        write_file(dir.path() / "session.json", broken);
        CHECK(rlecouple({"align", folder}).exit_code == 1);
    }
}

TEST_CASE("a session is called by its folder, however that is typed") {
    const TempDir dir;
    const fs::path folder = dir.path() / "night run";
    fs::create_directories(folder);
    write_session(folder, make_session(60));
    const auto name = [&] {
        const json summary = json::parse(read_file(folder / "summary.json"));
        for (const json& row : summary["data_sheet"]) {
            if (row["key"] == "session") return row["value"].get<std::string>();
        }
        return std::string();
    };
    rlecouple({"analyze", folder.string() + "/"});
    CHECK(name() == "night run");
    run({"sh", "-c", "cd \"$0\" && \"$1\" report .", folder.string(), RLE_BINARY});
    CHECK(name() == "night run");
    CHECK(has(lines_of(read_file(folder / "report.md")).front(), "night run"));
}

TEST_CASE("summary.json names the blocks that it does not have") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    rlecouple({"align", dir.path().string()});
    rlecouple({"report", dir.path().string()});
    const json summary = json::parse(read_file(dir / "summary.json"));
    for (const char* block : {"session", "correlation", "balance", "predict"}) {
        INFO(block);
        CHECK(summary[block].is_null());
        CHECK(has(summary["warnings"].dump(), std::string(block) + ".json"));
    }
    CHECK(!summary["align"].is_null());
    CHECK(!has(summary["warnings"].dump(), "align is null"));
}

TEST_CASE("several columns of one name: the first is taken, with a warning") {
    const TempDir dir;
    const MadeSession made = make_session(60);
    write_file(dir.path() / "telemetry.csv", with_column(made.telemetry_csv, "temp_c", "99"));
    const Finished aligned = rlecouple({"align", "--telemetry", dir / "telemetry.csv", "-o", dir / "a.csv"});
    CHECK(aligned.exit_code == 0);
    CHECK(has(aligned.err, "several columns are called 'temp_c'"));
    const Finished balanced = rlecouple({"balance", dir / "telemetry.csv"});
    CHECK(balanced.exit_code == 0);
    CHECK(has(balanced.err, "several columns are called 'temp_c'"));
    write_file(dir.path() / "telemetry.csv", made.telemetry_csv);
    CHECK(!has(rlecouple({"balance", dir / "telemetry.csv"}).err, "several columns"));
}

TEST_CASE("the largest number of 64 bits is no gradient norm") {
    const TempDir dir;
    MadeSession made = make_session(60);
    std::vector<std::string> lines = lines_of(made.training_csv);
    const std::string header = lines[0];
    REQUIRE(has(header, "grad_norm"));
    const auto column = static_cast<std::size_t>(std::count(
        header.begin(), header.begin() + static_cast<std::ptrdiff_t>(header.find("grad_norm")), ','));
    std::size_t at = 0;
    for (std::size_t c = 0; c < column; ++c) at = lines[5].find(',', at) + 1;
    lines[5].replace(at, lines[5].find(',', at) - at, "9223372036854775807");
    std::string training;
    for (const std::string& line : lines) training += line + "\n";
    made.training_csv = training;
    write_session(dir.path(), made);
    const Finished done = rlecouple({"align", dir.path().string()});
    CHECK(done.exit_code == 0);
    CHECK(has(done.err, "1 value is the largest number of 64 bits"));
    CHECK(!has(read_file(dir / "aligned.csv"), "e+1"));
    CHECK(json::parse(read_file(dir / "align.json"))["dropped"]["training_no_reading"] == 1);

    std::string table = coupled_table(60, 1);
    const std::size_t row = table.find("\n30,") + 4;
    table.replace(row, table.find(',', row) - row, "9223372036854775807");
    const Finished correlated = rlecouple({"correlate", "-", "-o", "-"}, table);
    CHECK(has(correlated.err, "column 'grad_norm': 1 cell is infinite or outside the physical range"));
}

TEST_CASE("results go into folders that are not there yet, and a missing file is no session to record") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    const std::string folder = dir.path().string();
    CHECK(rlecouple({"align", folder, "-o", dir / "x/y/aligned.csv"}).exit_code == 0);
    CHECK(fs::exists(dir.path() / "x/y/align.json"));
    CHECK(rlecouple({"correlate", dir / "x/y/aligned.csv", "-o", dir / "z/correlation.json"}).exit_code == 0);
    CHECK(rlecouple({"balance", dir / "x/y/aligned.csv", "-o", dir / "w/v/balance.json"}).exit_code == 0);

    const Finished file = rlecouple({"correlate", dir / "nope.csv"});
    CHECK(file.exit_code == 1);
    CHECK(has(file.err, "check the path"));
    CHECK(!has(file.err, "collect -o"));
    CHECK(has(rlecouple({"correlate", dir / "nope"}).err, "collect -o"));
}
