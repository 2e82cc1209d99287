// calibrate as a user runs it.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/collect/background.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using namespace rle::test;
using nlohmann::json;

namespace {

json read_json(const std::string& path) {
    return json::parse(read_file(path));
}

json family(const json& document, const std::string& name) {
    for (const json& f : document["families"]) {
        if (f["family"] == name) return f;
    }
    return nullptr;
}

Finished calibrate(const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> args{"calibrate", "-o", out};
    args.insert(args.end(), more.begin(), more.end());
    return rlecouple(args);
}

}  // namespace

TEST_CASE("calibrate scores each family and says what is true of each session") {
    TempDir dir;
    const Finished done =
        calibrate(dir.path(), {"--sessions", "25", "--family", "null_settling", "--family", "k0.1_white_2s"});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    CHECK(done.err.empty());
    CHECK(done.out.find("null_settling") != std::string::npos);
    const json document = read_json(dir / "calibration.json");
    CHECK(document["schema"] == "rlecouple.calibration/1");
    CHECK(document["families"].size() == 2);
    const json null = family(document, "null_settling"), coupled = family(document, "k0.1_white_2s");
    CHECK(null["n"] == 25);
    CHECK(null["power"].is_null());
    CHECK(null["false_positive_rate"].get<double>() <= 0.24);  // above it: 1 in 2,000 at a true 5 %
    CHECK(null["manual_rate"].get<double>() >= 0.9);
    CHECK(coupled["power"].get<double>() >= 0.9);
    CHECK(coupled["lag_exact_rate"].get<double>() >= 0.9);
    CHECK(coupled["ci_coverage"].get<double>() >= 0.8);
    CHECK(coupled["false_positive_rate"].is_null());

    for (const char* session : {"00000", "00024"}) {
        const json truth = read_json(dir / (std::string("k0.1_white_2s/") + session + "/truth.json"));
        CHECK(truth["coupled"] == true);
        CHECK(truth["lag_s"] == -2.0);
        CHECK(truth["k_per_s"].get<double>() == Approx(0.1));
    }
    CHECK(read_json(dir / "null_settling/00003/truth.json")["lag_s"].is_null());
}

TEST_CASE("the same seed gives the same table, on any number of threads and whatever else runs") {
    TempDir one, two, seeded;
    const std::vector<std::string> base{"--sessions", "8", "--keep", "0", "--family", "k0.05_ar_1s"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.end(), base.begin(), base.end());
        return more;
    };
    REQUIRE(calibrate(one.path(), with({"--jobs", "1"})).exit_code == 0);
    REQUIRE(calibrate(two.path(), with({"--jobs", "3", "--family", "null_white"})).exit_code == 0);
    REQUIRE(calibrate(seeded.path(), with({"--seed", "2"})).exit_code == 0);
    const json a = family(read_json(one / "calibration.json"), "k0.05_ar_1s");
    CHECK(a == family(read_json(two / "calibration.json"), "k0.05_ar_1s"));
    CHECK(a != family(read_json(seeded / "calibration.json"), "k0.05_ar_1s"));
}

TEST_CASE("a kept session is a session: align and correlate find in it what calibrate found") {
    TempDir dir;
    REQUIRE(
        calibrate(dir.path(), {"--sessions", "2", "--keep", "1", "--family", "k0.1_spiky_2s"}).exit_code ==
        0);
    const std::string session = dir / "k0.1_spiky_2s/00000";
    CHECK(!std::filesystem::exists(dir / "k0.1_spiky_2s/00001/telemetry.csv"));
    const json before = read_json(session + "/correlation.json");
    const Finished aligned = rlecouple({"align", session});
    INFO(aligned.err);
    REQUIRE(aligned.exit_code == 0);
    const Finished correlated = rlecouple({"correlate", session, "--response", "rle_raw"});
    INFO(correlated.err);
    REQUIRE(correlated.exit_code == 0);
    const json after = read_json(session + "/correlation.json");
    CHECK(after["verdict"] == "coupled");
    CHECK(after["tested"]["t_lag_s"] == before["tested"]["t_lag_s"]);
    CHECK(after["tested"]["p_value"] == before["tested"]["p_value"]);
    CHECK(after["n_samples"] == 90);
}

TEST_CASE("calibrate refuses what it cannot do, in one line") {
    TempDir dir;
    const Finished unknown = calibrate(dir.path(), {"--family", "null_whit"});
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.err.find("no family 'null_whit'; one of null_white, ") != std::string::npos);
    CHECK(std::count(unknown.err.begin(), unknown.err.end(), '\n') == 1);
    CHECK(rlecouple({"calibrate"}).exit_code == 2);
    CHECK(calibrate(dir.path(), {"--sessions", "0"}).exit_code == 2);

    write_file(dir / "file", "x");
    const Finished blocked = calibrate(dir / "file", {"--sessions", "1", "--family", "null_white"});
    CHECK(blocked.exit_code == 1);
    CHECK(std::count(blocked.err.begin(), blocked.err.end(), '\n') == 1);
}

TEST_CASE("a number of sessions below 0 is none") {
    const TempDir dir;
    const Finished done = rlecouple({"calibrate", "-o", dir / "c", "--sessions", "1", "--keep", "-1"});
    CHECK(done.exit_code == 2);
    CHECK(done.err.find("--keep") != std::string::npos);
}

TEST_CASE("a file is no folder for the sessions") {
    const TempDir dir;
    write_file(dir / "here", "");
    const Finished done = rlecouple({"calibrate", "-o", dir / "here", "--sessions", "1"});
    CHECK(done.exit_code == 1);
    CHECK(done.err == "rlecouple: " + (dir / "here") + ": is a file, not a folder; choose another -o DIR\n");
}

TEST_CASE("a signal ends an analysis with the exit code that a recording has for it") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        INFO(signal);
        const TempDir dir;
        Background running({"calibrate", "-o", dir / "c", "--sessions", "99999"}, dir / "log");
        REQUIRE(wait_until([&] { return std::filesystem::exists(dir / "c"); }));
        CHECK(running.end(signal) == (signal == SIGINT ? 130 : 143));
        CHECK(running.exited());
    }
}

TEST_CASE("fewer threads than asked for are enough") {
    const TempDir dir;
    // dash calls it -p, bash -u; root has no such limit, and as many threads as asked for.
    const std::string limited = "ulimit -p 1 2>/dev/null || ulimit -u 1; exec \"$@\"";
    const Finished done = run({"sh", "-c", limited, "sh", RLE_BINARY, "calibrate", "-o", dir / "c",
                               "--sessions", "50", "--jobs", "50", "--family", "null_white"});
    INFO(done.err);
    CHECK(done.exit_code == 0);
}
