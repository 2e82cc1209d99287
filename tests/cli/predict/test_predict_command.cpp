#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;

namespace {

// Rows at 1 Hz; every 30 s a collapse of three rows begins, and `lead` s before each the norm leaps.
std::string table(int seconds, int lead, const std::string& flag = "collapse") {
    Noise noise(3);
    std::string text = "t_s,device,temp_c,rle,grad_norm," + flag + "\n";
    for (int t = 0; t < seconds; ++t) {
        const bool spike = t > 30 && (t + lead) % 30 == 12, trouble = t > 30 && t % 30 >= 12 && t % 30 < 15;
        text += fmt::format("{},gpu,{:.1f},{:.3f},{:.3f},{}\n", t, 60 + noise(), 0.5 + 0.05 * noise(),
                            spike ? 9.0 : 2.0 + 0.2 * noise(), trouble ? 1 : 0);
    }
    return text;
}

}  // namespace

TEST_CASE("predict.json has the contract's keys, and the numbers that follow from the table") {
    const Finished done = rlecouple({"predict", "-", "-o", "-"}, table(600, 2));
    REQUIRE(done.exit_code == 0);
    const json p = json::parse(done.out);
    CHECK(p["schema"] == "rlecouple.predict/1");
    CHECK(p["horizon_s"] == 3.0);
    CHECK(p["event"] == "collapse");
    CHECK(p["device"] == "gpu");
    CHECK(p["events"] == 10);  // onsets at 312, 342, ..., 582: those of the second half
    CHECK(p["alarms"] == 10);
    CHECK(p["precision"] == 1.0);
    CHECK(p["recall"] == 1.0);
    CHECK(p["false_alarms_per_h"] == 0.0);
    CHECK(p["lead_time_s"] == json{{"median", 2.0}, {"p10", 2.0}, {"p90", 2.0}});
    CHECK(p["beats_baselines"] == true);
    CHECK(p["manual_horizon"]["recall"] == 0.0);
    CHECK(p["precision_ci95"][0].get<double>() == Approx(0.7225).margin(1e-4));  // Wilson, 10 of 10
    REQUIRE(p["baselines"].size() == 3);
    for (const json& rival : p["baselines"]) {
        for (const char* key : {"name", "precision", "recall", "lead_time_s", "f1_difference_ci95"}) {
            INFO(rival["name"] << " " << key);
            CHECK(rival.contains(key));
        }
    }
    CHECK(done.err.find("better than chance and than every rival") != std::string::npos);
    CHECK(done.err.find("lead times are known to 1 s") != std::string::npos);
}

TEST_CASE("a flag that is empty in every row is no flag that never stood") {
    std::string text = "t_s,rle,grad_norm,collapse\n";
    for (int t = 0; t < 120; ++t) text += fmt::format("{},,{:.2f},\n", t, t % 20 == 7 ? 9.0 : 2.0 + t % 3);
    const Finished done = rlecouple({"predict", "-", "-o", "-", "--threshold", "3.5"}, text);
    CHECK(done.exit_code == 4);
    const json p = json::parse(done.out);
    for (const char* key : {"events", "precision", "recall", "false_alarms_per_h"}) {
        INFO(key);
        CHECK(p[key].is_null());
    }
    CHECK(p["warnings"].dump().find("collapse has no value in any row") != std::string::npos);
    CHECK(p["explanation"].get<std::string>().find("nothing happened") == std::string::npos);
    CHECK(done.err.find("events unknown") != std::string::npos);
}

TEST_CASE("a session folder gets predict.json; the words go to stdout") {
    const TempDir dir;
    write_file(dir / "aligned.csv", table(300, 2));
    const Finished done = rlecouple({"predict", dir.path(), "--threshold", "6"});
    CHECK(done.exit_code == 0);
    const json p = json::parse(read_file(dir / "predict.json"));
    CHECK(p["alarm"]["threshold"] == 6.0);
    CHECK(p["alarm"]["threshold_chosen"] == false);
    CHECK(p["events"] == 9);  // a threshold that is given leaves the whole session to be scored
    CHECK(done.out.find("9 alarms, 9 events") != std::string::npos);
    CHECK(rlecouple({"report", dir.path()}).exit_code == 0);
    CHECK(json::parse(read_file(dir / "summary.json"))["predict"] == p);
    const std::string page = read_file(dir / "report.html");
    CHECK(page.find("Do gradient spikes warn?") != std::string::npos);
    CHECK(page.find(p["explanation"].get<std::string>()) != std::string::npos);
    CHECK(page.find("ar1_forecast") != std::string::npos);
}

TEST_CASE("alarms that come after the event warn of nothing, and that is said") {
    const Finished done = rlecouple({"predict", "-", "-o", "-"}, table(600, -8));
    CHECK(done.exit_code == 0);
    const json p = json::parse(done.out);
    CHECK(p["precision"] == 0.0);
    CHECK(p["recall"] == 0.0);
    CHECK(p["lead_time_s"]["median"].is_null());
    CHECK(p["beats_baselines"] == false);
    CHECK(p["verdict"] == "no_better_than_chance");
    CHECK(done.err.find("no better than chance") != std::string::npos);
}

TEST_CASE("without events nothing can be told: exit 4, nulls, and the file is there all the same") {
    const TempDir dir;
    std::string quiet = table(300, 2);
    quiet = quiet.substr(0, quiet.find('\n')) + "\n";
    for (const std::string& line : lines_of(table(300, 2))) {
        if (line[0] != 't') quiet += line.substr(0, line.rfind(',')) + ",0\n";
    }
    write_file(dir / "aligned.csv", quiet);
    const Finished done = rlecouple({"predict", dir.path()});
    CHECK(done.exit_code == 4);
    const json p = json::parse(read_file(dir / "predict.json"));
    CHECK(p["events"] == 0);
    CHECK(p["recall"].is_null());
    CHECK(p["beats_baselines"] == false);
    CHECK(p["verdict"] == "cannot_tell");
    CHECK(p["warnings"].dump().find("recall is missing") != std::string::npos);
    CHECK(done.out.find("nothing happened to warn of") != std::string::npos);
}

TEST_CASE("the event may be a throttle flag, or any column") {
    const json throttle = json::parse(rlecouple({"predict", "-", "-o", "-"}, table(600, 2, "throttle")).out);
    CHECK(throttle["event"] == "throttle");
    CHECK(throttle["events"] == 10);
    const json other = json::parse(
        rlecouple({"predict", "-", "-o", "-", "--event", "my_flag"}, table(600, 2, "my_flag")).out);
    CHECK(other["event"] == "my_flag");
    const Finished none = rlecouple({"predict", "-"}, table(600, 2, "my_flag"));
    CHECK(none.exit_code == 1);
    CHECK(none.err.find("collapse or throttle") != std::string::npos);
    CHECK(none.err.find("my_flag") != std::string::npos);
    CHECK(lines_of(none.err).size() == 1);
}

TEST_CASE(
    "columns that predict does not use can be named all the same, and bad cells of theirs are no matter") {
    const std::string text =
        "t_s,device,temp_c,note,rle,grad_norm,collapse,fan_pct\n"
        "0,gpu,60,1,0.5,2,0,40\n0,cpu,50,1,0.5,2,0,40\n1,gpu,60,x,0.5,2,0,40\n1,cpu,50,1,0.5,2,0,40\n";
    const Finished other = rlecouple({"predict", "-", "--device", "gpu", "--event", "absent"}, text);
    CHECK(other.exit_code == 1);
    CHECK(other.err.find("--event takes one of collapse, fan_pct, grad_norm, note, rle, temp_c") !=
          std::string::npos);
    const Finished done = rlecouple({"predict", "-", "--device", "gpu"}, text);
    CHECK(done.exit_code == 4);
    CHECK(done.err.find("note") == std::string::npos);
    const Finished used = rlecouple({"predict", "-", "--device", "gpu", "--driver", "note"}, text);
    CHECK(used.err.find("column 'note': 1 cell is no number; missing") != std::string::npos);
}

TEST_CASE("the same seed gives the same bytes; a longer horizon makes later events right") {
    const std::string input = table(600, 5);
    const auto once = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"predict", "-", "-o", "-"});
        return rlecouple(more, input).out;
    };
    CHECK(once({"--seed", "7"}) == once({"--seed", "7"}));
    CHECK(json::parse(once({}))["recall"] == 0.0);
    CHECK(json::parse(once({"--horizon", "5"}))["recall"] == 1.0);
}

TEST_CASE("bad input and bad options get one clear line") {
    const TempDir dir;
    const Finished nothing = rlecouple({"predict", dir / "nothing"});
    CHECK(nothing.exit_code == 1);
    CHECK(lines_of(nothing.err).size() == 1);
    const Finished unaligned = rlecouple({"predict", dir.path()});
    CHECK(unaligned.exit_code == 1);
    CHECK(unaligned.err.find("rlecouple align") != std::string::npos);
    CHECK(rlecouple({"predict", "-"}, "t_s,collapse\n0,0\n1,0\n").exit_code == 1);
    CHECK(rlecouple({"predict"}).exit_code == 2);
    CHECK(rlecouple({"predict", "-", "--horizon", "0"}).exit_code == 2);
    CHECK(rlecouple({"predict", "-", "--threshold", "x"}).exit_code == 2);
}
