#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;

namespace {

// A session that was really recorded and analysed, as CI has it.
void analysed(const TempDir& dir, const std::string& name) {
    write_session(dir.path() / name, make_session(90));
    const Finished done = rlecouple({"analyze", dir / name, "--rated-power", "200", "--temp-limit", "83"});
    INFO(done.err);
    REQUIRE(std::filesystem::exists(dir / (name + "/summary.json")));
}

json changed(const std::string& file, const json::json_pointer& key, const json& value) {
    json document = json::parse(read_file(file));
    REQUIRE(document.contains(key));
    document[key] = value;
    return document;
}

}  // namespace

TEST_CASE("a baseline that is one stage's result is refused, and so is an output over an input") {
    const TempDir dir;
    analysed(dir, "s");
    const Finished done = rlecouple({"check", dir / "s", "--baseline", dir / "s/balance.json"});
    CHECK(done.exit_code == 1);
    CHECK(done.out.empty());
    CHECK(done.err.find("a baseline is a summary.json") != std::string::npos);
    const std::string summary = dir / "s/summary.json", before = read_file(summary);
    CHECK(rlecouple({"check", dir / "s", "--baseline", summary, "-o", summary}).exit_code == 2);
    CHECK(read_file(summary) == before);
}

TEST_CASE("a session holds against its own baseline, and not against another tau") {
    const TempDir dir;
    analysed(dir, "s");
    const Finished made = rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "--update"});
    CHECK(made.exit_code == 0);
    const Finished same = rlecouple({"check", dir / "s", "--baseline", dir / "base.json"});
    CHECK(same.exit_code == 0);
    CHECK(same.err.empty());
    CHECK(same.out.find("nothing moved") != std::string::npos);
    CHECK(same.out.find("tau_th_s") != std::string::npos);

    const json::json_pointer tau("/balance/tau_th_s/value");
    const double fitted = json::parse(read_file(dir / "base.json"))[tau];
    CHECK(fitted == Approx(20.0).epsilon(0.02));  // C/hA of the made session
    write_file(dir / "base.json", changed(dir / "base.json", tau, fitted * 1.3).dump());
    const Finished moved =
        rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "-o", dir / "check.json"});
    CHECK(moved.exit_code == 3);
    CHECK(moved.out.find("! tau_th_s") != std::string::npos);
    CHECK(moved.out.find("-23.1 %") != std::string::npos);  // 1/1.3 - 1
    const json table = json::parse(read_file(dir / "check.json"));
    CHECK(table["schema"] == "rlecouple.check/1");
    CHECK(table["held"] == false);
    CHECK(table["moved"] == 1);
    CHECK(rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "--tolerance", "25%"}).exit_code ==
          0);
    CHECK(rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "--metric", "tau_th_s=30%"})
              .exit_code == 0);
    CHECK(rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "--metric", "tau_th_s=1"})
              .exit_code == 3);
    CHECK(rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "--metric", "tau_th_s=9"})
              .exit_code == 0);
    CHECK(
        rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "--metric", "tau_th_s"}).exit_code ==
        3);  // by --tolerance
    // --update takes the session's result again.
    CHECK(rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "--update"}).exit_code == 0);
    CHECK(rlecouple({"check", dir / "s", "--baseline", dir / "base.json"}).exit_code == 0);
    // Not even by the last digit: of the same session twice the results are the same.
    CHECK(rlecouple({"check", dir / "s", "--baseline", dir / "base.json", "--tolerance", "0"}).exit_code ==
          0);
}

TEST_CASE("a verdict that changed counts, and so does a value that is gone") {
    const TempDir dir;
    analysed(dir, "s");
    const std::string file = dir / "s/summary.json", base = dir / "base.json";
    write_file(base, changed(file, json::json_pointer("/correlation/verdict"), "coupled").dump());
    const Finished verdict = rlecouple({"check", dir / "s", "--baseline", base});
    CHECK(verdict.exit_code == 3);
    CHECK(verdict.out.find("! verdict") != std::string::npos);
    CHECK(verdict.out.find("not_detected") != std::string::npos);
    write_file(base, changed(file, json::json_pointer("/balance/eta_p/value"), nullptr).dump());
    CHECK(rlecouple({"check", dir / "s", "--baseline", base}).exit_code == 3);
}

TEST_CASE("a recording that was made anew and not analysed does not hold") {
    const TempDir dir;
    analysed(dir, "s");
    const std::string base = dir / "base.json", telemetry = dir / "s/telemetry.csv";
    REQUIRE(rlecouple({"check", dir / "s", "--baseline", base, "--update"}).exit_code == 0);
    const std::string before = read_file(telemetry);
    write_file(telemetry, make_session(90, 2).telemetry_csv);
    const auto check = [&](const std::string& session) {
        return rlecouple(
            {"check", session, "--baseline", base, "-o", dir / "check.json", "--junit", dir / "junit.xml"});
    };
    const Finished forgotten = check(dir / "s");
    CHECK(forgotten.exit_code == 3);
    REQUIRE(lines_of(forgotten.err).size() == 1);
    CHECK(forgotten.err.find("made of another telemetry.csv") != std::string::npos);
    CHECK(forgotten.err.find("rlecouple analyze") != std::string::npos);
    const json table = json::parse(read_file(dir / "check.json"));
    CHECK(table["held"] == false);
    CHECK(table["other_files"] == json::array({"telemetry.csv"}));
    CHECK(read_file(dir / "junit.xml").find("failures=\"1\"") != std::string::npos);
    CHECK(check(dir / "s/summary.json").exit_code == 0);  // a file is taken as it is
    // A report made anew does not help: the table is still that of the other recording.
    REQUIRE(rlecouple({"report", dir / "s"}).exit_code == 0);
    CHECK(check(dir / "s").exit_code == 3);
    write_file(telemetry, before);
    CHECK(check(dir / "s").exit_code == 0);
    // A stage run again with other options, and no report after it.
    REQUIRE(rlecouple({"correlate", dir / "s", "--max-lag", "5"}).exit_code == 0);
    CHECK(check(dir / "s").err.find("another correlation.json") != std::string::npos);
}

TEST_CASE("a summary on its own in a folder is enough") {
    const TempDir dir;
    analysed(dir, "s");
    std::filesystem::create_directories(dir / "alone");
    std::filesystem::copy(dir / "s/summary.json", dir / "alone/summary.json");
    const Finished done = rlecouple({"check", dir / "alone", "--baseline", dir / "s/summary.json"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(json::parse(read_file(dir / "s/summary.json"))["inputs"].contains("telemetry.csv"));
}

TEST_CASE("JUnit's XML says what failed") {
    const TempDir dir;
    analysed(dir, "a & b");
    const std::string base = dir / "base.json";
    write_file(base,
               changed(dir / "a & b/summary.json", json::json_pointer("/balance/rle/delta"), 99.0).dump());
    CHECK(rlecouple({"check", dir / "a & b", "--baseline", base, "--junit", dir / "junit.xml"}).exit_code ==
          3);
    const std::string xml = read_file(dir / "junit.xml");
    CHECK(xml.find("failures=\"1\"") != std::string::npos);
    CHECK(xml.find("a &amp; b\" name=\"delta_rle\"><failure message=\"delta_rle was 99 1, is ") !=
          std::string::npos);
    const Finished parsed =
        run({"python3", "-c", "import sys, xml.dom.minidom as x; x.parse(sys.argv[1])", dir / "junit.xml"});
    CHECK((parsed.exit_code == 0 || parsed.exit_code == 127));  // well-formed, where python3 can tell
}

TEST_CASE("bad input gets one clear line") {
    const TempDir dir;
    std::filesystem::create_directories(dir / "empty");
    write_file(dir / "base.json", "{\"schema\": \"rlecouple.summary/1\"}");
    const auto refused = [&](std::vector<std::string> arguments, int code, const std::string& word) {
        arguments.insert(arguments.begin(), "check");
        const Finished done = rlecouple(arguments);
        INFO(done.err);
        CHECK(done.exit_code == code);
        CHECK(lines_of(done.err).size() == 1);
        CHECK(done.err.find(word) != std::string::npos);
    };
    refused({dir / "empty", "--baseline", dir / "none.json"}, 1, "--update");
    refused({dir / "empty", "--baseline", dir / "base.json"}, 1, "rlecouple analyze");
    refused({dir / "nothing", "--baseline", dir / "base.json"}, 1, "no such session");
    refused({dir / "empty", "--baseline", dir / "base.json", "--update"}, 1, "rlecouple analyze");
    refused({dir / "base.json", "--baseline", dir / "base.json"}, 1, "no result to compare");
    refused({dir / "base.json", "--baseline", dir / "base.json", "--metric", "tau=5%"}, 2, "tau_th_s");
    refused({dir / "base.json", "--baseline", dir / "base.json", "--tolerance", "much"}, 2, "no tolerance");
    refused({dir / "base.json", "--baseline", dir / "base.json", "--tolerance", "5"}, 2, "20%");
    refused({dir / "base.json"}, 2, "--baseline");
}

TEST_CASE("what is no baseline is told in words, whatever its schema is made of") {
    const TempDir dir;
    analysed(dir, "s");
    for (const char* document : {"{\"schema\": 1}", "{}", "[]", "{\"schema\": \"rlecouple.balance/1\"}"}) {
        write_file(dir / "base.json", document);
        const Finished done = rlecouple({"check", dir / "s", "--baseline", dir / "base.json"});
        INFO(document << ": " << done.err);
        CHECK(done.exit_code == 1);
        CHECK(done.err.find("a baseline is a summary.json, and this is none") != std::string::npos);
    }
}
