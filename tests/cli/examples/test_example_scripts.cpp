// The scripts in examples/ do what they say, with the rlecouple that was just built.
#include <fmt/format.h>

#include <cstdio>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string kExamples = RLE_SOURCE_DIR "/examples/";

Finished in_folder(const fs::path& folder, const std::string& script) {
    const std::string bin = fs::path(RLE_BINARY).parent_path().string();
    return run({"sh", "-c", "cd \"$0\" && export PATH=\"$1:$PATH\" && " + script, folder.string(), bin});
}

// Another time constant than `file` says.
void move_tau(const std::string& file) {
    json summary = json::parse(read_file(file));
    json& tau = summary.at("balance").at("tau_th_s").at("value");
    tau = tau.get<double>() * 1.5;
    write_file(file, summary.dump());
}

bool installed(const std::string& program) {
    return run({"sh", "-c", "command -v " + program}).exit_code == 0;
}

}  // namespace

TEST_CASE("nightly-regression.sh makes baselines, holds sessions against them, and tells what moved") {
    const TempDir dir;
    write_session(dir.path() / "sessions" / "one", make_session(90, 1));
    write_session(dir.path() / "sessions" / "two", make_session(90, 2));
    const std::string nightly = kExamples + "nightly-regression.sh sessions baselines";
    const Finished first = in_folder(dir.path(), nightly);
    INFO(first.out << first.err);
    CHECK(first.exit_code == 0);
    CHECK(first.out.find("new     one") != std::string::npos);
    const Finished again = in_folder(dir.path(), nightly + " --tolerance 1%");
    CHECK(again.exit_code == 0);
    CHECK(again.out == "ok      one\nok      two\n");
    CHECK(fs::exists(dir / "baselines/two.junit.xml"));
    move_tau(dir / "baselines/two.json");
    const Finished moved = in_folder(dir.path(), nightly);
    CHECK(moved.exit_code == 3);
    CHECK(moved.out.find("ok      one") != std::string::npos);
    CHECK(moved.out.find("MOVED   two\n! tau_th_s") != std::string::npos);
    fs::create_directories(dir / "sessions/broken");
    const Finished broken = in_folder(dir.path(), nightly);
    CHECK(broken.exit_code == 3);
    CHECK(broken.out.find("FAILED  broken: rlecouple:") != std::string::npos);
    CHECK(in_folder(dir.path(), kExamples + "nightly-regression.sh").exit_code == 2);
}

TEST_CASE("ambient-sweep.sh fits once an ambient temperature and leaves the session alone") {
    const TempDir dir;
    write_session(dir.path() / "s", make_session(120));
    const Finished done = in_folder(dir.path(), kExamples + "ambient-sweep.sh s 19 21 23");
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    const std::vector<std::string> lines = lines_of(done.out);
    REQUIRE(lines.size() == 4);
    double ambient = 0.0, conductance = 0.0;
    REQUIRE(std::sscanf(lines[2].c_str(), "%lf\t%lf", &ambient, &conductance) == 2);
    CHECK(ambient == 21.0);
    CHECK(conductance == Approx(4.0).epsilon(0.02));  // as the session was made
    CHECK(!fs::exists(dir / "s/aligned.csv"));
}

TEST_CASE("ambient-sweep.sh prints a dash for what is not told, and takes the device of several") {
    const TempDir dir;
    for (const char* name : {"still", "two"}) fs::create_directories(dir / name);
    std::string still = "t_s,device,temp_c,power_w\n", two = still;
    for (int t = 0; t < 60; ++t) {
        still += fmt::format("{},gpu0,40,100\n", t);  // at rest: nothing to fit
        two += fmt::format("{0},gpu0,40,100\n{0},gpu1,{1},{2}\n", t, 40 + t % 10, 100 + t % 20);
    }
    write_file(dir / "still/telemetry.csv", still);
    write_file(dir / "two/telemetry.csv", two);
    const Finished rest = in_folder(dir.path(), kExamples + "ambient-sweep.sh still 21");
    INFO(rest.out << rest.err);
    CHECK(rest.exit_code == 0);
    REQUIRE(lines_of(rest.out).size() == 2);
    CHECK(lines_of(rest.out)[1].starts_with(
        "21\t-\t-\t-\t"));  // hA, C, and tau_th, which has other numbers behind it
    const Finished open = in_folder(dir.path(), kExamples + "ambient-sweep.sh two 21");
    CHECK(open.exit_code == 2);
    CHECK(open.err.find("--device") != std::string::npos);
    CHECK(in_folder(dir.path(), kExamples + "ambient-sweep.sh two --device gpu1 21").exit_code == 0);
}

TEST_CASE("the Makefile checks what has changed, and takes baselines") {
    if (!installed("make")) return;
    const TempDir dir;
    write_session(dir.path() / "sessions" / "one", make_session(90));
    fs::copy_file(kExamples + "ci/Makefile", dir.path() / "Makefile");
    const Finished none = in_folder(dir.path(), "make");
    CHECK(none.exit_code == 2);
    CHECK(none.err.find("no baselines/one.json: 'make baselines' takes") != std::string::npos);
    const Finished baselines = in_folder(dir.path(), "make baselines");
    INFO(baselines.out << baselines.err);
    CHECK(baselines.exit_code == 0);
    CHECK(in_folder(dir.path(), "make").exit_code == 0);
    CHECK(read_file(dir / "checked/one.xml").find("failures=\"0\"") != std::string::npos);
    CHECK(in_folder(dir.path(), "make").out.find("Nothing to be done") != std::string::npos);
    move_tau(dir / "baselines/one.json");
    CHECK(in_folder(dir.path(), "make").exit_code == 2);
    CHECK(read_file(dir / "checked/one.xml").find("failures=\"1\"") != std::string::npos);
}

TEST_CASE("the workflow's steps do what they should in a repository of sessions") {
    const TempDir dir;
    write_session(dir.path() / "sessions" / "one", make_session(90, 1));
    write_session(dir.path() / "sessions" / "two", make_session(90, 2));
    fs::copy_file(kExamples + "nightly-regression.sh", dir.path() / "nightly-regression.sh");
    std::vector<std::string> steps;
    const std::string key = "        run: ";
    for (const std::string& line : lines_of(read_file(kExamples + "ci/workflow.yml"))) {
        if (line.starts_with(key)) steps.push_back(line.substr(key.size()));
    }
    REQUIRE(steps.size() == 2);
    CHECK(in_folder(dir.path(), steps[0]).exit_code == 0);
    const Finished held = in_folder(dir.path(), steps[0]);
    CHECK(held.exit_code == 0);
    CHECK(held.out == "ok      one\nok      two\n");
    const int consistent = in_folder(dir.path(), steps[1]).exit_code;
    CHECK((consistent == 0 || consistent == 3));
    CHECK(json::parse(read_file(dir / "reproduce.json"))["independent"] == true);
}

TEST_CASE("lower-power.sh lowers the limit and raises it again") {
    const TempDir dir;
    fs::create_directories(dir / "bin");
    write_file(dir / "bin/nvidia-smi",
               "#!/bin/sh\ncase \"$*\" in\n  *--query*) echo 300.00 ;;\n  *) echo \"$*\" >> " +
                   (dir / "calls") + " ;;\nesac\n");
    fs::permissions(dir / "bin/nvidia-smi", fs::perms::owner_all);
    const Finished done = run({"sh", "-c", "PATH=\"$0:$PATH\" SECONDS_LOW=0 RLE_Z=5 \"$1\"", dir / "bin",
                               kExamples + "watch/lower-power.sh"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(done.out.find("from 300 W to 270 W") != std::string::npos);
    CHECK(read_file(dir / "calls") == "-i 0 -pl 270\n-i 0 -pl 300\n");
}

TEST_CASE("shrink_batch.py halves its batch at an alarm") {
    if (!installed("python3")) return;
    const Finished done = rlecouple(
        {"watch", "--signal", "child", "USR1", "--", "python3", kExamples + "watch/shrink_batch.py", "200"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(lines_of(done.out).size() >= 1);
    CHECK(done.err.find("\"batch\": 32") != std::string::npos);
}
