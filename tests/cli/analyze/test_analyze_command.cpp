#include <fmt/format.h>

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
    CHECK(fs::exists(dir.path() / "balance.json"));
    for (const char* file : {"report.html", "report.md", "summary.json"}) {
        INFO(file);
        CHECK(read_file(dir / file).find("--clock-offset 18000") != std::string::npos);
    }
    const json summary = json::parse(read_file(dir / "summary.json"));
    CHECK(summary["verdict"].get<std::string>().find("do not overlap in time") != std::string::npos);
    CHECK(summary["predict"].is_null());
    CHECK(summary["align"]["suggested_shift_s"] == 18000);
}

namespace {

const char* const kTelemetryHead = "timestamp,t_s,device,temp_c,power_w,util_pct\n";
const char* const kTrainingHead = "timestamp,t_s,step,epoch,loss,grad_norm,learning_rate\n";

bool is_in(const fs::path& folder, const char* file) {
    return fs::exists(folder / file);
}

}  // namespace

TEST_CASE("no result of the recording before is left beside a new one") {
    const TempDir dir;
    write_session(dir.path(), make_session(120));
    REQUIRE(rlecouple({"analyze", dir.path().string()}).exit_code == 0);
    for (const char* file : {"correlation.json", "predict.json", "balance.json"})
        REQUIRE(is_in(dir.path(), file));

    SECTION("the new one has no step") {
        write_file(dir / "training.csv", kTrainingHead);
        const Finished done = rlecouple({"analyze", dir.path().string()});
        CHECK(done.exit_code == 4);
        CHECK(is_in(dir.path(), "balance.json"));  // of the telemetry alone
        CHECK(read_file(dir / "report.md").find("not one step") != std::string::npos);
    }
    SECTION("the new one has no training log") {
        fs::remove(dir.path() / "training.csv");
        CHECK(rlecouple({"analyze", dir.path().string()}).exit_code == 0);
        CHECK(read_file(dir / "report.md").find("no training log") != std::string::npos);
    }
    SECTION("the new one has no sample") {
        write_file(dir / "telemetry.csv", kTelemetryHead);
        CHECK(rlecouple({"analyze", dir.path().string()}).exit_code == 4);
        for (const char* file : {"aligned.csv", "align.json", "balance.json"})
            CHECK_FALSE(is_in(dir.path(), file));
    }
    CHECK_FALSE(is_in(dir.path(), "correlation.json"));
    CHECK_FALSE(is_in(dir.path(), "predict.json"));
    const json summary = json::parse(read_file(dir / "summary.json"));
    CHECK(summary["correlation"].is_null());
    CHECK(summary["predict"].is_null());
    CHECK(summary["warnings"].dump().find("correlate: no correlation.json: ") != std::string::npos);
    CHECK(summary["warnings"].dump().find("predict: no predict.json: ") != std::string::npos);
}

TEST_CASE("a device that cannot be balanced has no balance of another device in its report") {
    const TempDir dir;
    const MadeSession made = make_session(120);
    write_session(dir.path(), made);
    std::string both = made.telemetry_csv;
    for (std::size_t at = 0; (at = both.find(",gpu,", at)) != std::string::npos;)
        both.replace(at, 5, ",cpu,");
    for (int i = 0; i < 120; ++i)  // and a GPU that tells neither temperature nor power
        both += "," + std::to_string(i) + ",gpu0,,," + std::to_string(i % 7) + ",40,\n";
    write_file(dir / "telemetry.csv", both);
    REQUIRE(rlecouple({"analyze", dir.path().string(), "--device", "cpu"}).exit_code == 0);
    REQUIRE(json::parse(read_file(dir / "summary.json"))["balance"]["device"] == "cpu");
    const Finished gpu = rlecouple({"analyze", dir.path().string(), "--response", "util_pct"});
    INFO(gpu.err);
    CHECK(gpu.exit_code == 4);
    CHECK(json::parse(read_file(dir / "summary.json"))["balance"].is_null());
    CHECK_FALSE(is_in(dir.path(), "balance.json"));
}

TEST_CASE(
    "what align cannot carry ends analyze with its own reason and code, and a report of what there is") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    std::string reason;
    SECTION("telemetry with a header alone") {
        write_file(dir / "telemetry.csv", kTelemetryHead);
        reason = "a header but not one whole row";
    }
    SECTION("one sample") {
        write_file(dir / "telemetry.csv",
                   std::string(kTelemetryHead) + "2026-03-01T12:00:00Z,0,gpu,50,100,90\n");
        reason = "needs at least two samples";
    }
    const Finished align = rlecouple({"align", dir.path().string()});
    const Finished analyze = rlecouple({"analyze", dir.path().string()});
    CHECK(align.exit_code == 4);
    CHECK(analyze.exit_code == 4);
    CHECK(align.err.find(reason) != std::string::npos);
    CHECK(analyze.err.find(reason) != std::string::npos);
    CHECK(analyze.err.find("make it with") == std::string::npos);
    CHECK(read_file(dir / "report.md").find(reason) != std::string::npos);
    CHECK(json::parse(read_file(dir / "summary.json"))["warnings"].dump().find(reason) != std::string::npos);
}

TEST_CASE("a log of losses alone is correlated by its loss") {
    const TempDir dir;
    write_session(dir.path(), make_session(120));
    std::string log = "timestamp,step,loss\n";
    const std::vector<std::string> lines = lines_of(read_file(dir / "training.csv"));
    for (std::size_t i = 1; i < lines.size(); ++i)
        log += lines[i].substr(0, lines[i].find(',')) + "," + std::to_string(i) + "," +
               std::to_string(i % 11) + "\n";
    write_file(dir / "training.csv", log);
    const Finished done = rlecouple({"analyze", dir.path().string(), "--driver", "loss"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(json::parse(read_file(dir / "summary.json"))["correlation"]["driver"] == "loss");
    CHECK(rlecouple({"analyze", dir.path().string()}).exit_code == 4);
}

TEST_CASE("the time that a step takes is a driver as any other") {
    const TempDir dir;
    // Steps of 0.4 and 0.6 s by turns of 5 s: the device draws less where they are long.
    std::string telemetry = "t_s,device,temp_c,power_w,util_pct\n";
    for (int i = 0; i < 300; ++i)
        telemetry += fmt::format("{},gpu0,60,{},90\n", i, (i / 5 * 7919) % 11 < 5 ? 200.0 : 150.0 + i % 3);
    std::string training = "t_s,step,loss,grad_norm\n";
    double t_s = 0.0;
    for (int i = 1; t_s < 299.0; ++i) {
        const int row = static_cast<int>(t_s);
        t_s += (row / 5 * 7919) % 11 < 5 ? 0.4 : 0.6;
        training += fmt::format("{:.6f},{},2,1.{}\n", t_s, i, i % 7);
    }
    write_file(dir / "telemetry.csv", telemetry);
    write_file(dir / "training.csv", training);
    const Finished done = rlecouple({"analyze", dir.path().string(), "--driver", "step_time_s", "--response",
                                     "power_w", "--rated-power", "250", "--temp-limit", "83"});
    INFO(done.err);
    const json found = json::parse(read_file(dir / "correlation.json"));
    CHECK(found["driver"] == "step_time_s");
    CHECK(found["manual"]["r_peak"].get<double>() < -0.7);
    CHECK(rlecouple({"correlate", dir.path().string(), "--driver", "step_time_s"}).exit_code == 0);
    REQUIRE(rlecouple({"align", dir.path().string()}).exit_code == 0);
    const Finished without = rlecouple({"correlate", dir.path().string(), "--driver", "step_time_s"});
    CHECK(without.exit_code == 1);
    CHECK(without.err.find("align --step-time") != std::string::npos);
}

TEST_CASE("the explanation is printed once") {
    const TempDir dir;
    write_session(dir.path(), make_session(120));
    const Finished done = rlecouple({"analyze", dir.path().string()});
    const std::string words = json::parse(read_file(dir / "correlation.json"))["explanation"];
    const std::size_t first = done.out.find(words);
    REQUIRE(first != std::string::npos);
    CHECK(done.out.find(words, first + 1) == std::string::npos);
}

TEST_CASE("what is no session is refused") {
    const TempDir dir;
    CHECK(rlecouple({"analyze", dir / "nothing"}).exit_code == 1);
    CHECK(rlecouple({"analyze", dir.path().string()}).exit_code == 1);
    CHECK(rlecouple({"analyze"}).exit_code == 2);
}

TEST_CASE("the report shows the ambient temperature that the analysis used, and where it is from") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    const auto ambient = [&](const std::vector<std::string>& options) {
        std::vector<std::string> call{"analyze", dir.path().string()};
        call.insert(call.end(), options.begin(), options.end());
        const Finished done = rlecouple(call);
        const json summary = json::parse(read_file(dir / "summary.json"));
        for (const json& row : summary["data_sheet"]) {
            if (row["key"] == "ambient_c")
                return row["text"].get<std::string>() + ", " + row["remark"].get<std::string>() +
                       (done.err.find("was not given") != std::string::npos ? ", warned of" : "");
        }
        return std::string();
    };
    CHECK(ambient({}) == "21, assumed: nobody measured it, warned of");
    CHECK(ambient({"--ambient", "22"}) == "22, given to the analysis by --ambient");
    write_file(dir / "session.json", R"({"schema": "rlecouple.session/1", "ambient_c": 25})");
    CHECK(ambient({}) == "25, given to the recording");
    CHECK(ambient({"--ambient", "27"}) == "27, given to the analysis by --ambient");
}
