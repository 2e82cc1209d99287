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
