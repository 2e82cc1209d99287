// Files are read twice, piece by piece; those that are packed are unpacked beside the output before. Both
// must give the same table and the same align.json as reading everything into memory first, to the byte.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <string>
#include <thread>

#include "either_way.hpp"

using rle::test::Finished;
using rle::test::Line;
using rle::test::lines;
using rle::test::same_either_way;
using rle::test::stamp;
using rle::test::TempDir;

namespace {

constexpr std::size_t kRows = 10'000;

std::string plain_row(std::size_t i, double t_s, const std::string& device = "gpu0") {
    return fmt::format("{},{:.6f},{},{:.2f},{:.3f},{},{}", stamp(t_s), t_s, device,
                       55.0 + static_cast<double>(i * 7 % 100) / 10.0,
                       150.0 + static_cast<double>(i * 13 % 400) / 7.0, i * 3 % 101, i % 4 == 0 ? "" : "40");
}

const std::string kTelemetryHeader = "timestamp,t_s,device,temp_c,power_w,util_pct,fan_pct";
const std::string kTrainingHeader = "timestamp,t_s,step,epoch,loss,grad_norm,learning_rate";

std::string plain_step(std::size_t i, double t_s) {
    return fmt::format("{},{:.6f},{},{},{},{},{}", stamp(t_s), t_s, i, static_cast<double>(i) / 100.0,
                       2.0 + 1.0 / static_cast<double>(i + 1), 1.0 + static_cast<double>(i * 31 % 97) / 96.0,
                       5e-5 / static_cast<double>(i + 1));
}

std::string steps(const Line& line = plain_step) {
    return lines(kTrainingHeader, kRows / 4, 0.4, line);
}
std::string rows(const Line& line = [](std::size_t i, double t) { return plain_row(i, t); }) {
    return lines(kTelemetryHeader, kRows, 0.1, line);
}

std::size_t count_lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("streamed and whole: an ordinary session") {
    const std::string table = same_either_way(rows(), steps());
    CHECK(count_lines(table) == kRows + 1);
    CHECK(same_either_way(rows(), "").size() > 100'000);
    CHECK(same_either_way(rows(), steps(), {"--sample-hz", "1", "--tolerance", "0.01"}).size() > 10'000);
    CHECK(same_either_way(rows(), steps(), {"--stability", "util", "--clock-offset", "-3.25"}).size() >
          100'000);
}

TEST_CASE("streamed and whole: JSON lines, among foreign ones, torn at the end") {
    std::string log = "starting up\n";
    log += lines("", kRows / 4, 0.4, [](std::size_t i, double t) {
        if (i % 700 == 3) return std::string("[warn] something else");
        const std::string norm = i % 500 == 9   ? "NaN"
                                 : i % 400 == 8 ? "null"
                                                : fmt::format("{}", 1.0 + 0.01 * t);
        return fmt::format(R"({{"timestamp": "{}", "step": {}, "loss": 2.5, "grad_norm": {}}})", stamp(t), i,
                           norm);
    });
    log += R"({"timestamp": "2026-09-28T00:)";
    CHECK(same_either_way(rows(), log).size() > 100'000);
}

TEST_CASE("streamed and whole: bad cells, quotes, repeated headers, short and torn lines") {
    std::string telemetry = rows([](std::size_t i, double t) {
        if (i % 1000 == 17) return kTelemetryHeader;
        if (i % 900 == 20) return std::string("torn,li");
        if (i % 800 == 30) return fmt::format("{},{:.6f},gpu0,hot,82505,131,\"a, \"\"b\"\"\"", stamp(t), t);
        if (i % 700 == 40) return fmt::format("never,,gpu0,50,100,50,1");
        if (i % 600 == 50) return std::string("\"open");
        if (i % 500 == 60) return fmt::format("{},{:.6f},gpu0,,,,\"two\nlines\"", stamp(t), t);
        return plain_row(i, t) + (i % 3 == 0 ? "\r" : "");
    });
    telemetry += "2026-09-28T00:20:00";
    CHECK(same_either_way(telemetry, steps()).size() > 100'000);
}

TEST_CASE("streamed and whole: gaps, duplicates, and rows out of order") {
    const std::string telemetry = rows([](std::size_t i, double t) {
        if (i % 2000 > 1900)
            return plain_row(i, t + 30.0 * static_cast<double>(i / 2000));  // piles up, then a hole
        if (i % 100 == 5) return plain_row(i, t) + "\n" + plain_row(i + 1, t);
        if (i % 150 == 7) return plain_row(i, t > 3.0 ? t - 3.0 : t);
        return plain_row(i, t);
    });
    const std::string training = steps([](std::size_t i, double t) {
        if (i % 100 == 5) return plain_step(i, t) + "\n" + plain_step(i, t) + "\n" + plain_step(i + 1, t);
        return plain_step(i, i % 90 == 7 && t > 5.0 ? t - 5.0 : t);
    });
    CHECK(same_either_way(telemetry, training).size() > 100'000);
}

TEST_CASE("streamed and whole: devices side by side, one of which ends, one after the other, one alone") {
    const std::string beside = lines(kTelemetryHeader, kRows / 2, 0.1, [](std::size_t i, double t) {
        std::string text = plain_row(i, t, "gpu0");
        if (i < 3000) text += "\n" + plain_row(i + 3, t + 0.02, "gpu1");
        if (i % 5 == 0) text += "\n" + plain_row(i + 4, t > 0.01 ? t - 0.01 : t, "cpu");
        return text;
    });
    CHECK(count_lines(same_either_way(beside, steps())) == 3 * (kRows / 2) + 1);
    CHECK(count_lines(same_either_way(beside, steps(), {"--device", "cpu", "--device", "gpu1"})) > kRows / 2);
    const std::string after = lines(kTelemetryHeader, kRows, 0.1, [](std::size_t i, double t) {
        return i < kRows / 2 ? plain_row(i, t, "gpu0")
                             : plain_row(i, t - 0.1 * static_cast<double>(kRows / 2), "gpu1");
    });
    CHECK(same_either_way(after, steps()).size() > 100'000);
}

TEST_CASE("streamed and whole: clocks") {
    // Only one stream counts seconds; they count from different moments; the wall clock is stepped.
    const std::string wall_only = lines(
        "timestamp,grad_norm,step", kRows / 4, 0.4,
        [](std::size_t i, double t) { return fmt::format("{},{},{}", stamp(t + 2.0), 1.0 + 0.001 * t, i); });
    CHECK(same_either_way(rows(), wall_only).size() > 100'000);
    const std::string other_start = steps([](std::size_t i, double t) {
        std::string step = plain_step(i, t);
        return stamp(t + 60.0) + step.substr(step.find(','));
    });
    CHECK(same_either_way(rows(), other_start).size() > 100'000);
    const std::string stepped = rows([](std::size_t i, double t) {
        std::string row = plain_row(i, t);
        return stamp(i > kRows / 2 ? t + 0.4 : t) + row.substr(row.find(','));
    });
    CHECK(same_either_way(stepped, steps()).size() > 100'000);
    const std::string mixed_times = lines("timestamp,grad_norm", kRows / 4, 0.4, [](std::size_t i, double t) {
        return fmt::format("{},{}", i % 2 == 0 ? stamp(t) : stamp(t).substr(0, 26), 1.0 + 0.001 * t);
    });
    CHECK(same_either_way(rows(), mixed_times).size() > 100'000);
}

TEST_CASE("streamed and whole: a session too long to be kept from one reading to the next") {
    const std::string note(64, 'x');  // text is kept as it is
    const std::string telemetry =
        lines(kTelemetryHeader + ",note", 330'000, 0.1, [&](std::size_t i, double t) {
            const double late = i % 1000 == 0 ? 0.35 : 0.0;  // a row that stands behind those after it
            return plain_row(i, std::max(0.0, t - late)) + "," + note;
        });
    const std::string table = same_either_way(telemetry, lines(kTrainingHeader, 300'000, 0.11, plain_step));
    CHECK(count_lines(table) == 330'001);
}

TEST_CASE("streamed and whole: the time that a step takes") {
    const std::string table = same_either_way(rows(), steps(), {"--step-time"});
    CHECK(table.substr(0, table.find('\n')).ends_with(",step_time_s"));
}

TEST_CASE("streamed and whole: what is refused") {
    same_either_way(rows(),
                    steps([](std::size_t i, double t) { return plain_step(i, t + 7200.0); }));  // no overlap
    same_either_way(rows(), lines("step,grad_norm", 100, 1.0, [](std::size_t i, double) {
                        return fmt::format("{},1.5", i);
                    }));  // no times
    same_either_way(rows(), steps(), {"--device", "gpu7"});
    same_either_way(kTelemetryHeader + "\n", steps());
    same_either_way(kTelemetryHeader + "\n" + plain_row(1, 0.0) + "\n", steps());
    same_either_way(
        rows([](std::size_t i, double t) { return fmt::format("{},{},gpu0,a,b,c,d", stamp(t), i); }),
        steps());
    same_either_way("nothing,like\nit,\n", steps());
}

TEST_CASE("streamed and whole: rows of one time complete each other, in one file or in several") {
    const auto warm = [](std::size_t i, double t) {
        return fmt::format("{},gpu0,{},", stamp(t), 50 + i % 9);
    };
    const auto drawn = [](std::size_t i, double t) {
        return fmt::format("{},gpu0,,{}", stamp(t), 100 + i % 7);
    };
    const std::string header = "timestamp,device,temp_c,power_w";
    const std::string both =
        same_either_way(lines(header, kRows, 0.1,
                              [&](std::size_t i, double t) {
                                  return fmt::format("{},gpu0,{},{}", stamp(t), 50 + i % 9, 100 + i % 7);
                              }),
                        steps());
    CHECK(same_either_way(lines(header, kRows, 0.1,
                                [&](std::size_t i, double t) { return warm(i, t) + "\n" + drawn(i, t); }),
                          steps()) == both);
    for (const std::size_t n : {std::size_t{300}, kRows}) {  // within what is held back, and far beyond
        const std::string whole =
            same_either_way({lines(header, n, 0.1, warm), lines(header, n, 0.1, drawn)}, steps());
        CHECK(whole == both.substr(0, whole.size()));
        CHECK(count_lines(whole) == n + 1);
    }
    // What contradicts is left out.
    const std::string other = lines(header, kRows, 0.1, [&](std::size_t i, double t) {
        return fmt::format("{},gpu0,{},{}\n{},gpu0,9,", stamp(t), 50 + i % 9, 100 + i % 7, stamp(t));
    });
    CHECK(same_either_way(other, steps()) == both);
}

TEST_CASE("what cannot be streamed is aligned all the same") {
    // A node of 20 s whose power steps every 100 s: the time constant can be fitted, but only to the whole.
    double temp_c = 21.0;
    const std::string heated = rows([&](std::size_t i, double t) {
        const double power_w = i / 1000 % 2 == 0 ? 150.0 : 60.0;
        temp_c += (21.0 + 0.2 * power_w - temp_c) * 0.1 / 20.0;
        return fmt::format("{},{:.6f},gpu0,{:.3f},{},80,", stamp(t), t, temp_c, power_w);
    });
    CHECK(same_either_way(heated, steps(), {"--sustain", "constant", "--ambient", "21"}).size() > 100'000);
    std::mt19937 random(5);
    const std::string shuffled = rows(
        [&](std::size_t i, double) { return plain_row(i, static_cast<double>(random() % kRows) * 0.1); });
    CHECK(same_either_way(shuffled, steps()).size() > 100'000);
}

namespace {

// Aligns 35 MB, more than is kept of a first reading, into a pipe that nobody empties until the file has been
// cut to what `shorter` leaves of its size: by then the whole of it was surveyed, and its beginning alone was
// read again.
Finished align_while_cut(const std::function<std::uintmax_t(std::uintmax_t)>& shorter) {
    const TempDir folder;
    std::string telemetry = "t_s,device,temp_c,power_w,util_pct,note\n";
    for (int i = 0; i < 400'000; ++i)
        telemetry += fmt::format("{:.1f},gpu0,60.25,{},90,{:x>64}\n", 0.1 * i, 200 + i % 9, "");
    rle::test::write_file(folder / "telemetry.csv", telemetry);
    const std::string pipe = folder / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    Finished finished;
    std::thread aligning([&] {
        finished = rle::test::rlecouple({"align", "--telemetry", folder / "telemetry.csv", "-o", pipe});
    });
    const int from = ::open(pipe.c_str(), O_RDONLY);  // waits for the program to open it, too
    std::array<char, 4096> bytes;
    bool any = ::read(from, bytes.data(), bytes.size()) > 0;
    std::filesystem::resize_file(folder / "telemetry.csv", shorter(telemetry.size()));
    while (any && ::read(from, bytes.data(), bytes.size()) > 0) continue;
    ::close(from);
    aligning.join();
    CHECK(any);
    return finished;
}

}  // namespace

TEST_CASE("a file that is cut short while it is read ends in one line, not in a bus error") {
    const auto all = [](std::uintmax_t) -> std::uintmax_t { return 0; };
    const auto last_bytes = [](std::uintmax_t size) { return size - 5; };  // its last page stays, with zeros
    for (const Finished& run : {align_while_cut(all), align_while_cut(last_bytes)}) {
        CHECK(run.exit_code == 1);
        CHECK(run.err.find(
                  "telemetry.csv: was cut short while it was read; run again when nothing writes to it\n") !=
              std::string::npos);
    }
}
