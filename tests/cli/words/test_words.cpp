// What all commands do alike with the words they print and the names they are given.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/pipes.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Of ISO 6429, written as UTF-8; but for tabs and the ends of lines.
bool holds_controls(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) return true;
        if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("no name in a file makes the terminal do anything") {
    const TempDir dir;
    const std::string evil =
        "x\x1b[31m\x07\xc2\x9b"
        "2J\rend";
    std::string table = "t_s,grad_norm," + evil + "\n";
    for (int i = 0; i < 60; ++i) table += std::to_string(i) + "," + std::to_string(i % 7) + ",1\n";
    write_file(dir / "table.csv", table);
    const Finished unknown = rlecouple({"correlate", dir / "table.csv", "--response", "nope"});
    CHECK(unknown.exit_code == 1);
    CHECK_FALSE(holds_controls(unknown.err));
    CHECK(has(unknown.err, "x\\x1b[31m\\x07\\x9b2J"));

    write_session(dir.path(), make_session(60));
    std::string telemetry = read_file(dir / "telemetry.csv");
    for (std::size_t at = 0; (at = telemetry.find(",gpu,", at)) != std::string::npos; at += 5)
        telemetry.replace(at, 5, ",gpu\x1b]0;t\x07,");
    write_file(dir / "telemetry.csv", telemetry);
    const Finished done = rlecouple({"analyze", dir.path().string()});
    CHECK((done.exit_code == 0 || done.exit_code == 4));
    CHECK(has(done.out, "gpu\\x1b]0;t\\x07"));
    CHECK_FALSE(holds_controls(done.out));
    CHECK_FALSE(holds_controls(done.err));

    const Finished nowhere = rlecouple({"report", "no\nwhere\x1b[2J"});
    CHECK(std::count(nowhere.err.begin(), nowhere.err.end(), '\n') == 1);
    CHECK_FALSE(holds_controls(nowhere.err));
}

TEST_CASE("data on stdout are as they were") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    std::string telemetry = read_file(dir / "telemetry.csv");
    for (std::size_t at = 0; (at = telemetry.find(",gpu,", at)) != std::string::npos; at += 5)
        telemetry.replace(at, 5, ",g\x1b[1mpu,");
    write_file(dir / "telemetry.csv", telemetry);
    const Finished done = rlecouple({"align", dir.path().string(), "-o", "-"});
    CHECK(done.exit_code == 0);
    CHECK(has(done.out, ",g\x1b[1mpu,"));
}

TEST_CASE("a stdout that nobody reads, or that is full, stops no work") {
    const TempDir dir;
    write_session(dir.path(), make_session(90));
    const auto files = {"aligned.csv", "align.json", "correlation.json", "balance.json", "report.html"};
    const auto analyze = [&](const std::string& to) {
        for (const char* file : files) fs::remove(dir.path() / file);
        return run({"bash", "-c", "\"$0\" analyze \"$1\" " + to, RLE_BINARY, dir.path().string()});
    };
    const Finished unread = analyze("| true; exit ${PIPESTATUS[0]}");
    INFO(unread.err);
    CHECK(unread.exit_code == 0);
    for (const char* file : files) CHECK(fs::exists(dir.path() / file));
    if (fs::exists("/dev/full")) {
        const Finished full = analyze("> /dev/full");
        CHECK(full.exit_code == 1);
        CHECK(has(full.err, "rlecouple: stdout: cannot write"));
        for (const char* file : files) CHECK(fs::exists(dir.path() / file));
        CHECK(run({"sh", "-c", "\"$0\" formats --json > /dev/full", RLE_BINARY}).exit_code == 1);
    }
}

// As a parent leaves it that shares the pipe and reads or writes it without waiting.
TEST_CASE("a stdout that does not block is waited for") {
    const TempDir dir;
    write_session(dir.path(), make_session(900));
    const Finished plain = rlecouple({"align", dir.path().string(), "-o", "-"});
    REQUIRE(plain.out.size() > 100'000);  // more than a pipe holds
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    REQUIRE(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(RLE_BINARY, RLE_BINARY, "align", dir.path().c_str(), "-o", "-", nullptr);
        _exit(127);
    }
    close(ends[1]);
    usleep(300'000);  // until the pipe is full; where the machine is slow, the test proves less and holds
    const std::string out = rle::test::read_to_end(ends[0]);
    CHECK(rle::test::exit_code_of(child) == 0);
    CHECK(out == plain.out);
}

TEST_CASE("where a session folder is wanted, stdin is none") {
    const std::vector<std::vector<std::string>> calls{
        {"analyze", "-"}, {"align", "-"},          {"check", "-", "--baseline", "b.json"},
        {"report", "-"},  {"reproduce", "-", "-"}, {"watch", "-"}};
    for (const auto& call : calls) {
        INFO(call.front());
        const Finished done = rlecouple(call);
        CHECK(done.exit_code == 2);
        CHECK(has(done.err, "a session is a folder"));
        CHECK_FALSE(has(done.err, "collect -o -"));
    }
    const TempDir dir;
    write_file(dir / "aligned.csv", "t_s,grad_norm,rle\n0,1,1\n");
    const Finished file = rlecouple({"analyze", dir / "aligned.csv"});
    CHECK(file.exit_code == 2);
    CHECK(has(file.err, "a session folder is wanted"));
    CHECK_FALSE(has(file.err, "--telemetry"));
}

TEST_CASE("a folder as the place of a result holds it under its own name") {
    const TempDir dir;
    const std::string out = dir / "out";
    fs::create_directory(out);
    write_file(dir / "table.csv", coupled_table(90, 2));
    CHECK(rlecouple({"correlate", dir / "table.csv", "-o", out}).exit_code == 0);
    CHECK(json::parse(read_file(out + "/correlation.json"))["n_samples"] == 90);
    write_session(dir.path(), make_session(60));
    REQUIRE(rlecouple({"align", dir.path().string(), "-o", out}).exit_code == 0);
    CHECK(rlecouple({"balance", out, "-o", dir.path().string()}).exit_code == 0);
    CHECK(fs::exists(dir / "balance.json"));
    fs::create_directory(dir / "correlation.json");  // a folder by the result's name is no file of that name
    CHECK(rlecouple({"correlate", dir / "table.csv", "-o", dir.path().string()}).exit_code == 1);
}

TEST_CASE("a range is told as people write it") {
    const auto refusal = [](std::vector<std::string> call) {
        const Finished done = rlecouple(std::move(call));
        CHECK(done.exit_code == 2);
        return done.err;
    };
    CHECK(has(refusal({"sensors", "--probe", "0"}), "'0' is not a number from 1 to 600;"));
    CHECK(has(refusal({"calibrate", "-o", "x", "--sessions", "0"}), "a whole number from 1 to 99999;"));
    CHECK(has(refusal({"predict", "x", "--debounce", "1.5"}), "a whole number from 1 to 1000000;"));
    for (const char* command : {"align", "balance", "analyze", "watch", "collect", "run"}) {
        INFO(command);
        CHECK(has(refusal({command, "x", "--ambient", "1001"}), "a temperature from -100 to 1000 degC"));
    }
}
