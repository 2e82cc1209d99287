// Readings and steps from elsewhere: other programs, earlier recordings, a log that grows, a process that
// runs already.
#include <algorithm>
#include <cmath>

#include "background.hpp"
#include "support/catch.hpp"

using namespace rle::test;

namespace {

const std::string kDesktop = std::string(RLE_TEST_DATA) + "/sysroot/desktop";

}  // namespace

TEST_CASE("a program's readings stand beside the machine's own, and before them", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const std::string program =
        "exec:while sleep 0.05; do echo '{\"device\": \"cpu\", \"temp_c\": 71.5, \"coolant_in_c\": 18}'; "
        "done";
    const Finished done = rlecouple({"collect", "-o", folder, "-d", "0.5", "--sample-hz", "10", "--root",
                                     kDesktop, "--source", "auto", "--source", program});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    CHECK(lines_of(read_file(folder + "/telemetry.csv"))[0] ==
          "timestamp,t_s,device,temp_c,power_w,util_pct,energy_j,coolant_in_c");
    for (const auto& row : rows_of(folder + "/telemetry.csv")) {
        CHECK(row[3] == "71.5");  // the machine's own would be 52
        CHECK(row[7] == "18");
    }
    CHECK(session_of(folder)["devices"][0]["sources"]["temp_c"].get<std::string>().rfind("exec:", 0) == 0);
}

// `yes` prints as fast as it is read: reading until nothing is there would never end.
TEST_CASE("a program that prints without a pause holds up no recording", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = run({"timeout", "60", RLE_BINARY, "collect", "-o", folder, "-d", "0.5",
                               "--sample-hz", "10", "--source", "exec:echo temp_c; yes 50"});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const auto rows = rows_of(folder + "/telemetry.csv");
    REQUIRE(!rows.empty());
    for (const auto& row : rows) CHECK(row[3] == "50");
}

TEST_CASE("the scripts of the manual page read what ipmitool and lm-sensors print", "[collect]") {
    TempDir dir;
    // What the tools print, as their documentation shows it.
    const auto tool = [&](const std::string& name, const std::string& script) {
        write_file(dir / name, "#!/bin/sh\n" + script);
        std::filesystem::permissions(dir / name, std::filesystem::perms::owner_all);
    };
    tool("ipmitool",
         "case \"$1\" in\n"
         "dcmi) printf '\\n    Instantaneous power reading:                   220 Watts\\n"
         "    Minimum during sampling period:                 47 Watts\\n' ;;\n"
         "sdr) printf 'Inlet Temp       | 04h | ok  |  7.1 | 22 degrees C\\n"
         "Exhaust Temp     | 01h | ok  |  7.1 | 36 degrees C\\n' ;;\nesac\n");
    tool(
        "sensors",
        "case \"$1\" in\n"
        "-u) printf 'coretemp-isa-0000\\nAdapter: ISA adapter\\nPackage id 0:\\n  temp1_input: 61.000\\n"
        "  temp1_max: 100.000\\nCore 0:\\n  temp2_input: 59.000\\n' ;;\n"
        "-j) printf '{\\n   \"nvme-pci-0100\":{\\n      \"Composite\":{\\n         \"temp1_input\": 38.850\\n"
        "      }\\n   }\\n}\\n' ;;\nesac\n");
    const std::string page = read_file(std::string(RLE_SOURCE_DIR) + "/docs/commands/collect.md");
    std::vector<std::string> sources{"exec:while sleep 1; do sensors -j; done"};
    CHECK(page.find("'" + sources[0] + "'") != std::string::npos);
    for (const char* header : {"    echo device,system_power_w", "    echo device,temp_c"}) {
        const std::size_t from = page.find(header);
        REQUIRE(from != std::string::npos);
        const std::string script = dir / (std::to_string(sources.size()) + ".sh");
        write_file(script, page.substr(from, page.find("\n\n", from) - from));
        sources.push_back("exec:sh " + script);
    }
    std::vector<std::string> args{"collect",     "-o", dir / "s", "-d",    "1",
                                  "--sample-hz", "4",  "--root",  kDesktop};
    for (const std::string& source : sources) args.insert(args.end(), {"--source", source});
    args.insert(args.end(), {"--source", "auto"});
    const Finished done = rlecouple(args, {}, {"PATH=" + dir.path().string() + ":/usr/bin:/bin"});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const auto header = cells_of(lines_of(read_file(dir / "s/telemetry.csv"))[0]);
    const auto column = [&](const std::string& name) {
        const auto it = std::find(header.begin(), header.end(), name);
        REQUIRE(it != header.end());
        return static_cast<std::size_t>(it - header.begin());
    };
    for (const Row& row : rows_of(dir / "s/telemetry.csv")) {
        const bool cpu = row[2] == "cpu";
        CHECK(row[column("temp_c")] == (cpu ? "61" : ""));
        CHECK(row[column("system_power_w")] == (cpu ? "220" : ""));
        CHECK(row[column("inlet_c")] == (cpu ? "22" : ""));
        CHECK(row[column("nvme-pci-0100.Composite.temp1_input")] == (cpu ? "" : "38.85"));
    }
}

TEST_CASE("a program that ends leaves a gap with a reason, not its last reading for ever", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "-o", folder, "-d", "3", "--sample-hz", "5", "--source",
                                     "exec:echo 'device,temp_c'; echo 'gpu,60'; sleep 0.5"});
    REQUIRE(done.exit_code == 0);
    const auto rows = rows_of(folder + "/telemetry.csv");
    CHECK(rows.front()[3] == "60");
    CHECK(rows.back()[3].empty());
    CHECK(done.err.find("no reading: exec:") != std::string::npos);
    CHECK(done.err.find("has ended") != std::string::npos);
}

TEST_CASE("--device given twice records both devices and no other", "[collect]") {
    TempDir dir;
    write_file(dir / "old.csv",
               "t_s,device,temp_c,power_w,util_pct\n0,gpu0,50,100,10\n0,gpu1,51,110,20\n0,gpu2,52,120,30\n"
               "1,gpu0,50,100,10\n1,gpu1,51,110,20\n1,gpu2,52,120,30\n");
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "--device", "gpu0", "--device", "gpu2", "-o", folder,
                                     "--speed", "max", "--source", "replay:" + (dir / "old.csv")});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const auto rows = rows_of(folder + "/telemetry.csv");
    REQUIRE(rows.size() == 4);
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i][2] == (i % 2 == 0 ? "gpu0" : "gpu2"));
}

TEST_CASE("a recording played back keeps its own rate, and says what in it is an estimate", "[collect]") {
    TempDir dir;
    std::string text = "t_s,device,temp_c,power_w,util_pct,modelled\n";
    for (int k = 0; k < 40; ++k) text += std::to_string(0.25 * k) + ",gpu0,50,100,90,power_w;temp_c\n";
    write_file(dir / "old.csv", text);
    const std::string folder = dir / "s";
    const Finished done =
        rlecouple({"collect", "-o", folder, "--source", "replay:" + (dir / "old.csv"), "--speed", "max"});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    CHECK(rows_of(folder + "/telemetry.csv").size() == 40);
    const auto session = session_of(dir / "s");
    CHECK(session["sample_hz"] == 4.0);
    REQUIRE(session["warnings"].size() == 2);  // and which values are null
    CHECK(session["warnings"][0].get<std::string>().find("estimates, not measured") != std::string::npos);
}

TEST_CASE("a recording played back gives what it held", "[collect]") {
    TempDir dir;
    write_file(dir / "old.csv",
               "timestamp,t_s,device,temp_c,power_w,util_pct\n"
               "2026-01-05T12:00:00.000000Z,0,gpu,50,100,10\n"
               "2026-01-05T12:00:00.200000Z,0.2,gpu,51,110,20\n"
               "2026-01-05T12:00:00.400000Z,0.4,gpu,52,120,30\n");
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "-o", folder, "-d", "0.6", "--sample-hz", "5", "--source",
                                     "replay:" + (dir / "old.csv")});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const auto rows = rows_of(folder + "/telemetry.csv");
    REQUIRE_FALSE(rows.empty());
    for (const auto& row : rows) {
        const double t_s = std::stod(row[1]);
        CHECK(row[2] == "gpu");
        if (t_s > 0.99) continue;  // on a busy machine: past the recording's end, where it holds nothing
        CHECK(std::stod(row[3]) == 50 + std::min(2, static_cast<int>(t_s / 0.2 + 1e-3)));
    }
}

TEST_CASE("a recording is played back to its end, as fast as can be, row for row", "[collect]") {
    TempDir dir;
    std::string text = "timestamp,t_s,device,temp_c,power_w,util_pct\n";
    for (int t = 0; t < 600; ++t) {
        text += "2026-01-05T12:" + std::to_string(10 + t / 60) + ":" +
                std::to_string(100 + t % 60).substr(1) + ".000000Z," + std::to_string(t) + ",gpu," +
                std::to_string(40 + t % 50) + "," + std::to_string(100 + t) + "," + std::to_string(t % 100) +
                "\n";
    }
    write_file(dir / "old.csv", text);
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "-o", folder, "--sample-hz", "1", "--speed", "max",
                                     "--source", "replay:" + (dir / "old.csv")});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const auto rows = rows_of(folder + "/telemetry.csv");
    REQUIRE(rows.size() == 600);
    for (std::size_t t = 0; t < rows.size(); ++t) {
        CHECK(rows[t][1] == std::to_string(t));  // the session's clock is the recording's
        CHECK(rows[t][4] == std::to_string(100 + t));
    }
    const auto session = session_of(folder);
    CHECK(session["duration_s"] == 600.0);
    CHECK(session["samples"] == 600);
    CHECK(session["missed_ticks"] == 0);
    CHECK(session["finished"] == true);
    CHECK(rlecouple({"align", folder}).exit_code == 0);
}

TEST_CASE("a recording ten times as fast takes a tenth of its time, and only recordings can", "[collect]") {
    TempDir dir;
    std::string text = "t_s,device,temp_c,power_w,util_pct\n";
    for (int t = 0; t < 20; ++t) text += std::to_string(t) + ",gpu,50," + std::to_string(100 + t) + ",30\n";
    write_file(dir / "old.csv", text);
    const std::string folder = dir / "s";
    const std::string source = "replay:" + (dir / "old.csv");
    const Finished done = rlecouple({"collect", "-o", folder, "--speed", "10", "--source", source});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const auto session = session_of(folder);
    const auto rows = rows_of(folder + "/telemetry.csv");
    CHECK(rows.size() + session["missed_ticks"].get<std::size_t>() == 20);
    for (const auto& row : rows) {
        const double t_s = std::stod(row[1]);
        if (t_s < 20.0) CHECK(std::stod(row[4]) == 100 + std::floor(t_s));
    }
    CHECK(session["clock_offsets"].size() == 2);  // no step of the clock between start and end
    const auto refused = [&](const std::vector<std::string>& more) {
        std::vector<std::string> args{"collect", "-o", dir / "no", "--speed", "10", "-d", "1"};
        args.insert(args.end(), more.begin(), more.end());
        return rlecouple(args).exit_code == 2;
    };
    CHECK(refused({}));
    CHECK(refused({"--source", source, "--source", "auto"}));
    CHECK(refused({"--source", source, "--", "true"}));
    CHECK(refused({"--source", source, "--speed", "fast"}));
}

TEST_CASE("whatever telemetry is read can be played back", "[collect]") {
    TempDir dir;
    int played = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(RLE_TEST_DATA) + "/telemetry")) {
        const std::string file = entry.path().string();
        const std::string folder = dir / std::to_string(played);
        const Finished done =
            rlecouple({"collect", "-o", folder, "--source", "replay:" + file, "--speed", "max"});
        INFO(file << ": " << done.err);
        CHECK((done.exit_code == 0 || done.err.find("no readings with times") != std::string::npos ||
               done.err.find("says nowhere when its samples") != std::string::npos));
        if (done.exit_code != 0) continue;
        ++played;
        CHECK_FALSE(rows_of(folder + "/telemetry.csv").empty());
    }
    CHECK(played >= 5);
}

TEST_CASE("a log that grows gives the steps, also across rotation", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const std::string log = dir / "train.jsonl";
    write_file(log, "{\"step\": 1, \"grad_norm\": 0.1}\n");  // before the recording: nobody knows when
    const std::string writer = "sleep 0.3; echo '{\"step\": 2, \"grad_norm\": 0.2}' >> " + log +
                               "; sleep 1; mv " + log + " " + log +
                               ".1; echo '{\"step\": 3, \"grad_norm\": 0.3}' > " + log +
                               "; sleep 0.3; echo '{\"step\": 9, \"grad_norm\": 9}'";
    const Finished done = rlecouple(
        {"collect", "-o", folder, "--sample-hz", "10", "--train-log", log, "--", "sh", "-c", writer});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const auto steps = rows_of(folder + "/training.csv");
    REQUIRE(steps.size() == 2);  // not what was printed
    CHECK(steps[0][2] == "2");
    CHECK(steps[1][2] == "3");
    CHECK(std::stod(steps[1][1]) - std::stod(steps[0][1]) > 0.05);  // each as it came
    CHECK(read_file(folder + "/train.out").find("\"step\": 9") != std::string::npos);
}

TEST_CASE("a log without a new line is what is said to have told nothing", "[collect]") {
    TempDir dir;
    const std::string log = dir / "train.jsonl";
    write_file(log, "{\"step\": 1, \"grad_norm\": 0.1}\n");
    const Finished done = rlecouple({"collect", "-o", dir / "s", "-d", "0.4", "--train-log", log});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(done.err.find("no line that came to " + log + " during the recording tells") != std::string::npos);
    CHECK(done.err.find("training's output") == std::string::npos);
}

TEST_CASE("a CSV log is followed by its header, across every way of rotating it", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const std::string log = dir / "metrics.csv";
    write_file(log, "step,lr,train_loss,grad_norm\n1,0.1,9,1.1\n");  // the header lies before the recording
    Background recording({"collect", "-o", folder, "--sample-hz", "10", "--train-log", log}, dir / "log");
    REQUIRE(wait_until([&] { return count_lines(folder + "/telemetry.csv") > 1; }));
    const auto steps = [&] {
        return std::filesystem::exists(folder + "/training.csv") ? rows_of(folder + "/training.csv")
                                                                 : std::vector<Row>();
    };
    const auto append = [&](const std::string& text) { std::ofstream(log, std::ios::app) << text; };
    append("2,0.2,8,1.2\n3,0.3,");
    REQUIRE(wait_until([&] { return steps().size() == 1; }));
    append("7,1.3\n4,0.4,6,1.");  // the fourth is never finished:
    REQUIRE(wait_until([&] { return steps().size() == 2; }));
    usleep(200'000);
    std::filesystem::resize_file(log, 0);  // copied away and truncated
    usleep(200'000);
    append("5,0.5,5,1.5\n");
    REQUIRE(wait_until([&] { return steps().size() == 3; }));
    std::filesystem::rename(log, log + ".1");  // moved away, another one made, with other columns
    write_file(log, "epoch;step;grad_norm\n2;6;1.6\n");
    REQUIRE(wait_until([&] { return steps().size() == 4; }));
    CHECK(recording.end(SIGINT) == 130);
    const auto rows = steps();
    REQUIRE(rows.size() == 4);
    const std::vector<std::vector<std::string>> expected{// step, epoch, loss, grad_norm, learning_rate
                                                         {"2", "", "8", "1.2", "0.2"},
                                                         {"3", "", "7", "1.3", "0.3"},
                                                         {"5", "", "5", "1.5", "0.5"},
                                                         {"6", "2", "", "1.6", ""}};
    for (std::size_t i = 0; i < rows.size(); ++i)
        CHECK(Row(rows[i].begin() + 2, rows[i].end()) == expected[i]);
}

TEST_CASE("a process that runs already ends the recording with its end, and is left alone by ours",
          "[collect]") {
    TempDir dir;
    const pid_t other = fork();
    if (other == 0) {
        execlp("sleep", "sleep", "4", static_cast<char*>(nullptr));
        _exit(127);
    }
    const std::string pid = std::to_string(other);
    Finished done = rlecouple({"collect", "-o", dir / "short", "-d", "0.3", "--pid", pid});
    CHECK(done.exit_code == 0);
    CHECK(kill(other, 0) == 0);
    done = rlecouple({"collect", "-o", dir / "long", "-d", "60", "--pid", pid});
    CHECK(done.exit_code == 0);
    CHECK(session_of(dir / "long")["duration_s"] < 30.0);
    CHECK(session_of(dir / "long")["training"]["command"] == nlohmann::json{"sleep", "4"});
    waitpid(other, nullptr, 0);
}
