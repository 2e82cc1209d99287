#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace rle::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kAllFiles{"session.json", "telemetry.csv", "training.csv",     "train.out",
                                         "aligned.csv",  "align.json",    "correlation.json", "balance.json",
                                         "report.html",  "report.md",     "summary.json"};

}  // namespace

TEST_CASE("one command records a process, analyses it, and leaves every file of a session") {
    const TempDir dir;
    const std::string session = dir / "results";
    const std::string steps =
        "for i in $(seq 1 14); do echo '{\"step\": '$i', \"loss\": 2.0, \"grad_norm\": 1.'$i'}'; sleep 0.2; "
        "done";
    const Finished done = rlecouple(
        {"run", "--output", session, "--sample-hz", "10", "--rated-power", "65", "--", "sh", "-c", steps});
    INFO(done.err);
    // About 28 samples at 10 Hz: whether they are 30 decides between 0 and 4, and both are right.
    CHECK((done.exit_code == 0 || done.exit_code == 4));
    for (const std::string& file : kAllFiles) {
        INFO(file);
        CHECK(fs::file_size(fs::path(session) / file) > 0);
    }
    const json align = json::parse(read_file(fs::path(session) / "align.json"));
    CHECK(align["n_training"] == 14);
    CHECK(align["sample_hz"] == 10.0);
    const json summary = json::parse(read_file(fs::path(session) / "summary.json"));
    for (const char* key : {"session", "align", "correlation", "balance", "predict", "data_sheet"}) {
        INFO(key);
        CHECK(summary.contains(key));
    }
    CHECK(summary["session"]["training"]["exit_status"] == 0);
    CHECK(done.out.find("report.html") != std::string::npos);
}

TEST_CASE("the field manual's own call reads as it is; without PyTorch it is one clear line") {
    const TempDir dir;
    const Finished done =
        rlecouple({"run", "--model", "distilgpt2", "--duration", "2", "--output", dir / "results"});
    if (done.err.find("PyTorch") == std::string::npos && done.err.find("torch") == std::string::npos)
        return;  // installed here
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("install") != std::string::npos);
}

TEST_CASE("the bundled model trains, is recorded, and stops with the recording") {
    const TempDir dir;
    const std::string session = dir / "tiny";
    const Finished done =
        rlecouple({"run", "--model", "tiny", "--duration", "5", "--sample-hz", "8", "-q", "-o", session});
    INFO(done.err);
    CHECK((done.exit_code == 0 || done.exit_code == 4));
    const json summary = json::parse(read_file(fs::path(session) / "summary.json"));
    CHECK(summary["align"]["n_training"] > 3);
    CHECK(summary["session"]["training"]["stopped_by_us"] == true);
}

TEST_CASE("a training that fails is said, and what it printed is analysed") {
    const TempDir dir;
    const std::string session = dir / "failed";
    const Finished done = rlecouple({"run", "-o", session, "--sample-hz", "10", "--", "sh", "-c",
                                     "echo '{\"step\": 1, \"grad_norm\": 2}'; sleep 0.7; exit 3"});
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("train.out") != std::string::npos);
    CHECK(fs::exists(fs::path(session) / "report.html"));
    CHECK(json::parse(read_file(fs::path(session) / "session.json"))["training"]["exit_status"] == 3);
}

TEST_CASE("wrong usage of run") {
    CHECK(rlecouple({"run", "--model", "gpt9"}).exit_code == 2);
    CHECK(rlecouple({"run", "--sample-hz", "0"}).exit_code == 2);
    CHECK(rlecouple({"run", "--response"}).exit_code == 2);
}

TEST_CASE("of several GPUs run analyses the one that worked most, and says so; analyze asks") {
    const TempDir dir;
    std::string rows = "timestamp,t_s,device,temp_c,power_w,util_pct\n";
    for (int i = 0; i < 60; ++i) {
        const std::string time = fmt::format("2026-03-01T12:00:{:02}Z,{},", i, i);
        rows += time + fmt::format("gpu0,40,{},3\n", 300 + i % 5);  // draws the most and does little
        rows += time + fmt::format("gpu1,{},{},{}\n", 60 + i % 3, 150 + 20 * (i / 10 % 2), 90 + i % 2);
        rows += time + "gpu2,35,40,90.2\n";
    }
    write_file(dir / "two.csv", rows);
    const std::string session = dir / "session";
    const Finished done = rlecouple({"run", "--source", "replay:" + (dir / "two.csv"), "--speed", "max", "-o",
                                     session, "--ambient", "20"});
    INFO(done.err);
    CHECK((done.exit_code == 0 || done.exit_code == 4));
    CHECK(done.err.find("gpu1 worked most") != std::string::npos);
    CHECK(done.err.find("gpu0, gpu2") != std::string::npos);
    CHECK(done.err.find("rlecouple analyze " + session + " --device gpu0") != std::string::npos);
    CHECK(json::parse(read_file(fs::path(session) / "balance.json"))["device"] == "gpu1");
    CHECK(read_file(fs::path(session) / "report.md").find("gpu1 worked most") != std::string::npos);

    const Finished asked = rlecouple({"analyze", session});
    CHECK(asked.exit_code == 2);
    CHECK(asked.err.find("rlecouple analyze " + session + " --device gpu0; or gpu1, gpu2") !=
          std::string::npos);
    CHECK(rlecouple({"balance", session}).exit_code == 2);
    const Finished told = rlecouple({"analyze", session, "--device", "gpu2"});
    CHECK((told.exit_code == 0 || told.exit_code == 4));
    CHECK(told.err.find("worked most") == std::string::npos);
}
