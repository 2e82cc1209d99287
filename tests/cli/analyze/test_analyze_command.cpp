#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;
namespace fs = std::filesystem;

TEST_CASE("analyze gives what the stages give one by one") {
    const TempDir together, apart;
    const MadeSession made = make_session(120);
    write_session(together.path(), made);
    write_session(apart.path(), made);
    const Finished all = rlecouple({"analyze", together.path().string(), "--rated-power", "200",
                                    "--temp-limit", "83", "--ambient", "21"});
    INFO(all.err);
    REQUIRE(all.exit_code == 0);
    REQUIRE(rlecouple({"align", apart.path().string(), "--rated-power", "200", "--temp-limit", "83",
                       "--ambient", "21"})
                .exit_code == 0);
    REQUIRE(rlecouple({"correlate", apart.path().string()}).exit_code == 0);
    REQUIRE(rlecouple({"balance", apart.path().string(), "--ambient", "21"}).exit_code == 0);
    REQUIRE(rlecouple({"report", apart.path().string()}).exit_code == 0);
    CHECK(read_file(together / "aligned.csv") == read_file(apart / "aligned.csv"));
    for (const char* file : {"align.json", "correlation.json", "balance.json"}) {
        INFO(file);
        CHECK(json::parse(read_file(together / file)) == json::parse(read_file(apart / file)));
    }
    json balance = json::parse(read_file(together / "balance.json"));
    balance["thermal"].erase("simulated_c");  // one number a sample: not for a summary
    CHECK(json::parse(read_file(together / "summary.json"))["balance"] == balance);
}

TEST_CASE("the thermal constants of a simulated device come out of the chain") {
    const TempDir dir;
    write_session(dir.path(), make_session(180));  // hA 4 W/degC, C 80 J/degC: tau 20 s
    REQUIRE(rlecouple({"analyze", dir.path().string(), "--ambient", "21"}).exit_code == 0);
    const json balance = json::parse(read_file(dir / "balance.json"));
    CHECK(balance["thermal"]["hA_w_per_c"].get<double>() == Approx(4.0).epsilon(0.02));
    CHECK(balance["tau_th_s"]["value"].get<double>() == Approx(20.0).epsilon(0.02));
    CHECK(balance["tau_th_s"]["class"] == "slow");
    CHECK(std::abs(balance["conservation"]["closure"].get<double>()) < 0.02);
    CHECK(balance["conservation"]["within_5pct"] == true);
}

TEST_CASE("without a training log there is a balance and a report, and nothing made up") {
    const TempDir dir;
    write_session(dir.path(), make_session(90));
    fs::remove(dir.path() / "training.csv");
    const Finished done = rlecouple({"analyze", dir.path().string()});
    CHECK(done.exit_code == 0);
    CHECK(done.err.find("no training log") != std::string::npos);
    CHECK(!fs::exists(dir.path() / "correlation.json"));
    const json summary = json::parse(read_file(dir / "summary.json"));
    CHECK(summary["correlation"].is_null());
    CHECK(!summary["balance"].is_null());
}

TEST_CASE(
    "a recorded training that told of no step is as good as none, until an option makes steps of its lines") {
    const TempDir dir;
    const std::string session = dir / "session";
    const Finished recorded =
        rlecouple({"collect", "-q", "-o", session, "--sample-hz", "20", "-d", "3", "--", "sh", "-c",
                   "for i in 1 2 3 4 5 6 7 8 9; do echo \"batch $i norm=$i.5\"; sleep 0.1; done; sleep 9"});
    INFO(recorded.err);
    REQUIRE(recorded.exit_code == 0);
    const Finished done = rlecouple({"analyze", session});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(done.err.find("--grad-pattern") != std::string::npos);
    CHECK(fs::exists(fs::path(session) / "report.html"));

    const std::string start = json::parse(read_file(fs::path(session) / "session.json"))["started"];
    const Finished read = rlecouple(
        {"align", session, "--grad-pattern", "norm=([0-9.]+)", "--start", start, "--step-seconds", "0.1"});
    INFO(read.err);
    CHECK(read.exit_code == 0);
    CHECK(json::parse(read_file(fs::path(session) / "align.json"))["n_training"] == 9);
}

TEST_CASE("streams that do not overlap: the rest is done, the exit code is 4") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    write_file(dir.path() / "training.csv",
               "timestamp,step,grad_norm\n2026-03-01T07:00:01Z,1,2\n2026-03-01T07:00:02Z,2,3\n");
    const Finished done = rlecouple({"analyze", dir.path().string()});
    CHECK(done.exit_code == 4);
    CHECK(done.err.find("--clock-offset 18000") != std::string::npos);
    CHECK(fs::exists(dir.path() / "report.html"));
    CHECK(fs::exists(dir.path() / "balance.json"));
}

TEST_CASE("what is no session is refused") {
    const TempDir dir;
    CHECK(rlecouple({"analyze", dir / "nothing"}).exit_code == 1);
    CHECK(rlecouple({"analyze", dir.path().string()}).exit_code == 1);
    CHECK(rlecouple({"analyze"}).exit_code == 2);
}
