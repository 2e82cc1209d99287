// `report` as a user runs it, on sessions that the other commands made, whole and in pieces.
#include <fmt/format.h>
#include <algorithm>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// A session that went through every stage.
void make_analysed(const fs::path& folder) {
    write_session(folder, make_session(90));
    for (const char* stage : {"align", "correlate", "balance"})
        REQUIRE(rlecouple({stage, folder.string()}).exit_code == 0);
}

nlohmann::json summary_of(const fs::path& folder) {
    return nlohmann::json::parse(read_file(folder / "summary.json"));
}

}  // namespace

TEST_CASE("report writes three files into the session, and says the verdict and where the page lies") {
    const TempDir dir;
    make_analysed(dir.path());
    const Finished done = rlecouple({"report", dir.path().string()});
    CHECK(done.exit_code == 0);
    CHECK(has(done.out, dir / "report.html"));
    CHECK(done.err.empty());
    const std::string page = read_file(dir / "report.html");
    CHECK(page.size() < 1000000);
    CHECK(has(page, "<!DOCTYPE html>"));
    CHECK(has(page, "chart-temperature"));
    const nlohmann::json summary = summary_of(dir.path());
    CHECK(summary.at("schema") == "rlecouple.summary/1");
    CHECK(summary.at("align").at("n_telemetry") == 90);
    CHECK(summary.at("correlation") == nlohmann::json::parse(read_file(dir / "correlation.json")));
    CHECK(summary.at("predict").is_null());
    CHECK(summary.at("session").is_null());  // nobody recorded it
    CHECK(summary.at("data_sheet").size() > 40);
    for (const nlohmann::json& row : summary.at("data_sheet")) {
        INFO(row.dump());
        CHECK(row.at("text").is_string() == !row.at("value").is_null());
        if (row.at("value").is_null()) CHECK(row.at("remark").is_string());  // why
        const std::string unit = row.at("unit").is_null() ? "" : row.at("unit").get<std::string>();
        if (!row.at("value").is_null() && !unit.empty()) CHECK(row.at("value").is_number());
        if (row.at("key").get<std::string>().starts_with("granger_"))
            CHECK_FALSE(row.at("value").is_string());
    }
}

TEST_CASE("a page has one energy in") {
    const TempDir dir;
    make_analysed(dir.path());
    REQUIRE(rlecouple({"report", dir.path().string()}).exit_code == 0);
    const nlohmann::json conservation = summary_of(dir.path()).at("balance").at("conservation");
    const double in = conservation.at("energy_in_j");
    REQUIRE(in > 1000.0);
    INFO(in << " J");
    const std::string page = read_file(dir / "report.html");
    CHECK(has(page, fmt::format("Energy since the start: {:.0f} J in", in)));
    CHECK(has(page, fmt::format("in: int P dt</th><td>{:.0f}</td>", in)));
}

TEST_CASE("the sums that summary.json names are those of sha256sum") {
    if (run({"sha256sum", "--version"}).exit_code != 0) {
        WARN("sha256sum is not there; skipped");
        return;
    }
    const TempDir dir;
    make_analysed(dir.path());
    REQUIRE(rlecouple({"report", dir.path().string()}).exit_code == 0);
    const nlohmann::json inputs = summary_of(dir.path()).at("inputs");
    CHECK(inputs.contains("training.csv"));
    for (const auto& [file, hash] : inputs.items()) {
        CHECK(run({"sha256sum", dir / file}).out.substr(0, 64) == hash.get<std::string>());
    }
}

TEST_CASE("report needs no stage: it names what is missing and the command that makes it") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    const Finished done = rlecouple({"report", dir.path().string()});
    CHECK(done.exit_code == 0);
    CHECK(has(done.out, "No verdict"));
    const std::string text = read_file(dir / "report.md");
    for (const char* stage : {"align", "correlate", "balance"})
        CHECK(has(text, std::string("rlecouple ") + stage));
    CHECK(summary_of(dir.path()).at("balance").is_null());
}

TEST_CASE("a broken stage becomes a line of the report") {
    const TempDir dir;
    make_analysed(dir.path());
    write_file(dir / "balance.json", "{\"schema\": ");
    const Finished done = rlecouple({"report", dir.path().string()});
    CHECK(done.exit_code == 0);
    CHECK(has(read_file(dir / "report.html"), "balance.json could not be used"));
    CHECK(has(summary_of(dir.path()).at("warnings").dump(), "balance.json could not be used"));

    // Nor does a recording end it whose checksum cannot be taken.
    fs::remove(dir / "telemetry.csv");
    fs::create_directory(dir / "telemetry.csv");
    CHECK(rlecouple({"report", dir.path().string()}).exit_code == 0);
    CHECK(has(summary_of(dir.path()).at("warnings").dump(), "telemetry.csv could not be used"));
    CHECK(!summary_of(dir.path()).at("inputs").contains("telemetry.csv"));
}

TEST_CASE("the same session gives the same bytes, under a locale with a decimal comma as well") {
    const TempDir dir;
    make_analysed(dir.path());
    REQUIRE(rlecouple({"report", dir.path().string()}).exit_code == 0);
    const std::string page = read_file(dir / "report.html");
    const std::string summary = read_file(dir / "summary.json");
    REQUIRE(rlecouple({"report", dir.path().string()}, {}, {"LC_ALL=de_DE.UTF-8"}).exit_code == 0);
    CHECK(read_file(dir / "report.html") == page);
    CHECK(read_file(dir / "summary.json") == summary);
}

TEST_CASE("-o makes a folder for the files, and -o - prints what one pastes") {
    const TempDir dir;
    make_analysed(dir.path());
    CHECK(rlecouple({"report", dir.path().string(), "-o", dir / "out/here"}).exit_code == 0);
    CHECK(fs::exists(dir / "out/here/report.html"));
    CHECK(!fs::exists(dir / "report.html"));
    const Finished printed = rlecouple({"report", dir.path().string(), "-o", "-"});
    CHECK(printed.exit_code == 0);
    CHECK(printed.out.rfind("## ", 0) == 0);
    CHECK(has(printed.out, "| tau\\_th |"));
    CHECK(!fs::exists(dir / "report.md"));
}

TEST_CASE(
    "a result that is older than the table it was made from is named, where it does not say its inputs") {
    const TempDir dir;
    make_analysed(dir.path());
    for (const char* file : {"align.json", "correlation.json", "balance.json"}) {
        nlohmann::json document = nlohmann::json::parse(read_file(dir / file));
        REQUIRE(document.erase("inputs") == 1);
        write_file(dir / file, document.dump());
    }
    REQUIRE(rlecouple({"report", dir.path().string()}).exit_code == 0);
    CHECK(!has(read_file(dir / "report.md"), "is older than"));
    const auto made = fs::last_write_time(dir / "correlation.json");
    fs::last_write_time(dir / "aligned.csv", made + std::chrono::minutes(5));
    fs::last_write_time(dir / "balance.json", made + std::chrono::minutes(6));
    REQUIRE(rlecouple({"report", dir.path().string()}).exit_code == 0);
    const std::string text = read_file(dir / "report.md");
    CHECK(has(text, "correlation.json is older than aligned.csv: run rlecouple correlate again"));
    CHECK(!has(text, "balance.json is older"));
}

TEST_CASE("a report says where a result is not of the files that are there, whatever the files' times") {
    const TempDir dir;
    make_analysed(dir.path());
    const Finished same = rlecouple({"report", dir.path().string()});
    CHECK(same.err.empty());
    const auto time = fs::last_write_time(dir / "telemetry.csv");
    std::string other = make_session(90, 2).telemetry_csv;
    write_file(dir / "telemetry.csv", other);
    fs::last_write_time(dir / "telemetry.csv", time);
    const Finished report = rlecouple({"report", dir.path().string()});
    CHECK(report.exit_code == 0);
    const std::string words = "align.json was made of another telemetry.csv than the one that is there now";
    CHECK(has(report.err, words + ": run rlecouple align again"));
    CHECK(has(read_file(dir / "report.html"), words));
    CHECK(has(summary_of(dir.path()).at("warnings").dump(), words));
    CHECK(!has(report.err, "balance.json"));

    REQUIRE(rlecouple({"align", dir.path().string()}).exit_code == 0);
    const Finished later = rlecouple({"report", dir.path().string()});
    CHECK(!has(later.err, "align.json"));
    for (const char* file : {"correlation.json", "balance.json"})
        CHECK(has(later.err, std::string(file) + " was made of another aligned.csv"));

    fs::remove(dir.path() / "training.csv");
    CHECK(has(rlecouple({"report", dir.path().string()}).err,
              "align.json was made of training.csv, which is not there any more"));
}

TEST_CASE("a session without a session.json started at its first aligned row") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    REQUIRE(rlecouple({"analyze", dir.path().string(), "--rated-power", "200"}).exit_code == 0);
    const std::string first = lines_of(read_file(dir / "aligned.csv")).at(1);
    const std::string time = first.substr(first.find(',') + 1, 27);
    REQUIRE(time.ends_with("Z"));
    const nlohmann::json sheet = summary_of(dir.path()).at("data_sheet");
    const auto started = std::find_if(sheet.begin(), sheet.end(),
                                      [](const nlohmann::json& row) { return row.at("key") == "started"; });
    REQUIRE(started != sheet.end());
    CHECK(started->at("value") == time);
    CHECK(started->at("remark") == "the first aligned row's time");
}

TEST_CASE("the data sheet has the same rows whatever a session lacks") {
    const auto keys_of = [](const TempDir& dir) {
        CHECK(rlecouple({"report", dir.path().string()}).exit_code == 0);
        std::vector<std::string> keys;
        const nlohmann::json rows = summary_of(dir.path()).at("data_sheet");
        for (const nlohmann::json& row : rows) keys.push_back(row.at("key"));
        return keys;
    };
    const TempDir full, bare;
    write_session(full.path(), make_session(60));
    write_file(full / "session.json",
               R"({"schema": "rlecouple.session/1", "devices": [{"name": "gpu", "kind": "gpu"}]})");
    rlecouple({"analyze", full.path().string(), "--rated-power", "200"});
    write_session(bare.path(), make_session(60));
    CHECK(keys_of(full) == keys_of(bare));
}

TEST_CASE("a summary says why a result is null") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    fs::remove(dir.path() / "training.csv");
    CHECK(rlecouple({"align", dir.path().string()}).exit_code == 0);
    CHECK(rlecouple({"report", dir.path().string()}).exit_code == 0);
    const std::string warnings = summary_of(dir.path()).at("warnings").dump();
    CHECK(has(warnings, "correlate: no correlation.json: there is no training log"));
    CHECK(has(warnings, "predict: no predict.json: there is no training log"));
    CHECK(has(warnings, "balance: no balance.json: run rlecouple balance"));
    const std::string page = read_file(dir / "report.html");
    CHECK(!has(page, "rlecouple collect -o"));  // refused on such a folder: what was not recorded stays so
}

TEST_CASE("several sessions stand side by side: printed, or as a folder of files") {
    const TempDir dir;
    for (const char* name : {"one", "two"}) make_analysed(dir.path() / name);
    write_session(dir.path() / "raw", make_session(60));
    const std::vector<std::string> sessions{dir / "one", dir / "two", dir / "raw"};

    const Finished printed = rlecouple({"report", sessions[0], sessions[1], sessions[2]});
    CHECK(printed.exit_code == 0);
    CHECK(printed.err.empty());
    CHECK(has(printed.out, "3 sessions"));
    CHECK(has(printed.out, "No verdict: 1"));
    std::size_t rows = 0;
    for (const std::string& line : lines_of(printed.out)) rows += line.rfind("| ", 0) == 0 ? 1 : 0;
    CHECK(rows == 4);  // the head, and a row a session
    CHECK(!fs::exists(dir.path() / "one" / "report.html"));

    const Finished written = rlecouple({"report", sessions[0], sessions[1], sessions[2], "-o", dir / "all"});
    CHECK(written.exit_code == 0);
    CHECK(read_file(dir / "all/report.md") == printed.out);
    const std::string page = read_file(dir / "all/report.html");
    CHECK(has(page, "id=\"chart-lags-of-2\""));
    CHECK(has(page, "Conservation") == false);  // a session's own page has that
    const nlohmann::json summary = summary_of(dir.path() / "all");
    CHECK(summary.at("sessions").size() == 3);
    CHECK(summary.at("sessions").at(1).at("summary").at("align").at("n_telemetry") == 90);
    CHECK(summary.at("sessions").at(2).at("summary").at("align").is_null());
}

TEST_CASE("what is no session is refused in one line") {
    const TempDir dir;
    const Finished absent = rlecouple({"report", dir / "nowhere"});
    CHECK(absent.exit_code == 1);
    CHECK(lines_of(absent.err).size() == 1);
    CHECK(has(absent.err, "no such session folder"));
    const Finished empty = rlecouple({"report", dir.path().string()});
    CHECK(empty.exit_code == 1);
    CHECK(has(empty.err, "holds none of the files"));
    write_file(dir / "file", "x");
    CHECK(rlecouple({"report", dir / "file"}).exit_code == 1);
    CHECK(rlecouple({"report"}).exit_code == 2);
}

// Bytes of Latin-1, as an old file system has them.
TEST_CASE("a session whose name is no UTF-8 has a report that is") {
    const TempDir dir;
    const std::string folder = dir / "caf\xe9";
    write_session(folder, make_session(90));
    const Finished done = rlecouple({"report", folder});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(summary_of(folder)["correlation"].is_null());
}

TEST_CASE("a document that is nested without end is refused, not followed") {
    const TempDir dir;
    write_session(dir.path(), make_session(90));
    constexpr std::size_t kDeep = 200'000;
    write_file(dir / "session.json", "{\"schema\": \"rlecouple.session/1\", \"x\": " +
                                         std::string(kDeep, '[') + std::string(kDeep, ']') + "}");
    const Finished done = rlecouple({"report", dir.path().string()});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(has(read_file(dir / "summary.json"), "nested too deeply"));
}
