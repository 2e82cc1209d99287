// rlecouple-tiny-lm as collect runs it: one JSON line a step, and a clean end on a signal.
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"

using rle::test::Finished;
using rle::test::run;

namespace {

Finished tiny_lm(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), RLE_TINY_LM);
    return run(arguments);
}

std::vector<nlohmann::json> lines_of(const std::string& text) {
    std::vector<nlohmann::json> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
}

}  // namespace

TEST_CASE("it prints one JSON line a step and ends by itself", "[tiny_lm]") {
    const Finished done = tiny_lm({"--steps", "3", "--batch", "2"});
    CHECK(done.exit_code == 0);
    CHECK(done.err.empty());
    const std::vector<nlohmann::json> lines = lines_of(done.out);
    REQUIRE(lines.size() == 3);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CHECK(lines[i].size() == 5);
        CHECK(lines[i].at("step") == i + 1);
        for (const char* key : {"epoch", "loss", "grad_norm", "learning_rate"})
            CHECK(lines[i].at(key).get<double>() > 0);
    }
    CHECK(tiny_lm({"--steps", "3", "--batch", "2"}).out == done.out);
    CHECK(tiny_lm({"--steps", "3", "--batch", "2", "--seed", "2"}).out != done.out);
}

TEST_CASE("spikes are marked in the line", "[tiny_lm]") {
    const Finished done = tiny_lm({"--steps", "2", "--batch", "1", "--spikes", "1"});
    CHECK(done.exit_code == 0);
    for (const nlohmann::json& line : lines_of(done.out)) CHECK(line.at("perturbed") == true);
}

TEST_CASE("--seconds ends it", "[tiny_lm]") {
    const Finished done = tiny_lm({"--seconds", "0.05", "--step-ms", "20", "--batch", "1"});
    CHECK(done.exit_code == 0);
    CHECK_FALSE(lines_of(done.out).empty());
}

TEST_CASE("SIGTERM and SIGINT end it cleanly, whole lines printed", "[tiny_lm]") {
    for (const std::string signal : {"TERM", "INT"}) {
        // The signal comes after the first line, so it is running and has its handlers.
        const std::string script =
            "\"$1\" --batch 1 --step-ms 5000 > \"$2\" & child=$!; "
            "while ! [ -s \"$2\" ]; do sleep 0.05; done; kill -" +
            signal + " $child; wait $child; echo \"ended $?\"; cat \"$2\"";
        const rle::test::TempDir dir;
        const Finished done = run({"bash", "-m", "-c", script, "bash", RLE_TINY_LM, dir / "out"});
        CHECK(done.exit_code == 0);
        REQUIRE(done.out.rfind("ended 0\n", 0) == 0);
        CHECK(lines_of(done.out.substr(8)).size() == 1);
    }
}

TEST_CASE("a wrong option is a usage error of one line", "[tiny_lm]") {
    const Finished done = tiny_lm({"--steps", "0"});
    CHECK(done.exit_code == 2);
    CHECK(done.out.empty());
    CHECK(done.err.find("--steps") != std::string::npos);
}

TEST_CASE("a full disk is an error", "[tiny_lm]") {
    const Finished done = run({"sh", "-c", "\"$1\" --steps 1 --batch 1 > /dev/full", "sh", RLE_TINY_LM});
    CHECK(done.exit_code == 1);
    CHECK(done.err == "rlecouple-tiny-lm: stdout: cannot write: No space left on device\n");
}
