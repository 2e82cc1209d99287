#include <fmt/format.h>

#include <fstream>

#include "cli/collect/background.hpp"
#include "cli/watch_actions.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"

using namespace rle::test;
using nlohmann::json;

namespace {

// A norm of 1.0 to 1.9; every twentieth step leaps to 9.5.
double norm_of(int step) {
    return step % 20 == 0 ? 9.5 : 1.0 + 0.1 * (step * 7 % 10);
}

// The same as a training in shell, without pauses.
const std::string kTraining =
    "i=0; while [ $i -lt 60 ]; do i=$((i+1)); g=1.$((i*7%10)); [ $((i%20)) = 0 ] && g=9.5; "
    "echo \"{\\\"step\\\": $i, \\\"grad_norm\\\": $g}\"; done";

std::string row(int step) {
    return fmt::format(",{},{},,,{},\n", 0.1 * step, step, norm_of(step));
}

std::string training_csv(int steps) {
    std::string text = "timestamp,t_s,step,epoch,loss,grad_norm,learning_rate\n";
    for (int step = 1; step <= steps; ++step) text += row(step);
    return text;
}

void append(const std::string& file, const std::string& text) {
    std::ofstream(file, std::ios::app) << text << std::flush;
}

std::vector<json> alarms_in(const std::string& text) {
    std::vector<json> alarms;
    for (const std::string& line : lines_of(text)) {
        if (line.starts_with("{\"schema\":\"rlecouple.alarm/1\"")) alarms.push_back(json::parse(line));
    }
    return alarms;
}

std::size_t alarms_so_far(const std::string& log) {
    return std::filesystem::exists(log) ? alarms_in(read_file(log)).size() : 0;
}

bool says(const std::string& log, const std::string& what) {
    return std::filesystem::exists(log) && read_file(log).find(what) != std::string::npos;
}

void finish_session(const std::string& folder) {
    write_file(folder + "/new.json", "{\"schema\": \"rlecouple.session/1\", \"finished\": true}");
    std::filesystem::rename(folder + "/new.json", folder + "/session.json");
}

}  // namespace

TEST_CASE("a command of its own: one line an alarm on stdout, what the command prints on stderr", "[watch]") {
    const Finished done = rlecouple({"watch", "--", "sh", "-c", kTraining});
    CHECK(done.exit_code == 0);
    const std::vector<json> alarms = alarms_in(done.out);
    REQUIRE(alarms.size() == 3);
    CHECK(lines_of(done.out).size() == 3);
    CHECK(alarms[0]["step"] == 20);
    CHECK(alarms[0]["grad_norm"] == 9.5);
    // Hand calculation: nineteen norms, 1.0 once and 1.1 to 1.9 twice each: median 1.5, MAD 0.2.
    CHECK(alarms[0]["median"].get<double>() == Approx(1.5));
    CHECK(alarms[0]["z"].get<double>() == Approx(0.6745 * 8.0 / 0.2));
    CHECK(alarms[2]["alarms"] == 3);
    CHECK(alarms[0]["rle"].is_null());
    CHECK(alarms[0]["action"].is_null());
    CHECK(done.err.find("\"step\": 60") != std::string::npos);
    CHECK(rlecouple({"watch", "-q", "--", "sh", "-c", kTraining}).err.find("\"step\"") == std::string::npos);
}

TEST_CASE("the command's failure is told; its exit is the end", "[watch]") {
    const Finished done = rlecouple({"watch", "-q", "--", "sh", "-c", "exit 7"});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("exit status 7") != std::string::npos);
    CHECK(done.out.empty());
}

TEST_CASE("--exec gets the facts in its environment, without a shell and with one", "[watch]") {
    const TempDir dir;
    const std::string script = dir / "act";
    write_file(script,
               "#!/bin/sh\necho \"$RLE_STEP $RLE_GRAD_NORM $RLE_ALARMS $RLE_TEMP_C- $1\" > \"$0.out\"\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    const std::string once =
        kTraining.substr(0, kTraining.find("60")) + "20" + kTraining.substr(kTraining.find("60") + 2);
    const Finished done = rlecouple(
        {"watch", "-q", "--exec", script + " 'two  words $HOME'", "--", "sh", "-c", once + "; sleep 0.5"});
    CHECK(done.exit_code == 0);
    REQUIRE(wait_until([&] { return says(script + ".out", "\n"); }));
    CHECK(read_file(script + ".out") ==
          "20 9.5 1 - two  words $HOME\n");  // nothing is expanded, unset is empty
    const Finished shell =
        rlecouple({"watch", "-q", "--shell", "--exec", "echo $RLE_STEP | tr 2 9 > " + (dir / "shell"), "--",
                   "sh", "-c", once + "; sleep 0.5"});
    CHECK(alarms_in(shell.out).size() == 1);
    REQUIRE(wait_until([&] { return says(dir / "shell", "\n"); }));
    CHECK(read_file(dir / "shell") == "90\n");
}

TEST_CASE("--dry-run says what would be set off, and sets off nothing", "[watch]") {
    const TempDir dir;
    const Finished done = rlecouple({"watch", "-q", "--dry-run", "--exec", "touch " + (dir / "made"),
                                     "--signal", "child", "TERM", "--", "sh", "-c", kTraining});
    CHECK(done.exit_code == 0);
    REQUIRE(alarms_in(done.out).size() == 3);
    CHECK(alarms_in(done.out)[0]["action"] ==
          "dry run: exec touch " + (dir / "made") + ", signal TERM to child");
    CHECK(!std::filesystem::exists(dir / "made"));
}

TEST_CASE("--signal reaches the command, and a process named by its number", "[watch]") {
    const TempDir dir;
    const std::string caught = dir / "caught";
    const Finished done = rlecouple(
        {"watch", "-q", "--signal", "child", "USR1", "--debounce", "1", "--", "sh", "-c",
         "trap 'echo got it >> " + caught + "' USR1; " + kTraining +
             "; n=0; while [ $n -lt 500 ] && [ ! -s " + caught + " ]; do n=$((n+1)); sleep 0.02; done"});
    CHECK(done.exit_code == 0);
    CHECK(read_file(caught).starts_with("got it\n"));
    const Finished other = run(
        {"sh", "-c", "sleep 30 & p=$!; \"$0\" watch -q --signal $p SIGTERM -- sh -c \"$1\"; wait $p; echo $?",
         RLE_BINARY, kTraining});
    CHECK(lines_of(other.out).back() == "143");
}

TEST_CASE("min-interval and debounce thin out alarms", "[watch]") {
    CHECK(alarms_in(rlecouple({"watch", "-q", "--min-interval", "600", "--", "sh", "-c", kTraining}).out)
              .size() == 1);
    CHECK(alarms_in(rlecouple({"watch", "-q", "--debounce", "2", "--", "sh", "-c", kTraining}).out).empty());
    CHECK(
        alarms_in(rlecouple({"watch", "-q", "--threshold", "50", "--", "sh", "-c", kTraining}).out).empty());
}

TEST_CASE("a session as it grows: what was there before warms up, whole lines alone count", "[watch]") {
    const TempDir dir;
    const std::string folder = dir / "s", log = dir / "log", training = folder + "/training.csv";
    std::filesystem::create_directories(folder);
    write_file(training, training_csv(39));
    Background watching({"watch", folder}, log);
    REQUIRE(wait_until([&] { return says(log, "watching"); }));
    const std::string leap = row(40);
    append(training, leap.substr(0, leap.size() - 2));
    usleep(300'000);
    CHECK(alarms_so_far(log) == 0);  // torn: 9.5 might yet become 9.51
    append(training, leap.substr(leap.size() - 2));
    REQUIRE(wait_until([&] { return alarms_so_far(log) == 1; }));
    CHECK(alarms_in(read_file(log))[0]["step"] == 40);
    CHECK(alarms_in(read_file(log))[0]["t_s"] == 4.0);
    for (int step = 41; step <= 60; ++step) append(training, row(step));
    finish_session(folder);
    CHECK(watching.wait() == 0);
    CHECK(alarms_so_far(log) == 2);
}

TEST_CASE("--from-start goes through a folder from elsewhere, whatever its files are, and ends", "[watch]") {
    const TempDir dir;
    const std::string folder = dir / "s";
    std::filesystem::create_directories(folder);
    write_file(folder + "/training.csv", training_csv(40));
    const std::vector<std::string> from_start{"timeout", "60", RLE_BINARY, "watch", folder, "--from-start"};
    const Finished done = run(from_start);
    CHECK(done.exit_code == 0);
    const std::vector<json> alarms = alarms_in(done.out);
    REQUIRE(alarms.size() == 2);  // the norm leaps at every twentieth step
    CHECK(alarms[0]["step"] == 20);
    CHECK(alarms[1]["t_s"] == 4.0);
    CHECK(alarms[1]["temp_c"].is_null());

    // The same steps as JSON by the wall clock, beside telemetry of one GPU.
    std::filesystem::remove(folder + "/training.csv");
    json log = json::array();
    std::string telemetry = "timestamp,device,temp_c,power_w,util_pct\n";
    for (int step = 1; step <= 40; ++step) {
        log.push_back(
            {{"timestamp", 1790596800.0 + 0.5 * step}, {"step", step}, {"grad_norm", norm_of(step)}});
        telemetry += fmt::format("{:.1f},gpu0,{},100,90\n", 1790596800.0 + 0.5 * step, 40 + step);
    }
    write_file(folder + "/training.json", log.dump());
    write_file(folder + "/telemetry.csv", telemetry);
    const std::vector<json> by_clock = alarms_in(run(from_start).out);
    REQUIRE(by_clock.size() == 2);
    CHECK(by_clock[1]["step"] == 40);
    CHECK(by_clock[1]["t_s"] == 19.5);  // since the first row
    CHECK(by_clock[1]["device"] == "gpu0");
    CHECK(by_clock[1]["temp_c"] == 80.0);  // of the sample at that moment

    // Steps that have no wall clock, beside that telemetry: of the machine nothing is known then.
    std::filesystem::remove(folder + "/training.json");
    std::string steps = "t_s,step,grad_norm\n";
    for (int step = 1; step <= 40; ++step)
        steps += fmt::format("{:.1f},{},{}\n", 0.1 * step, step, norm_of(step));
    write_file(folder + "/training.csv", steps);
    const Finished apart = run(from_start);
    REQUIRE(alarms_in(apart.out).size() == 2);
    CHECK(alarms_in(apart.out)[1]["t_s"] == 4.0);
    CHECK(alarms_in(apart.out)[1]["temp_c"].is_null());
    CHECK(apart.err.find("no clock in common") != std::string::npos);

    // And the other way about: the telemetry counts seconds, and the steps have wall clocks alone.
    std::filesystem::remove(folder + "/training.csv");
    write_file(folder + "/training.json", log.dump());
    telemetry = "t_s,device,temp_c,power_w,util_pct\n";
    for (int step = 1; step <= 40; ++step)
        telemetry += fmt::format("{:.1f},gpu0,{},100,90\n", 0.5 * step, 40 + step);
    write_file(folder + "/telemetry.csv", telemetry);
    const Finished unlike = run(from_start);
    REQUIRE(alarms_in(unlike.out).size() == 2);
    CHECK(alarms_in(unlike.out)[1]["t_s"] == 19.5);
    CHECK(alarms_in(unlike.out)[1]["temp_c"].is_null());
    CHECK(unlike.err.find("no clock in common") != std::string::npos);
    std::filesystem::remove(folder + "/training.json");

    const Finished nothing = run(from_start);
    CHECK(nothing.exit_code == 1);
    CHECK(nothing.err.find("no training log") != std::string::npos);
}

TEST_CASE("--from-start raises what predict raises", "[watch]") {
    const TempDir dir;
    const std::string folder = dir / "s";
    std::filesystem::create_directories(folder);
    write_file(folder + "/training.csv", training_csv(400));
    finish_session(folder);
    const Finished none = rlecouple({"watch", folder});
    CHECK(none.exit_code == 0);
    CHECK(none.out.empty());
    CHECK(none.err.find("--from-start") != std::string::npos);
    const std::string us = std::to_string(getpid());
    CHECK(rlecouple({"watch", "--dry-run", "--signal", us, "USR1", folder}).exit_code == 0);
    const std::vector<json> alarms = alarms_in(rlecouple({"watch", folder, "--from-start"}).out);
    std::string table = "t_s,grad_norm,collapse\n";
    for (int step = 1; step <= 400; ++step) table += fmt::format("{},{},0\n", 0.1 * step, norm_of(step));
    const json predicted =
        json::parse(rlecouple({"predict", "-", "-o", "-", "--threshold", "3.5"}, table).out);
    REQUIRE(predicted["raised"].size() == 20);
    REQUIRE(alarms.size() == 20);
    for (std::size_t i = 0; i < 20; ++i) {
        CHECK(alarms[i]["t_s"] == predicted["raised"][i]["t_s"]);
        CHECK(alarms[i]["z"] == predicted["raised"][i]["z"]);
    }
}

TEST_CASE("an alarm tells the machine's state; the text file is Prometheus'", "[watch]") {
    const TempDir dir;
    const std::string folder = dir / "s", file = dir / "rle.prom";
    std::filesystem::create_directories(folder);
    write_file(folder + "/training.csv", training_csv(60));
    std::string telemetry = "timestamp,t_s,device,temp_c,power_w,util_pct\n";
    for (int t = 0; t <= 6; ++t) telemetry += fmt::format(",{},gpu,50,100,90\n", t);
    write_file(folder + "/telemetry.csv", telemetry);
    finish_session(folder);
    const Finished done =
        rlecouple({"watch", folder, "--from-start", "--rated-power", "200", "--textfile", file});
    CHECK(done.exit_code == 0);
    const std::vector<json> alarms = alarms_in(done.out);
    REQUIRE(alarms.size() == 3);
    CHECK(alarms[2]["device"] == "gpu");
    CHECK(alarms[2]["power_w"] == 100.0);
    // All is constant: eta_util 0.9, eta_stability 1, A_load 0.5, tau_sustain 600 s.
    CHECK(alarms[2]["rle"].get<double>() == Approx(0.9 / (0.5 * (1.0 + 1.0 / 600.0))));
    CHECK(alarms[2]["collapse"] == false);
    const std::string text = read_file(file);
    CHECK(text.find("# TYPE rlecouple_alarms_total counter\n") != std::string::npos);
    CHECK(text.find("rlecouple_alarms_total{session=\"" + folder + "\"} 3\n") != std::string::npos);
    CHECK(text.find("rlecouple_rle{session=\"" + folder + "\",device=\"gpu\"} 1.797") != std::string::npos);
    CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) ==
          2);  // no temporary file stays
}

TEST_CASE("a text file that can no longer be written is told once, and the watch goes on", "[watch]") {
    const TempDir dir;
    const std::string folder = dir / "metrics";
    std::filesystem::create_directories(folder);
    const std::string spoil = fmt::format("rm -r '{0}'; : > '{0}'; ", folder);
    const Finished done =
        rlecouple({"watch", "-q", "--textfile", folder + "/rle.prom", "--", "sh", "-c", spoil + kTraining});
    CHECK(done.exit_code == 0);
    CHECK(alarms_in(done.out).size() == 3);
    const std::size_t told = done.err.find("rle.prom");
    REQUIRE(told != std::string::npos);
    CHECK(done.err.find("rle.prom", told + 1) == std::string::npos);

    const Finished never = rlecouple({"watch", "--textfile", folder + "/rle.prom", "--", "echo", "started"});
    CHECK(never.exit_code == 1);
    CHECK(never.err.find("started") == std::string::npos);
}

TEST_CASE("-o records the command as collect does", "[watch]") {
    const TempDir dir;
    const std::string folder = dir / "s";
    const Finished done =
        rlecouple({"watch", "-q", "-o", folder, "--", "sh", "-c", kTraining + "; sleep 1.2"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(alarms_in(done.out).size() == 3);
    CHECK(session_of(folder)["finished"] == true);
    CHECK(rows_of(folder + "/training.csv").size() == 60);
    CHECK(done.err.find("\"step\"") == std::string::npos);
}

TEST_CASE("-o shows what collect warns of, quiet or not, and no live line where there is no terminal",
          "[watch]") {
    const TempDir dir;
    for (const bool quiet : {false, true}) {
        std::vector<std::string> arguments{"watch", "-o", dir / (quiet ? "q" : "s"), "--",
                                           "sh",    "-c", "echo hello; sleep 0.6"};
        if (quiet) arguments.insert(arguments.begin() + 1, "-q");
        const Finished done = rlecouple(arguments, {}, {"NO_COLOR=", "TERM=xterm"});
        INFO(done.err);
        CHECK(done.exit_code == 0);
        CHECK(done.err.find("warning: no line of the training's output tells") != std::string::npos);
        CHECK((done.err.find("hello") == std::string::npos) == quiet);
        CHECK(done.err.find('\033') == std::string::npos);
        CHECK(done.err.find('\r') == std::string::npos);
    }
}

TEST_CASE("-o shows collect's live line on a terminal", "[watch]") {
    if (run({"sh", "-c", "command -v script"}).exit_code != 0) {
        WARN("skipped: needs script(1), which gives a terminal");
        return;
    }
    const TempDir dir;
    const std::string command = std::string(RLE_BINARY) + " watch -o " + (dir / "s") + " -- sleep 0.6";
    const Finished done = run({"script", "-qec", command, "/dev/null"}, {}, {"NO_COLOR=", "TERM=xterm"});
    CHECK(done.out.find("\r\033[K") != std::string::npos);
}

TEST_CASE("signals end a watch, with what it watches where that is its own", "[watch]") {
    const TempDir dir;
    const std::string folder = dir / "s";
    std::filesystem::create_directories(folder);
    write_file(folder + "/training.csv", training_csv(5));
    for (const int signal : {SIGINT, SIGTERM}) {
        const std::string log = dir / fmt::format("log{}", signal);
        Background watching({"watch", folder}, log);
        REQUIRE(wait_until([&] { return says(log, "watching"); }));
        CHECK(watching.end(signal) == 128 + signal);
        CHECK(says(log, "0 alarms"));
    }
    Background early({"watch", dir / "late", "--wait", "60"}, dir / "late.log");
    usleep(200'000);
    std::filesystem::create_directories(dir / "late");
    write_file(dir / "late/training.csv", training_csv(5));
    CHECK(wait_until([&] { return says(dir / "late.log", "watching"); }));
    CHECK(early.end(SIGTERM) == 143);
    const std::string pid_file = dir / "pid";
    Background own({"watch", "-q", "--", "sh", "-c", "echo $$ > " + pid_file + "; exec sleep 60"},
                   dir / "log");
    REQUIRE(wait_until([&] { return says(pid_file, "\n"); }));
    CHECK(own.end(SIGINT) == 130);
    const pid_t child = std::stoi(read_file(pid_file));
    CHECK(wait_until([&] { return !runs(child); }));
}

TEST_CASE("bad input gets one clear line", "[watch]") {
    const TempDir dir;
    std::filesystem::create_directories(dir / "empty");
    write_file(dir / "file", "");
    const auto refused = [&](std::vector<std::string> arguments, int code, const std::string& word) {
        arguments.insert(arguments.begin(), "watch");
        const Finished done = rlecouple(arguments);
        INFO(done.err);
        CHECK(done.exit_code == code);
        CHECK(lines_of(done.err).size() == 1);
        CHECK(done.err.find(word) != std::string::npos);
        CHECK(done.out.empty());
    };
    refused({}, 2, "nothing to watch");
    refused({dir / "none", "--wait", "0.1"}, 1, "no such session folder");
    refused({dir / "file", "--wait", "0"}, 1, "not a session folder");
    refused({dir / "empty", "--wait", "0"}, 1, "rlecouple collect");
    refused({dir / "empty", "--", "true"}, 2, "-o SESSION");
    refused({"-o", dir / "x"}, 2, "behind --");
    refused({"--exec", "no-such-program-here", "--", "true"}, 1, "no-such-program-here");
    refused({"--exec", "echo 'open", "--", "true"}, 2, "not closed");
    refused({"--shell", "--", "true"}, 2, "--exec");
    refused({"--signal", "0", "USR1", "--", "true"}, 2, "no process");
    refused({"--signal", "child", "NOPE", "--", "true"}, 2, "no signal");
    refused({"--grad-pattern", "(", "--", "true"}, 2, "--grad-pattern");
    refused({"--", "no-such-program-here"}, 1, "not found");
}

TEST_CASE("words are split as a shell splits them, and nothing is expanded", "[watch]") {
    using rle::cli::split_words;
    using Words = std::vector<std::string>;
    CHECK(split_words("nvidia-smi -pl 200") == Words{"nvidia-smi", "-pl", "200"});
    CHECK(split_words("  a 'b  c'd \"e 'f'\" \\\" \"\\\"\" '' $HOME * ") ==
          Words{"a", "b  cd", "e 'f'", "\"", "\"", "", "$HOME", "*"});
    CHECK(split_words(" \t ").empty());
    CHECK_THROWS_AS(split_words("a \"b"), rle::Error);
    CHECK(rle::cli::signal_number("USR1") == SIGUSR1);
    CHECK(rle::cli::signal_number("SIGTERM") == SIGTERM);
    CHECK(rle::cli::signal_number("9") == 9);
    CHECK_THROWS_AS(rle::cli::signal_number("900"), rle::Error);
}
