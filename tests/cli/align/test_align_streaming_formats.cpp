// Other tools' formats, logs without times, and several files of one stream: streamed or whole, the result is
// the same. tests/unit/formats/test_pieces.cpp tells which formats are read in pieces at all.
#include <algorithm>

#include "either_way.hpp"

using rle::test::Line;
using rle::test::lines;
using rle::test::same_either_way;
using rle::test::stamp;

namespace {

constexpr std::size_t kRows = 9'000;

// Values that change from row to row.
std::size_t temp(std::size_t i) {
    return 50 + i * 7 % 20;
}
std::size_t power(std::size_t i) {
    return 150 + i * 13 % 200;
}
std::size_t util(std::size_t i) {
    return i * 3 % 101;
}
double norm(std::size_t i) {
    return 1.0 + static_cast<double>(i * 31 % 97) / 96.0;
}

std::string clock_time(std::size_t seconds) {
    return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string csv_rows(const Line& line, const std::string& header = "timestamp,temp_c,power_w,util_pct") {
    return lines(header, kRows, 0.1, line);
}
std::string csv_row(std::size_t i, double t_s) {
    return fmt::format("{},{},{},{}", stamp(t_s), temp(i), power(i), util(i));
}
std::string plain_rows() {
    return csv_rows(csv_row);
}
std::string steps_from(double start_s) {
    return lines("timestamp,step,grad_norm", kRows / 4, 0.4, [&](std::size_t i, double t_s) {
        return fmt::format("{},{},{}", stamp(start_s + t_s), i, norm(i));
    });
}

std::size_t count_lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

const std::vector<std::string> kCounted{"--start", "2026-09-28T00:00:00Z", "--step-seconds", "0.4"};

}  // namespace

TEST_CASE("streamed and whole: nvidia-smi dmon") {
    const std::string header =
        "#Date       Time        gpu    pwr  gtemp  mtemp     sm    mem\n#YYYYMMDD   HH:MM:SS    Idx      W  "
        " "
        "   C      C      %      %";
    const std::string log = lines(header, kRows, 1.0, [&](std::size_t i, double) {
        std::string text = i % 500 == 499 ? header + "\n" : "";
        const std::string when = "20260928   " + clock_time(i);
        text += fmt::format(" {}  0  {}  {}  -  {}  10", when, power(i), temp(i), util(i));
        if (i % 700 == 3) return text + "\n torn";
        return text + fmt::format("\n {}  1  {}  {}  -  {}  10", when, power(i + 1), temp(i), util(i + 5));
    });
    CHECK(count_lines(same_either_way(log, steps_from(0.0), {"--tz", "UTC"})) == 2 * kRows + 1);
}

TEST_CASE("streamed and whole: turbostat, rocm-smi") {
    const std::string header = "Time_Of_Day_Seconds\tCore\tCPU\tAvg_MHz\tBusy%\tPkgTmp\tPkgWatt";
    const std::string turbostat =
        lines("turbostat version 2022.10.04\n" + header, kRows, 1.0, [&](std::size_t i, double t_s) {
            std::string text = i % 60 == 59 ? header + "\n" : "";
            text += fmt::format("{:.6f}\t-\t-\t1200\t{}\t{}\t{}\n", 1790553600.0 + t_s, util(i), temp(i),
                                power(i));
            return text + fmt::format("{:.6f}\t0\t0\t1200\t{}", 1790553600.0 + t_s, util(i));
        });
    CHECK(count_lines(same_either_way(turbostat, steps_from(0.0))) == kRows + 1);
    const std::string rocm =
        lines("device,Temperature (Sensor edge) (C),Average Graphics Package Power (W),GPU use (%)", kRows,
              1.0, [](std::size_t i, double) {
                  return fmt::format("card0,{},{},{}\ncard1,{},N/A,{}", temp(i), power(i), util(i),
                                     temp(i + 1), util(i));
              });
    CHECK(count_lines(same_either_way(rocm, steps_from(0.0),
                                      {"--sample-seconds", "0.5", "--start", "2026-09-28T00:00:00Z"})) ==
          2 * kRows + 1);
}

namespace {

// HWiNFO's log in code page 1252, a row a second, with the given dates for its two halves.
std::string hwinfo(const std::string& date, const std::string& later) {
    const std::string header =
        "Date,Time,\"GPU Temperature [\xb0"
        "C]\",\"GPU Power [W]\",\"GPU Core Load [%]\",\"Zustand \xfc\",";
    const std::string log = lines(header, kRows, 1.0, [&](std::size_t i, double) {
        return fmt::format("{},{}.125,{},{},{},{},", i < kRows / 2 ? date : later, clock_time(i), temp(i),
                           power(i), util(i), i % 50 == 0 ? "hei\xdf" : "");
    });
    return log + header + "\n,,GPU [#0],GPU [#0],GPU [#0],\n";
}

std::string first_timestamp(const std::string& table) {
    const std::size_t row = table.find('\n') + 1;
    const std::size_t cell = table.find(',', row) + 1;
    return table.substr(cell, table.find(',', cell) - cell);
}

}  // namespace

TEST_CASE("streamed and whole: HWiNFO, whatever the order of its dates") {
    CHECK(first_timestamp(same_either_way(hwinfo("28.9.2026", "28.9.2026"), steps_from(0.0))) ==
          "2026-09-28T00:00:00.125000Z");
    CHECK(first_timestamp(same_either_way(hwinfo("9/28/2026", "9/28/2026"), steps_from(0.0))) ==
          "2026-09-28T00:00:00.125000Z");
    // Nothing tells: the month goes first. A row far down tells: the day does.
    CHECK(first_timestamp(same_either_way(hwinfo("12/9/2026", "12/9/2026"), "")) ==
          "2026-12-09T00:00:00.125000Z");
    CHECK(first_timestamp(same_either_way(hwinfo("12/9/2026", "13/9/2026"), "", {"--sample-hz", "0.01"})) ==
          "2026-09-12T00:00:00.125000Z");
    CHECK(first_timestamp(same_either_way(hwinfo("12/9/2026", "12/9/2026"), "", {"--date-order", "dmy"})) ==
          "2026-09-12T00:00:00.125000Z");
    // Two devices, neither of which has both.
    const std::string split = lines(
        "Date,Time,\"GPU Temperature [C]\",\"CPU Package Power [W]\",", 300, 1.0, [](std::size_t i, double) {
            return fmt::format("28.9.2026,{},{},{},", clock_time(i), temp(i), power(i));
        });
    CHECK(count_lines(same_either_way(split, "")) == 601);
}

TEST_CASE("streamed and whole: printed logs with times of their own") {
    const std::string megatron = lines("using world size: 8", kRows / 2, 1.0, [](std::size_t i, double) {
        return fmt::format(" [2026-09-28 {}] iteration {}/ 9000 | lm loss: 2.5E+00 | grad norm: {:.3f} |{}",
                           clock_time(i), i, norm(i), i % 30 == 0 ? "\nsaving checkpoint" : "");
    });
    CHECK(same_either_way(plain_rows(), megatron, {"--tz", "UTC"}).size() > 100'000);
    std::string titan = lines("", kRows / 2, 0.2, [](std::size_t i, double t_s) {
        std::string when = stamp(t_s).substr(0, 23);
        when[10] = ' ';
        return fmt::format("\x1b[32m[titan] {} - root - INFO - step: {}  loss: 8.1  grad_norm: {:.4f}\x1b[0m",
                           when, i, norm(i));
    });
    titan += "[titan] 2026-09-28 02:00:00,123 - root - INFO - step: 9999  grad_norm: 1.";
    CHECK(same_either_way(plain_rows(), titan, {"--tz", "UTC"}).size() > 100'000);
}

TEST_CASE("streamed and whole: logs without times") {
    const std::string printed = lines("", kRows / 4, 0.4, [](std::size_t i, double) {
        return fmt::format("{}{{'loss': 2.5, 'grad_norm': {}, 'epoch': 0.1}}",
                           i % 3 == 0 ? " 10%|#  | 3/30\r" : "",
                           i % 400 == 7 ? "nan" : fmt::format("{:.3f}", norm(i)));
    });
    CHECK(same_either_way(plain_rows(), printed, kCounted).size() > 100'000);
    same_either_way(plain_rows(), printed);  // refused
    const std::string numbered = lines("step,grad_norm", kRows / 4, 0.4, [](std::size_t i, double) {
        return fmt::format("{},{}", 100 + i + i / 1000, norm(i));
    });
    CHECK(same_either_way(plain_rows(), numbered, kCounted).size() > 100'000);
    const std::string elapsed = lines("", kRows / 4, 0.4, [](std::size_t i, double t_s) {
        return fmt::format(R"({{"elapsed": {:.3f}, "grad_norm": {}}})", t_s, norm(i));
    });
    CHECK(same_either_way(plain_rows(), elapsed, {"--start", "2026-09-28T00:00:00Z"}).size() > 100'000);
    // Times that come late, so that those made before them must go again.
    const std::string late = lines("t_s,grad_norm,step", kRows / 4, 0.4, [](std::size_t i, double t_s) {
        return fmt::format("{},{},{}", i < 2000 ? "" : fmt::format("{:.3f}", t_s), norm(i), i);
    });
    same_either_way(
        csv_rows([](std::size_t i, double t) { return fmt::format("{:.3f},{}", t, csv_row(i, t)); },
                 "t_s,timestamp,temp_c,power_w,util_pct"),
        late, kCounted);
    // Neither stream has times: one interval cannot be both streams'.
    const std::string telemetry = lines("timestamp,temp_c,power_w,util_pct", 10, 1.0, csv_row);
    const std::string untimed = "temperature.gpu, power.draw [W]\n50, 100.00 W\n51, 101.00 W\n52, 102.00 W\n";
    same_either_way(untimed, numbered, kCounted);
    CHECK(!same_either_way(
               untimed, numbered,
               {"--start", "2026-09-28T00:00:00Z", "--step-seconds", "0.4", "--sample-seconds", "1"})
               .empty());
}

namespace {

// Rows from `start_s` on, a tenth of a second apart, whose t_s counts from `zero_s`.
std::string part(double start_s, double zero_s, const std::string& last_name, const char* device) {
    return lines("timestamp,t_s,device,temp_c,power_w,util_pct," + last_name, kRows / 2, 0.1,
                 [&](std::size_t i, double t_s) {
                     return fmt::format("{},{:.6f},{},{},{},{},{}", stamp(start_s + t_s),
                                        start_s + t_s - zero_s, device, temp(i), power(i), util(i), i % 7);
                 });
}

}  // namespace

TEST_CASE("streamed and whole: several files of one stream") {
    const double half_s = 0.1 * static_cast<double>(kRows / 2);
    const std::string training = steps_from(0.0);
    const std::string first = part(0.0, 0.0, "fan_pct", "gpu0"),
                      second = part(half_s, 0.0, "fan_pct", "gpu0");
    const std::string joined = same_either_way({first, second}, training);
    CHECK(count_lines(joined) == kRows + 1);
    CHECK((same_either_way({second, first}, training) ==
           joined));  // the order of time, not of the command line
    // Files of different starts, devices and columns.
    const std::string other = part(half_s, half_s, "clock_mhz", "gpu1");
    const std::string table = same_either_way({other, first}, training);
    CHECK(table.substr(0, table.find('\n')).ends_with("fan_pct,clock_mhz"));
    // A log of steps in two files, the later one first.
    const std::string log = lines("", kRows / 8, 0.4, [&](std::size_t i, double t_s) {
        return fmt::format(R"({{"timestamp": "{}", "step": {}, "grad_norm": {}}})", stamp(half_s + t_s), i,
                           norm(i));
    });
    CHECK(same_either_way({first, second}, {log, training}).size() > 100'000);
    // Other formats among them; one with wall clocks alone; one without any row; one that nobody knows.
    CHECK(same_either_way({first, plain_rows()}, training).size() > 100'000);
    same_either_way({first, "t_s,temp_c,power_w,util_pct\n1,50,100,50\n2,50,100,50\n"}, training);
    same_either_way({plain_rows(), "t_s,temp_c,power_w,util_pct\n1,50,100,50\n2,50,100,50\n"}, training);
    same_either_way({first, "timestamp,temp_c,power_w,util_pct\n"}, training);
    same_either_way({first, "nothing,like\nit,\n"}, training);
    // Files that overlap by far more than what streams.
    CHECK(same_either_way({first, part(10.0, 0.0, "fan_pct", "gpu0")}, training).size() > 100'000);
}

TEST_CASE(
    "streamed and whole: a log that begins long before the telemetry, and one that ends long after it") {
    const std::string later = csv_rows([](std::size_t i, double t_s) { return csv_row(i, 700.0 + t_s); });
    CHECK(count_lines(same_either_way(later, steps_from(0.0))) == kRows + 1);
    CHECK(same_either_way(plain_rows(), steps_from(600.0)).size() > 100'000);
}

TEST_CASE("streamed and whole: several files, too long to be kept from one reading to the next") {
    const auto rows = [](double from_s) {
        return lines("t_s,temp_c,power_w,util_pct", 250'000, 0.1, [&](std::size_t i, double t_s) {
            return fmt::format("{:.3f},{},{},{}", from_s + t_s, temp(i), power(i), util(i));
        });
    };
    CHECK(count_lines(same_either_way({rows(25'000.0), rows(0.0)}, "")) > 499'000);
}
