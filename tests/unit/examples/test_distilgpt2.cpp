// The PyTorch example without PyTorch: it compiles, its help works, and what is missing is said in one line.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"

using rle::test::Finished;
using rle::test::run;

namespace {

const std::string kScript = std::string(RLE_SOURCE_DIR) + "/examples/train_distilgpt2.py";

bool has_python() {
    const bool found = run({"python3", "-c", "pass"}).exit_code == 0;
    if (!found) std::puts("skipped: there is no python3");
    return found;
}

// -I -S: without the packages that may be installed on this machine, so that the answer is the same on every
// one.
Finished script(std::vector<std::string> arguments) {
    std::vector<std::string> all{"python3", "-I", "-S", "-B", kScript};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all);
}

}  // namespace

TEST_CASE("missing libraries are one line and exit 1", "[distilgpt2]") {
    if (!has_python()) return;
    const Finished done = script({"--steps", "1"});
    CHECK(done.exit_code == 1);
    CHECK(done.out.empty());
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
    CHECK(done.err.find("cannot import torch; install with:") != std::string::npos);
}

// Where PyTorch is there: the count is the published model's, and on labels drawn at random the loss of a
// model that knows nothing is that of 50257 equally likely tokens, ln 50257 = 10.82, plus half the variance
// of its scores.
TEST_CASE("the architecture is DistilGPT-2's, and it trains", "[distilgpt2]") {
    if (run({"python3", "-c", "import torch"}).exit_code != 0) {
        std::puts("skipped: python3 has no PyTorch");
        return;
    }
    const Finished count = run({"python3", "-B", "-c",
                                "import sys; sys.path.insert(0, '" + std::string(RLE_SOURCE_DIR) +
                                    "/examples'); from distilgpt2 import DistilGPT2; "
                                    "print(sum(p.numel() for p in DistilGPT2().parameters()))"});
    CHECK(count.out == "81912576\n");
    const Finished done = run(
        {"python3", "-B", kScript, "--steps", "2", "--context", "16", "--device", "cpu", "--spikes", "1"});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const auto first = nlohmann::json::parse(done.out.substr(0, done.out.find('\n')));
    CHECK(first["loss"].get<double>() == Approx(10.82).margin(0.5));
    CHECK(first["grad_norm"].get<double>() > 0.0);
    CHECK(std::count(done.out.begin(), done.out.end(), '\n') == 2);
}

TEST_CASE("its help needs no library", "[distilgpt2]") {
    if (!has_python()) return;
    const Finished done = script({"--help"});
    CHECK(done.exit_code == 0);
    CHECK(done.out.find("--pretrained") != std::string::npos);
}

TEST_CASE("a wrong option is a usage error", "[distilgpt2]") {
    if (!has_python()) return;
    CHECK(script({"--spikes", "2"}).exit_code == 2);
    CHECK(script({"--throttle", "0"}).exit_code == 2);
}
