// What RLE was made with stands in align.json, and later stages go by it.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json document(const TempDir& dir, const char* name) {
    return json::parse(read_file(dir / name));
}

json choice(const json& value, const char* from) {
    return {{"value", value}, {"from", from}};
}

json sheet_row(const TempDir& dir, const std::string& key) {
    const json summary = document(dir, "summary.json");
    for (const json& row : summary["data_sheet"]) {
        if (row["key"] == key) return row;
    }
    return nullptr;
}

// As a recording leaves it, with the driver's own limits.
void write_session_json(const TempDir& dir, const json& more) {
    json session{
        {"schema", "rlecouple.session/1"},
        {"name", "made"},
        {"sample_hz", 1.0},
        {"devices", {{{"name", "gpu"}, {"kind", "gpu"}, {"rated_power_w", 300}, {"temp_limit_c", 87}}}}};
    session.update(more);
    write_file(dir.path() / "session.json", session.dump());
}

}  // namespace

TEST_CASE("align.json says what RLE was made with, and where that is from") {
    const TempDir dir;
    write_session(dir.path(), make_session(90));
    const std::string folder = dir.path().string();
    REQUIRE(rlecouple({"align", folder, "--ambient", "24", "--rated-power", "250", "--slope-window", "8"})
                .exit_code == 0);
    json options = document(dir, "align.json")["options"];
    CHECK(options["ambient_c"] == choice(24.0, "given"));
    CHECK(options["stability"] == choice("ha", "default"));
    CHECK(options["sustain"] == choice("limit", "default"));
    CHECK(options["slope_window_s"] == choice(8.0, "given"));
    CHECK(options["tolerance_s"] == choice(2.0, "default"));
    REQUIRE(options["devices"].size() == 1);
    CHECK(options["devices"][0]["device"] == "gpu");
    CHECK(options["devices"][0]["rated_power_w"] == choice(250.0, "given"));
    CHECK(options["devices"][0]["temp_limit_c"] == choice(83.0, "assumed"));

    write_session_json(dir, {{"ambient_c", 26.5}, {"ambient_given", true}});
    REQUIRE(rlecouple({"align", folder, "--sustain", "constant", "--tau-sustain", "20"}).exit_code == 0);
    options = document(dir, "align.json")["options"];
    CHECK(options["ambient_c"] == choice(26.5, "session.json"));
    CHECK(options["sustain"] == choice("constant", "given"));
    CHECK(options["devices"][0]["rated_power_w"] == choice(300.0, "session.json"));
    CHECK(options["devices"][0]["temp_limit_c"] == choice(87.0, "session.json"));
    CHECK(options["devices"][0]["tau_sustain_s"] == choice(20.0, "given"));

    // Given at the value that it has anyhow, an option was given all the same.
    REQUIRE(rlecouple({"align", folder, "--stability", "ha", "--sustain", "limit", "--slope-window", "5",
                       "--tolerance", "2"})
                .exit_code == 0);
    options = document(dir, "align.json")["options"];
    CHECK(options["stability"] == choice("ha", "given"));
    CHECK(options["sustain"] == choice("limit", "given"));
    CHECK(options["slope_window_s"] == choice(5.0, "given"));
    CHECK(options["tolerance_s"] == choice(2.0, "given"));
}

TEST_CASE("a later stage takes the ambient from --ambient, then session.json, then align.json") {
    const TempDir dir;
    write_session(dir.path(), make_session(120));
    const std::string folder = dir.path().string();
    const auto thermal = [&](std::vector<std::string> more) {
        std::vector<std::string> args{"balance", folder};
        args.insert(args.end(), more.begin(), more.end());
        REQUIRE(rlecouple(args).exit_code == 0);
        return document(dir, "balance.json")["thermal"];
    };
    REQUIRE(rlecouple({"align", folder, "--ambient", "22.5"}).exit_code == 0);
    json fit = thermal({});
    CHECK(fit["ambient_c"] == 22.5);
    CHECK(fit["ambient_from"] == "align");
    REQUIRE(rlecouple({"report", folder}).exit_code == 0);
    CHECK(sheet_row(dir, "ambient_c")["value"] == 22.5);
    CHECK(sheet_row(dir, "ambient_c")["remark"] == "given to align by --ambient");

    fit = thermal({"--ambient", "21"});
    CHECK(fit["ambient_c"] == 21.0);
    CHECK(fit["ambient_from"] == "option");

    write_session_json(dir, {{"ambient_c", 21.0}, {"ambient_given", false}});  // the default: nobody's word
    CHECK(thermal({})["ambient_from"] == "align");
    write_session_json(dir, {{"ambient_c", 21.5}, {"ambient_given", true}});
    fit = thermal({});
    CHECK(fit["ambient_c"] == 21.5);
    CHECK(fit["ambient_from"] == "session");
}

TEST_CASE("a balance by another ambient than RLE's says so") {
    const TempDir dir;
    write_session(dir.path(), make_session(120));
    const std::string folder = dir.path().string();
    REQUIRE(rlecouple({"align", folder, "--ambient", "21"}).exit_code == 0);
    CHECK(rlecouple({"balance", folder, "--ambient", "21"}).err.find("RLE was made") == std::string::npos);
    const Finished other = rlecouple({"balance", folder, "--ambient", "22"});
    CHECK(
        other.err.find("RLE was made with an ambient of 21 degC (align.json), and the balance goes by 22") !=
        std::string::npos);
    REQUIRE(rlecouple({"report", folder}).exit_code == 0);
    CHECK(sheet_row(dir, "ambient_c")["remark"] ==
          "given to the analysis by --ambient; RLE was made with 21");

    // eta_stability by the load's scatter rests on no ambient temperature.
    REQUIRE(rlecouple({"align", folder, "--ambient", "21", "--stability", "util"}).exit_code == 0);
    CHECK(rlecouple({"balance", folder, "--ambient", "22"}).err.find("RLE was made") == std::string::npos);
}

TEST_CASE("predict goes by the temperature limit that align was given") {
    const TempDir dir;
    write_session(dir.path(), make_session(120));
    const std::string folder = dir.path().string();
    REQUIRE(rlecouple({"align", folder}).exit_code == 0);
    CHECK(rlecouple({"predict", folder}).err.find("temperature limit unknown") != std::string::npos);
    REQUIRE(rlecouple({"align", folder, "--temp-limit", "75"}).exit_code == 0);
    CHECK(rlecouple({"predict", folder}).err.find("temperature limit unknown") == std::string::npos);
}

TEST_CASE("the data sheet shows the rated power and the limit that were used") {
    const TempDir dir;
    write_session(dir.path(), make_session(90));
    const std::string folder = dir.path().string();
    write_session_json(dir, json::object());
    const auto analysed = [&](std::vector<std::string> more) {
        std::vector<std::string> args{"analyze", folder};
        args.insert(args.end(), more.begin(), more.end());
        rlecouple(args);
        return std::pair(sheet_row(dir, "rated_power_w"), sheet_row(dir, "temp_limit_c"));
    };
    auto [rated, limit] = analysed({"--rated-power", "250", "--temp-limit", "75"});
    CHECK(rated["value"] == 250.0);
    CHECK(rated["remark"] == "given to the analysis by --rated-power");
    CHECK(limit["value"] == 75.0);
    CHECK(limit["remark"] == "given to the analysis by --temp-limit");

    std::tie(rated, limit) = analysed({});
    CHECK(rated["value"] == 300.0);
    CHECK(rated["remark"].is_null());
    CHECK(limit["value"] == 87.0);

    fs::remove(dir.path() / "session.json");
    std::tie(rated, limit) = analysed({"--rated-power", "250"});
    CHECK(rated["value"] == 250.0);
    CHECK(limit["value"] == 83.0);
    CHECK(limit["remark"] == "assumed: a usual limit");
}
