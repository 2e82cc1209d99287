// Aligns the same input streamed, packed and in memory: all must give the same table, the same align.json and
// the same words, to the byte.
#pragma once

#include <fmt/format.h>
#include <zlib.h>

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"

namespace rle::test {

inline void write_packed(const std::string& path, const std::string& text) {
    gzFile file = gzopen(path.c_str(), "wb1");
    REQUIRE(file != nullptr);
    REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
    REQUIRE(gzclose(file) == Z_OK);
}

inline std::string without(std::string text, const std::string& folder) {
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder))
        text.replace(at, folder.size(), "DIR");
    return text;
}

/// The files of one stream; none where the one text is empty.
struct Texts {
    std::vector<std::string> texts;

    Texts(const std::string& text) : texts{text} {}
    Texts(const char* text) : texts{text} {}
    Texts(std::initializer_list<std::string> files) : texts(files) {}
};

enum class Way { plain, packed, in_memory };

struct Aligned {
    Finished run;
    std::string table, json;
};

inline Aligned align(Way way, const Texts& telemetry, const Texts& training,
                     const std::vector<std::string>& options) {
    const TempDir folder;
    std::vector<std::string> args{"align", "-o", folder / "aligned.csv"};
    const auto give = [&](const std::string& stream, const Texts& files) {
        for (std::size_t i = 0; i < files.texts.size() && !files.texts[i].empty(); ++i) {
            const std::string name = folder / (stream + std::to_string(i));
            if (way == Way::packed) write_packed(name, files.texts[i]);
            if (way != Way::packed) write_file(name, files.texts[i]);
            args.insert(args.end(), {"--" + stream, name});
        }
    };
    give("telemetry", telemetry);
    give("training", training);
    args.insert(args.end(), options.begin(), options.end());
    if (way == Way::in_memory) args.emplace_back("--in-memory");
    Aligned result{rlecouple(args), {}, {}};
    const std::string dir = folder.path().string();
    result.run.out = without(result.run.out, dir);
    result.run.err = without(result.run.err, dir);
    if (!std::filesystem::exists(folder / "aligned.csv")) return result;
    result.table = read_file(folder / "aligned.csv");
    result.json = without(read_file(folder / "align.json"), dir);
    return result;
}

/// Returns the table, so that a test can look at what was compared.
inline std::string same_either_way(const Texts& telemetry, const Texts& training,
                                   const std::vector<std::string>& options = {}) {
    const Aligned whole = align(Way::in_memory, telemetry, training, options);
    for (const Way way : {Way::plain, Way::packed}) {
        const Aligned streamed = align(way, telemetry, training, options);
        CHECK(streamed.run.exit_code == whole.run.exit_code);
        CHECK(streamed.run.out == whole.run.out);
        CHECK(streamed.run.err == whole.run.err);
        CHECK((streamed.table == whole.table));  // in brackets: nobody wants to see megabytes
        CHECK(streamed.json == whole.json);
    }
    return whole.table;
}

/// Of a second of 28 September 2026.
inline std::string stamp(double t_s) {
    const auto us = static_cast<long long>(t_s * 1e6 + 0.5);
    return fmt::format("2026-09-28T{:02}:{:02}:{:02}.{:06}Z", us / 3'600'000'000, us / 60'000'000 % 60,
                       us / 1'000'000 % 60, us % 1'000'000);
}

using Line = std::function<std::string(std::size_t i, double t_s)>;

/// Lines at 10 Hz with some jitter, long enough for several pieces and blocks.
inline std::string lines(const std::string& header, std::size_t n, double step_s, const Line& line) {
    std::mt19937 random(11);
    std::string text = header + "\n";
    for (std::size_t i = 0; i < n; ++i) {
        const double t_s = static_cast<double>(i) * step_s + static_cast<double>(random() % 3000) * 1e-6;
        text += line(i, t_s) + "\n";
    }
    return text;
}

}  // namespace rle::test
