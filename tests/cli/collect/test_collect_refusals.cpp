// What collect refuses, with one clear line and the right exit code each.
#include "background.hpp"
#include "session_folder.hpp"
#include "support/catch.hpp"

using namespace rle::test;

namespace {

void check_refused(const Finished& done, int exit_code, const std::string& line) {
    INFO(done.err);
    CHECK(done.exit_code == exit_code);
    CHECK(done.err.find(line) != std::string::npos);
    CHECK(lines_of(done.err).size() == 1);
}

}  // namespace

TEST_CASE("a command that cannot be started makes no session", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    check_refused(rlecouple({"collect", "-o", folder, "--", "no-such-command"}), 1,
                  "no-such-command: command not found");
    check_refused(rlecouple({"collect", "-o", folder, "--", "./nothing"}), 1, "./nothing: no such program");
    write_file(dir / "data", "text");
    check_refused(rlecouple({"collect", "-o", folder, "--", dir / "data"}), 1, "is not an executable file");
    CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("a program whose interpreter is missing is told as soon as it is tried", "[collect]") {
    TempDir dir;
    write_file(dir / "script", "#!/no/such/interpreter\n");
    std::filesystem::permissions(dir / "script", std::filesystem::perms::owner_all);
    const Finished done = rlecouple({"collect", "-o", dir / "s", "--", dir / "script"});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("cannot be executed: no such file or directory") != std::string::npos);
    CHECK(session_of(dir / "s")["finished"] == true);
}

TEST_CASE("a session that is there is not written over but with --force", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    REQUIRE(rlecouple({"collect", "-o", folder, "-d", "0.3", "--", "sh", "-c", training(1, "0")}).exit_code ==
            0);
    write_file(folder + "/notes.txt", "mine");
    write_file(folder + "/report.html", "old");
    const std::string before = read_file(folder + "/telemetry.csv");
    check_refused(rlecouple({"collect", "-o", folder, "-d", "0.3"}), 1, folder + ": holds a session already");
    CHECK(read_file(folder + "/telemetry.csv") == before);

    REQUIRE(rlecouple({"collect", "-o", folder, "-d", "0.3", "--force"}).exit_code == 0);
    CHECK(read_file(folder + "/telemetry.csv") != before);
    CHECK(read_file(folder + "/notes.txt") == "mine");
    for (const char* stale : {"/report.html", "/training.csv", "/train.out"}) {
        CHECK_FALSE(std::filesystem::exists(folder + stale));
    }
}

// A log or a report that somebody put into a folder is no recording's to remove.
TEST_CASE("files of a session's name in a folder without one go by --force alone", "[collect]") {
    for (const std::string name : {"training.csv", "report.md", "summary.json"}) {
        TempDir dir;
        const std::string folder = dir.path().string();
        write_file(dir / name, "mine");
        check_refused(rlecouple({"collect", "-o", folder, "-d", "0.3"}), 1,
                      folder + ": holds a " + name + ", which is a session's; choose another folder");
        CHECK(read_file(dir / name) == "mine");
        CHECK_FALSE(std::filesystem::exists(dir / "session.json"));
        CHECK(rlecouple({"collect", "-o", folder, "-d", "0.3", "--force"}).exit_code == 0);
        CHECK_FALSE(std::filesystem::exists(dir / name));
    }
}

TEST_CASE("a session that is being recorded is not replaced", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    Background recording({"collect", "-o", folder, "-d", "600", "--source", "model"}, dir / "log");
    for (int i = 0; i < 600 && !std::filesystem::exists(folder + "/session.json"); ++i) usleep(100'000);
    check_refused(rlecouple({"collect", "-o", folder, "-d", "0.3", "--force"}), 1,
                  folder + ": is being recorded by process ");
    CHECK(recording.end(SIGINT) == 130);
    CHECK(rlecouple({"collect", "-o", folder, "-d", "0.3", "--force"}).exit_code == 0);
}

TEST_CASE("a folder without a session is taken, a file is not", "[collect]") {
    TempDir dir;
    write_file(dir / "file", "");
    check_refused(rlecouple({"collect", "-o", dir / "file", "-d", "0.3"}), 1, "is a file, not a folder");
    CHECK(rlecouple({"collect", "-o", dir.path().string(), "-d", "0.3"}).exit_code == 0);
    CHECK(std::filesystem::exists(dir / "session.json"));
}

TEST_CASE("without -o a fresh name is made and said", "[collect]") {
    TempDir dir;
    const Finished done =
        run({"sh", "-c",
             "cd " + dir.path().string() + " && exec " + std::string(RLE_BINARY) + " collect -d 0.3"});
    CHECK(done.exit_code == 0);
    const auto made = std::filesystem::directory_iterator(dir.path())->path().filename().string();
    CHECK(made.rfind("rlecouple-2", 0) == 0);
    CHECK(done.out.find(made) != std::string::npos);
}

TEST_CASE("a word that is no number may be a name", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    CHECK(rlecouple({"collect", "-o", folder, "-d", "0.3", "--operator", "Nan", "--name", "inf"}).exit_code ==
          0);
    CHECK(session_of(folder)["operator"] == "Nan");
    CHECK(session_of(folder)["name"] == "inf");
}

TEST_CASE("wrong usage is told apart from failure", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const auto collect = [&](std::vector<std::string> more) {
        std::vector<std::string> args{"collect", "-o", folder};
        args.insert(args.end(), more.begin(), more.end());
        return rlecouple(args);
    };
    check_refused(collect({"--sample-hz", "0"}), 2, "--sample-hz");
    check_refused(rlecouple({"collect", "-o", ""}), 2, "the folder's name is empty");
    check_refused(collect({"--sample-hz", "ten"}), 2, "--sample-hz");
    check_refused(collect({"--duration", "nan"}), 2, "--duration");
    check_refused(collect({"--mode", "tpu"}), 2, "--mode");
    check_refused(collect({"--source", "guess"}), 2, "one of auto, model, measured, exec:CMD, replay:FILE");
    check_refused(collect({"--device", "gpu9"}), 2, "--device gpu9: no such device; here there are:");
    check_refused(collect({"--model", "gpt9"}), 2, "no such bundled workload; one of tiny, distilgpt2");
    check_refused(collect({"--model", "tiny", "--", "python3", "train.py"}), 2, "a command behind --");
    check_refused(collect({"--source", "exec:true"}), 1, "ended without a reading");
    check_refused(collect({"--source", "replay:/no/such.csv"}), 1, "/no/such.csv");
    check_refused(collect({"--pid", "1", "--", "true"}), 2, "--pid");
    check_refused(collect({"--pid", "999999999"}), 1, "no such process");
    check_refused(collect({"--idle-power", "90", "--rated-power", "80"}), 2, "--idle-power");
    check_refused(collect({"--grad-pattern", "(", "--", "true"}), 2, "grad-pattern");
    check_refused(collect({"--mode", "gpu", "--root", std::string(RLE_TEST_DATA) + "/sysroot/desktop"}), 1,
                  "no GPU");
    CHECK_FALSE(std::filesystem::exists(folder));
}
