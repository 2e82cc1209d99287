// The inner loops, by Google Benchmark: each beside what the standard library offers for it.
#include <benchmark/benchmark.h>

#include <array>
#include <charconv>
#include <random>
#include <string>
#include <vector>

#include "formats/text/csv.hpp"
#include "formats/text/decimal.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/rle_stream.hpp"

namespace {

std::vector<double> values(std::size_t n, bool readings) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform(0.0, 2.0);
    std::vector<double> out(n);
    for (double& v : out) v = readings ? static_cast<double>(random() % 10000) / 100.0 : uniform(random);
    return out;
}

template <class Write>
void write_numbers(benchmark::State& state, Write write) {
    const std::vector<double> numbers = values(4096, state.range(0) == 1);
    std::array<char, 64> text;
    for (auto _ : state) {
        for (const double v : numbers) benchmark::DoNotOptimize(write(text.data(), v));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(numbers.size()));
}

void write_ours(benchmark::State& state) {
    write_numbers(state, [](char* to, double v) { return rle::formats::write_shortest(to, v); });
}
void write_standard(benchmark::State& state) {
    write_numbers(state, [](char* to, double v) { return std::to_chars(to, to + 64, v).ptr; });
}

template <class Read>
void read_numbers(benchmark::State& state, Read read) {
    std::vector<std::string> texts;
    for (const double v : values(4096, true)) texts.push_back(std::to_string(v).substr(0, 5));
    for (auto _ : state) {
        for (const std::string& text : texts) benchmark::DoNotOptimize(read(text));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(texts.size()));
}

void read_ours(benchmark::State& state) {
    read_numbers(state, [](const std::string& text) {
        double value = 0.0;
        rle::formats::read_plain(text, value);
        return value;
    });
}
void read_standard(benchmark::State& state) {
    read_numbers(state, [](const std::string& text) {
        double value = 0.0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    });
}

void split_lines(benchmark::State& state) {
    std::string text;
    for (int i = 0; i < 4096; ++i) text += "2026-09-28T12:00:00.100165Z,0.100165,gpu0,49.97,166.485,43,42\n";
    rle::formats::Record cells;
    for (auto _ : state) {
        rle::formats::CsvScanner scanner(text);
        while (scanner.next(cells)) benchmark::DoNotOptimize(cells.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

// At 10 Hz and at 100 Hz: a sample should cost the same.
void rle_sample(benchmark::State& state) {
    rle::RleOptions options;
    options.rated_power_w = 300.0;
    rle::RleStream stream(options);
    double t_s = 0.0;
    for (auto _ : state) {
        t_s += 1.0 / static_cast<double>(state.range(0));
        benchmark::DoNotOptimize(stream.push(t_s, 60.0 + t_s - static_cast<long>(t_s), 200.0, 80.0));
    }
    state.SetItemsProcessed(state.iterations());
}

void lags(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const std::vector<double> x = values(n, false), y = values(n, true);
    for (auto _ : state) benchmark::DoNotOptimize(rle::cross_correlation(x, y, 0.1, 3.0));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(write_ours)->Arg(0)->Arg(1);
BENCHMARK(write_standard)->Arg(0)->Arg(1);
BENCHMARK(read_ours);
BENCHMARK(read_standard);
BENCHMARK(split_lines);
BENCHMARK(rle_sample)->Arg(10)->Arg(100);
BENCHMARK(lags)->Arg(10'000)->Arg(1'000'000);

}  // namespace

BENCHMARK_MAIN();
