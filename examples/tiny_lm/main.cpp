// rlecouple-tiny-lm: trains a small language model on one core and prints one JSON line a step.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <thread>

#include "trainer.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

volatile std::sig_atomic_t g_stop = 0;

extern "C" void on_signal(int) {
    g_stop = 1;
}

struct Options {
    tiny_lm::TrainOptions train;
    std::optional<std::int64_t> steps;
    std::optional<double> seconds;
    double step_ms = 0.0;
};

void declare(CLI::App& app, Options& options) {
    app.add_option("--steps", options.steps, "Stop after so many steps")->check(CLI::PositiveNumber);
    app.add_option("--seconds", options.seconds, "Stop after so many seconds")->check(CLI::PositiveNumber);
    app.add_option("--seed", options.train.seed, "Seed of weights, data order and spikes")
        ->capture_default_str();
    app.add_option("--batch", options.train.batch, "Sequences a step")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    app.add_option("--step-ms", options.step_ms, "Shortest time of a step, ms; the rest of it is slept")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--spikes", options.train.spikes,
                   "Probability that a step's labels are noise, which makes the gradient norm spike")
        ->check(CLI::Range(0.0, 1.0));
    app.footer(
        "Without --steps and --seconds it trains until it gets SIGINT or SIGTERM.\n\n"
        "Example:\n  rlecouple-tiny-lm --steps 200 --seed 7");
}

// JSON has no nan or inf.
std::string number(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

bool print(const tiny_lm::Step& step, bool with_spikes) {
    std::string line = fmt::format(R"({{"step":{},"epoch":{},"loss":{},"grad_norm":{},"learning_rate":{})",
                                   step.step, number(step.epoch), number(step.loss), number(step.grad_norm),
                                   number(step.learning_rate));
    if (with_spikes) line += step.perturbed ? R"(,"perturbed":true)" : R"(,"perturbed":false)";
    line += "}\n";
    return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fflush(stdout) == 0;
}

// Sleeps in pieces, so that a signal is heeded soon.
void sleep_until(Clock::time_point end) {
    constexpr Seconds kPiece{0.02};
    while (g_stop == 0 && Clock::now() < end) {
        std::this_thread::sleep_for(std::min<Seconds>(kPiece, end - Clock::now()));
    }
}

int train(const Options& options) {
    tiny_lm::Trainer trainer(options.train);
    const Clock::time_point start = Clock::now();
    for (std::int64_t done = 0; g_stop == 0 && (!options.steps || done < *options.steps); ++done) {
        const Clock::time_point begin = Clock::now();
        if (options.seconds && Seconds(begin - start).count() >= *options.seconds) break;
        if (!print(trainer.step(), options.train.spikes > 0.0)) {
            fmt::print(stderr, "rlecouple-tiny-lm: stdout: cannot write: {}\n", std::strerror(errno));
            return 1;
        }
        sleep_until(begin + std::chrono::duration_cast<Clock::duration>(Seconds(options.step_ms / 1000.0)));
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Trains a small language model on one core and prints one JSON line a step.",
                 "rlecouple-tiny-lm"};
    Options options;
    declare(app, options);
    try {
        app.parse(argc, argv);
        std::signal(SIGINT, on_signal);
        std::signal(SIGTERM, on_signal);
        return train(options);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "rlecouple-tiny-lm: {}\n", error.what());
        return 1;
    }
}
