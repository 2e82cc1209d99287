// However a recording ends, what was recorded is there.
#include <algorithm>
#include <array>
#include <random>

#include "background.hpp"
#include "support/catch.hpp"
#include "support/pipes.hpp"
#include "support/sessions.hpp"

using namespace rle::test;

namespace {

// Every line complete: as many cells as the header, and a line end behind the last.
void check_whole(const std::filesystem::path& csv) {
    const std::string text = read_file(csv);
    REQUIRE_FALSE(text.empty());
    CHECK(text.back() == '\n');
    const auto lines = lines_of(text);
    for (const std::string& line : lines) CHECK(cells_of(line).size() == cells_of(lines[0]).size());
}

// Likewise but for the record in flight: the kernel may stop a write in its middle for kill -9.
void check_whole_but_last(const std::filesystem::path& csv) {
    std::string text = read_file(csv);
    text.resize(text.rfind('\n') + 1);
    const auto lines = lines_of(text);
    REQUIRE_FALSE(lines.empty());
    for (const std::string& line : lines) CHECK(cells_of(line).size() == cells_of(lines[0]).size());
}

pid_t pid_in(const std::filesystem::path& file) {
    REQUIRE(wait_until([&] { return count_lines(file) > 0; }));
    return static_cast<pid_t>(std::stol(read_file(file)));
}

}  // namespace

// A terminal that was stopped (Ctrl-S), or a pager that nobody pages on.
TEST_CASE("a stdout that is not read keeps no recording from its end", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(RLE_BINARY, RLE_BINARY, "collect", "-o", folder.c_str(), "-d", "1", "--source", "model", "--",
              "sh", "-c", "yes 'step: 1  grad_norm: 2.5' | head -c 600000; sleep 600", nullptr);
        _exit(127);
    }
    close(ends[1]);
    const auto finished = [&] {
        return std::filesystem::exists(folder + "/session.json") && session_of(folder)["finished"] == true;
    };
    CHECK(wait_until(finished));
    CHECK(std::filesystem::file_size(folder + "/train.out") == 600'000);
    // What was shown comes to who reads after all.
    const std::string out = rle::test::read_to_end(ends[0]);
    CHECK(rle::test::exit_code_of(child) == 0);
    CHECK(out.rfind(read_file(folder + "/train.out"), 0) == 0);
}

TEST_CASE("SIGINT and SIGTERM end both processes and leave a valid session", "[collect]") {
    for (const int signal : {SIGINT, SIGTERM}) {
        TempDir dir;
        const std::string folder = dir / "s";
        Background recording({"collect", "-o", folder, "--sample-hz", "50", "--", "sh", "-c",
                              "echo $$ > " + (dir / "pid") + "; " + training(1000, "0.05")},
                             dir / "log");
        const pid_t child = pid_in(dir / "pid");
        REQUIRE(wait_until([&] { return count_lines(folder + "/training.csv") > 3; }));
        CHECK(recording.end(signal) == 128 + signal);
        CHECK_FALSE(runs(child));
        check_whole(folder + "/telemetry.csv");
        check_whole(folder + "/training.csv");
        const auto session = session_of(folder);
        CHECK(session["finished"] == true);
        CHECK(session["interrupted"] == true);
        CHECK(session["training"]["stopped_by_us"] == true);
    }
}

TEST_CASE("a training that ignores signals is killed after a grace period", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    // Ended only once it says that it ignores them: before that, SIGTERM would still do.
    Background recording({"collect", "-o", folder, "--", "sh", "-c",
                          "trap '' TERM INT; echo $$ > " + (dir / "pid") + "; while :; do sleep 0.1; done"},
                         dir / "log");
    const pid_t child = pid_in(dir / "pid");
    CHECK(recording.end(SIGTERM) == 143);
    CHECK_FALSE(runs(child));
    CHECK(session_of(folder)["training"]["signal"] == 9);
}

TEST_CASE("what the training started does not outlive the recording", "[collect]") {
    TempDir dir;
    const Finished done =
        rlecouple({"collect", "-o", dir / "s", "--", "sh", "-c", "sleep 300 & echo $! > " + (dir / "pid")});
    CHECK(done.exit_code == 0);
    const pid_t orphan = pid_in(dir / "pid");
    CHECK(wait_until([&] { return !runs(orphan); }));
}

TEST_CASE("kill -9 at any moment costs at most the sample in flight", "[collect]") {
    std::mt19937 random(7);
    std::uniform_int_distribution<useconds_t> pause(0, 300'000);
    int aligned = 0;
    for (int round = 0; round < 50; ++round) {
        TempDir dir;
        const std::string folder = dir / "s";
        Background recording({"collect", "-o", folder, "--sample-hz", "200", "--", "sh", "-c",
                              "echo $$ > " + (dir / "pid") + "; " + training(10000, "0.01")},
                             dir / "log");
        // In every second round from the first moment on, before there is anything to lose.
        if (round % 2 == 0) REQUIRE(wait_until([&] { return count_lines(folder + "/training.csv") > 1; }));
        usleep(pause(random));
        const std::size_t seen = count_lines(folder + "/telemetry.csv");
        CHECK(recording.end(SIGKILL) == 128 + SIGKILL);
        CHECK(count_lines(folder + "/telemetry.csv") >= seen);
        if (seen > 0) {
            check_whole_but_last(folder + "/telemetry.csv");
            const Finished align = rlecouple({"align", folder});
            INFO(align.err);
            CHECK((align.exit_code == 0 || (align.exit_code == 4 && round % 2 == 1)));  // 4: too few rows
            if (align.exit_code == 0) ++aligned;
        }
        if (std::filesystem::exists(folder + "/session.json")) CHECK(session_of(folder)["finished"] == false);
        if (round % 2 == 1) continue;
        check_whole_but_last(folder + "/training.csv");
        const pid_t child = pid_in(dir / "pid");
        CHECK(wait_until([&] { return !runs(child); }));  // it does not train on for nobody
    }
    CHECK(aligned >= 25);
}

TEST_CASE("a training that fails is told, and its recording stays", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done =
        rlecouple({"collect", "-o", folder, "--", "sh", "-c", training(2, "0.1") + "; exit 3"});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("exit status 3") != std::string::npos);
    CHECK(rows_of(folder + "/training.csv").size() == 2);
    const auto session = session_of(folder);
    CHECK(session["finished"] == true);
    CHECK(session["training"]["exit_status"] == 3);
    CHECK(session["training"]["signal"].is_null());
}

TEST_CASE("a training that crashes is told by its signal", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "-o", folder, "--", "sh", "-c", "kill -SEGV $$"});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("signal 11") != std::string::npos);
    CHECK(session_of(folder)["training"]["signal"] == 11);
    CHECK(session_of(folder)["training"]["exit_status"].is_null());
}

TEST_CASE("a training that closes its output is not hung up on, and ends as it wants", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "-o", folder, "--", "sh", "-c",
                                     "echo bye; exec >&- 2>&-; sleep 0.5; echo done > " + (dir / "end")});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(read_file(dir / "end") == "done\n");
    CHECK(read_file(folder + "/train.out") == "bye\n");
    CHECK(session_of(folder)["training"]["exit_status"] == 0);
    CHECK(session_of(folder)["training"]["signal"].is_null());
}

TEST_CASE("nobody who reads its output any more is no reason to end", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const std::string command =
        std::string(RLE_BINARY) + " collect -o " + folder + " -- sh -c '" + training(5, "0.1") + "' | true";
    CHECK(run({"sh", "-c", command}).exit_code == 0);
    REQUIRE(wait_until([&] {
        return std::filesystem::exists(folder + "/session.json") && session_of(folder)["finished"] == true;
    }));
    CHECK(rows_of(folder + "/training.csv").size() == 5);
}

TEST_CASE("a disk that takes no more is one clear error, and what is there stays whole", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    // Files end at 8 KiB: the same to write(2) as a disk that fills in the middle of a line.
    const std::string command = "ulimit -f 16; exec " + std::string(RLE_BINARY) +
                                " collect -q --sample-hz 500 -d 60 -o " + folder + " -- sleep 61";
    const Finished done = run({"sh", "-c", command});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("rlecouple: " + folder + "/telemetry.csv: cannot write") != std::string::npos);
    check_whole(folder + "/telemetry.csv");
    CHECK(rows_of(folder + "/telemetry.csv").size() > 50);
}

TEST_CASE("a training whose output the disk does not take is ended with the recording", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const std::string command = "ulimit -f 16; exec " + std::string(RLE_BINARY) +
                                " collect -q --sample-hz 10 -d 60 -o " + folder + " -- sh -c 'echo $$ > " +
                                (dir / "pid") + "; exec yes'";
    const Finished done = run({"sh", "-c", command});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("rlecouple: " + folder + "/train.out: cannot write") != std::string::npos);
    const std::string kept = read_file(folder + "/train.out");
    CHECK(kept.size() <= 8192);
    CHECK(kept == std::string("y\n", 2) + kept.substr(0, kept.size() - 2));
    check_whole(folder + "/telemetry.csv");
    CHECK(session_of(folder)["finished"] == true);
    CHECK_FALSE(runs(pid_in(dir / "pid")));
}

TEST_CASE("a full file system is one clear error, and what is there stays whole", "[collect]") {
    TempDir dir;
    const std::string disk = dir / "disk";
    std::filesystem::create_directory(disk);
    if (run({"mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk}).exit_code != 0) {
        WARN("skipped: may not mount a small tmpfs here");
        return;
    }
    const Finished done =
        rlecouple({"collect", "-q", "--sample-hz", "500", "-d", "60", "-o", disk + "/s", "--", "yes"});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("no space left on device; free some space") != std::string::npos);
    check_whole(disk + "/s/telemetry.csv");
    const auto session = session_of(disk + "/s");
    CHECK(session["schema"] == "rlecouple.session/1");
    CHECK(session["finished"] == (done.err.find("finished: false") == std::string::npos));
    CHECK(run({"umount", disk}).exit_code == 0);
}

TEST_CASE("a stderr that is closed or full loses the words, and no sample") {
    for (const char* to : {"2>&-", "2>/dev/full"}) {
        INFO(to);
        const TempDir dir;
        const std::string shell = std::string("\"$0\" collect -q -o \"$1\" -d 1 --sample-hz 10 ") + to;
        CHECK(run({"sh", "-c", shell, RLE_BINARY, dir / "session"}).exit_code == 0);
        const std::vector<std::string> lines = lines_of(read_file(dir / "session/telemetry.csv"));
        REQUIRE(lines.size() > 1);
        for (const std::string& line : lines) CHECK(line.find("rlecouple") == std::string::npos);
        CHECK(run({"sh", "-c", std::string("\"$0\" nonsense ") + to, RLE_BINARY}).exit_code == 2);
    }
}

TEST_CASE("a session.json that cannot be completed is said, with what is there", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    // A folder in its place: nothing can be renamed to it.
    const Finished done = rlecouple({"collect", "-q", "-o", folder, "--sample-hz", "20", "--", "sh", "-c",
                                     "rm \"$0/session.json\"; mkdir \"$0/session.json\"; sleep 0.3", folder});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("rlecouple: " + folder + "/session.json: ") != std::string::npos);
    CHECK(done.err.find("finished: false") != std::string::npos);
    check_whole(folder + "/telemetry.csv");
}

TEST_CASE("a training that never started is not said to have told nothing", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    // A signal that waits from the start on is there before the first sample, which a training starts behind.
    const std::string signalled = "kill -INT $$; exec \"$0\" collect -o \"$1\" -- touch \"$2\"";
    const Finished done =
        run({"env", "--block-signal=INT", "sh", "-c", signalled, RLE_BINARY, folder, dir / "started"});
    INFO(done.err);
    CHECK(done.exit_code == 130);
    CHECK_FALSE(std::filesystem::exists(dir / "started"));
    CHECK(done.err.find("the training was not started") != std::string::npos);
    CHECK(done.err.find("gradient norm") == std::string::npos);
    CHECK(session_of(folder)["interrupted"] == true);
}
