// What a recording holds.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "session_folder.hpp"
#include "support/catch.hpp"

using namespace rle::test;

namespace {

const std::string kMachines = std::string(RLE_TEST_DATA) + "/sysroot/";

double number(const std::string& cell) {
    return std::stod(cell);
}

// Microseconds of "2026-11-22T17:08:28.571497Z" since midnight.
double micros_of_day(const std::string& stamp) {
    return (number(stamp.substr(11, 2)) * 3600 + number(stamp.substr(14, 2)) * 60) * 1e6 +
           number(stamp.substr(17, 9)) * 1e6;
}

}  // namespace

TEST_CASE("a training is recorded beside the sensors, on one clock", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done =
        rlecouple({"collect", "-o", folder, "--sample-hz", "20", "--", "sh", "-c", training(5, "0.5")});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);

    const std::string printed = read_file(folder + "/train.out");
    CHECK(lines_of(printed).size() == 5);
    CHECK(done.out.rfind(printed, 0) == 0);  // shown as it was kept

    const auto telemetry = rows_of(folder + "/telemetry.csv");
    const auto steps = rows_of(folder + "/training.csv");
    REQUIRE(steps.size() == 5);
    CHECK(read_file(folder + "/training.csv")
              .rfind("timestamp,t_s,step,epoch,loss,grad_norm,learning_rate\n", 0) == 0);
    CHECK(read_file(folder + "/telemetry.csv").rfind("timestamp,t_s,device,temp_c,power_w,util_pct", 0) == 0);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CHECK(steps[i][2] == std::to_string(i + 1));
        CHECK(steps[i][4] == "2.5");
        CHECK(steps[i][5] == "0." + std::to_string(i + 1));
    }
    // stamped as they came over 2 s, not at the end; nobody knows how late a busy machine serves us
    CHECK(number(steps.back()[1]) - number(steps.front()[1]) > 0.2);
    CHECK(number(telemetry.front()[1]) <=
          number(steps.front()[1]));  // the sensors were running when it started
    CHECK(number(telemetry.back()[1]) >= number(steps.back()[1]));  // and when it ended

    const double start = micros_of_day(steps[0][0]) - number(steps[0][1]) * 1e6;
    for (const auto& row : steps)
        CHECK(std::abs(micros_of_day(row[0]) - number(row[1]) * 1e6 - start) < 1'000'000);
    for (const auto& row : telemetry)
        CHECK(std::abs(micros_of_day(row[0]) - number(row[1]) * 1e6 - start) < 1'000'000);
}

TEST_CASE("session.json tells who, what, when and how it ended", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "first light";
    const Finished done =
        rlecouple({"collect", "-o", folder, "--sample-hz", "10", "--ambient", "23.5", "--temp-limit", "95",
                   "--operator", "N. N.", "--", "sh", "-c", training(2, "0.1")});
    REQUIRE(done.exit_code == 0);
    const auto session = session_of(folder);
    CHECK(session["schema"] == "rlecouple.session/1");
    CHECK(session["name"] == "first light");
    CHECK(session["operator"] == "N. N.");
    CHECK(session["finished"] == true);
    CHECK(session["interrupted"] == false);
    CHECK(session["ambient_c"] == 23.5);
    CHECK(session["sync_every_s"] == 10.0);
    CHECK(session["ambient_given"] == true);
    CHECK(session["training"]["exit_status"] == 0);
    CHECK(session["training"]["stopped_by_us"] == false);
    CHECK(session["training"]["command"][0] == "sh");
    CHECK(session["command"][1] == "collect");
    CHECK(session["devices"][0]["temp_limit_c"] == 95.0);
    CHECK(session["clock_offsets"].size() >= 2);
    CHECK(session["clock_offsets"][0]["t_s"] == 0.0);
    CHECK(session["clock_offsets"][0]["wall_us"] == session["start_wall_us"]);
    const auto rows = rows_of(folder + "/telemetry.csv");
    CHECK(session["samples"] == rows.size() / session["devices"].size());
}

TEST_CASE("the duration ends the training, and every tick is a sample or counted as missed", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = rlecouple(
        {"collect", "-o", folder, "--sample-hz", "20", "-d", "1", "--device", "cpu", "--", "sleep", "60"});
    CHECK(done.exit_code == 0);
    const auto session = session_of(folder);
    CHECK(session["training"]["stopped_by_us"] == true);
    CHECK(session["training"]["signal"] == 15);
    std::set<long> ticks;
    const auto rows = rows_of(folder + "/telemetry.csv");
    for (const auto& row : rows) {
        const double t_s = number(row[1]);
        CHECK(t_s < 30.0);
        ticks.insert(static_cast<long>(std::floor(t_s * 20.0 + 1e-6)));
    }
    CHECK(ticks.size() == rows.size());  // never two samples for one tick
    CHECK(rows.size() + session["missed_ticks"].get<std::size_t>() <= 20);
    CHECK(rows.size() >= 2);
}

TEST_CASE("estimates are marked in both files and warned of; measurements are not", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "board";
    Finished done =
        rlecouple({"collect", "-o", folder, "-d", "0.3", "--root", kMachines + "board", "--mode", "cpu"});
    REQUIRE(done.exit_code == 0);
    CHECK(done.err.find("warning: cpu: power_w is an estimate, not measured") != std::string::npos);
    CHECK(lines_of(read_file(folder + "/telemetry.csv"))[0] ==
          "timestamp,t_s,device,temp_c,power_w,util_pct,modelled");
    const auto row = rows_of(folder + "/telemetry.csv")[0];
    CHECK(row[2] == "cpu");
    CHECK(row[3] == "43.5");
    CHECK(row[4].empty());  // the fake /proc/stat stands still: no utilisation, so no estimate either
    CHECK(row[6] == "power_w");
    auto session = session_of(folder);
    CHECK(session["devices"][0]["modelled"] == nlohmann::json{"power_w"});
    CHECK(session["devices"][0]["sources"]["power_w"] == "model");
    CHECK(session["warnings"][0].get<std::string>().find("estimate") != std::string::npos);

    const std::string measured = dir / "desktop";
    done = rlecouple({"collect", "-o", measured, "-d", "0.3", "--root", kMachines + "desktop"});
    REQUIRE(done.exit_code == 0);
    CHECK(done.err.find("warning") == std::string::npos);
    CHECK(lines_of(read_file(measured + "/telemetry.csv"))[0] ==
          "timestamp,t_s,device,temp_c,power_w,util_pct,energy_j");
    session = session_of(measured);
    CHECK(session["devices"][0]["modelled"].empty());
    CHECK(session["devices"][0]["rated_power_w"] == 95.0);
    CHECK(session["devices"][0]["model"] == "Intel(R) Core(TM) i7-0000 CPU @ 3.00GHz");
    CHECK(session["os"].get<std::string>().rfind("Fake Linux 1, ", 0) == 0);
}

TEST_CASE("--source measured leaves empty what nothing measures", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = rlecouple(
        {"collect", "-o", folder, "-d", "0.3", "--root", kMachines + "board", "--source", "measured"});
    REQUIRE(done.exit_code == 0);
    CHECK(lines_of(read_file(folder + "/telemetry.csv"))[0] ==
          "timestamp,t_s,device,temp_c,power_w,util_pct");
    const auto rows = rows_of(folder + "/telemetry.csv");
    REQUIRE(rows.size() == 2);  // one instant, two devices
    CHECK(rows[0][0] == rows[1][0]);
    CHECK(rows[1][2] == "gpu");
    CHECK(rows[1][3] == "41.25");
    CHECK(rows[1][4].empty());
}

TEST_CASE("the training prints to a terminal, so that it does not hold back its lines", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = rlecouple(
        {"collect", "-q", "-o", folder, "--", "sh", "-c", "test -t 1 && printf 'a\\nb\\r\\n\\033[1mc'"});
    REQUIRE(done.exit_code == 0);
    CHECK(read_file(folder + "/train.out") == "a\nb\r\n\033[1mc");  // verbatim, bare line ends and all
    CHECK(done.out.find("\033[1mc") == std::string::npos);          // -q
}

TEST_CASE("carriage returns, colours, and a last line without an end still tell of steps", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const std::string print =
        "printf '  10%%|#   |\\r{\"step\": 1, \"grad_norm\": 1.5}\\r\\n'; "
        "printf '{\"step\": 2,'; sleep 0.2; printf ' \"grad_norm\": 2.5}\\nnoise\\n{\"step\": 3, "
        "\"grad_norm\": 3.5}'";
    const Finished done = rlecouple({"collect", "-o", folder, "--", "sh", "-c", print});
    REQUIRE(done.exit_code == 0);
    const auto rows = rows_of(folder + "/training.csv");
    REQUIRE(rows.size() == 3);
    CHECK(rows[0][5] == "1.5");
    CHECK(rows[1][5] == "2.5");
    CHECK(rows[2][5] == "3.5");
}

TEST_CASE("a training that says nothing of steps leaves no training.csv, and a warning", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "-o", folder, "--", "echo", "hello"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK_FALSE(std::filesystem::exists(folder + "/training.csv"));
    CHECK(done.err.find("--grad-pattern") != std::string::npos);
}

TEST_CASE("without a command there is telemetry alone", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "-o", folder, "-d", "0.4", "--sample-hz", "10"});
    CHECK(done.exit_code == 0);
    CHECK_FALSE(std::filesystem::exists(folder + "/train.out"));
    CHECK(rows_of(folder + "/telemetry.csv").size() >= 2);
    CHECK(session_of(folder)["training"]["command"].empty());
}

TEST_CASE("in a pipe there is no live line and no colour", "[collect]") {
    TempDir dir;
    const Finished done = rlecouple({"collect", "-o", dir / "s", "-d", "1.2", "--", "sleep", "9"});
    CHECK(done.exit_code == 0);
    CHECK((done.out + done.err).find('\033') == std::string::npos);
    CHECK((done.out + done.err).find('\r') == std::string::npos);
}

TEST_CASE("on a terminal there is one live line, and none under NO_COLOR or on a dumb one", "[collect]") {
    if (run({"sh", "-c", "command -v script"}).exit_code != 0) {
        WARN("skipped: needs script(1), which gives a terminal");
        return;
    }
    TempDir dir;
    const auto on_terminal = [&](const std::string& name, const std::vector<std::string>& env) {
        const std::string command = std::string(RLE_BINARY) + " collect -d 0.8 -o " + (dir / name);
        return run({"script", "-qec", command, "/dev/null"}, {}, env).out;
    };
    CHECK(on_terminal("a", {"NO_COLOR=", "TERM=xterm"}).find("\r\033[K") != std::string::npos);
    CHECK(on_terminal("b", {"NO_COLOR=1", "TERM=xterm"}).find('\033') == std::string::npos);
    CHECK(on_terminal("c", {"NO_COLOR=", "TERM=dumb"}).find('\033') == std::string::npos);
}

TEST_CASE("numbers keep their point in a country of commas", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done =
        rlecouple({"collect", "-o", folder, "-d", "0.3", "--sample-hz", "10", "--ambient", "21.5"}, {},
                  {"LC_ALL=de_DE.UTF-8"});
    CHECK(done.exit_code == 0);
    CHECK(session_of(folder)["ambient_c"] == 21.5);
    const auto rows = rows_of(folder + "/telemetry.csv");
    const std::size_t columns = cells_of(lines_of(read_file(folder + "/telemetry.csv"))[0]).size();
    CHECK(std::all_of(rows.begin(), rows.end(), [&](const Row& row) { return row.size() == columns; }));
}
