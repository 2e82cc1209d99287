// The times of lines that system logs, glog and the C library print: worked out by hand.
#include <cmath>

#include "formats/text/month_names.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"
#include "unit/formats/texts.hpp"

using rle::Training;
using rle::formats::ReadOptions;
using rle::formats::TimeClass;
using rle::formats::YearBounds;
using rle::test::kNoon;
using rle::test::kSecond;
using rle::test::training;

namespace {

using Times = std::vector<std::int64_t>;
constexpr std::int64_t kHour = 3600 * kSecond, kDay = 24 * kHour;
constexpr std::int64_t kNewYear = 1798761600'000000;  // date -u -d 2027-01-01 +%s

const std::string kStep = " step=1 loss=2.5 grad_norm=1.25\n";

ReadOptions written(std::int64_t us) {
    ReadOptions options;
    options.written_us = us;
    return options;
}

std::int64_t time_of(const std::string& in_front) {
    const Training t = training(in_front + kStep, written(kNoon + kHour));
    REQUIRE(t.size() == 1);
    CHECK(t.grad_norm[0] == 1.25);
    CHECK(t.step[0] == 1);
    return t.wall_us[0];
}

}  // namespace

TEST_CASE("times in front of lines as loggers and system logs print them") {
    for (const char* noon :
         {"I0928 12:00:00.250000 140735 train.py:10]", "[rank0]:I0928 12:00:00.250000   17 file.cc:10]",
          "W20260928 12:00:00.250000 140735 train.py:10]", "Sep 28 12:00:00.250000 node1 python[123]:",
          "<13>Sep 28 12:00:00.25 node1 python[123]:", "[Mon Sep 28 12:00:00.25 2026] INFO",
          "Mon Sep 28 12:00:00.25 UTC 2026:", "<13>1 2026-09-28T12:00:00.25Z node1 python 123 - -",
          "2026-09-28T12:00:00.250000+0000 node1 python[123]:",
          "2026-09-28T14:00:00.25+02:00 node1 python[123]:",
          "Mon 2026-09-28 12:00:00.25 UTC node1 python[123]:"}) {
        INFO(noon);
        CHECK(time_of(noon) == kNoon + kSecond / 4);
    }
    CHECK(time_of("Sep  8 12:00:00 node1 python[123]:") == kNoon - 20 * kDay);
}

TEST_CASE("a time without a year has the last one before its file was written") {
    const std::string log =
        "Dec 31 23:59:59 h p: step=1 grad_norm=1\nJan  1 00:00:01 h p: step=2 grad_norm=1\n";
    const Times turn{kNewYear - kSecond, kNewYear + kSecond};
    const Training t = training(log, written(kNewYear + kDay));
    CHECK(t.wall_us == turn);
    REQUIRE(t.warnings.size() == 2);
    CHECK(t.warnings[0].find("its times name no year; it is taken from when the file was last written") !=
          std::string::npos);
    CHECK(training(log, written(kNewYear + 300 * kDay)).wall_us == turn);
    ReadOptions started = written(kNewYear + 3000 * kDay);
    started.start_us = kNewYear - kHour;
    CHECK(training(log, started).wall_us == turn);
    // 29 February 2024 is the last one before 2026.
    std::size_t length = 0;
    const auto leap = rle::formats::time_with_month_name("Feb 29 00:00:00", YearBounds{{}, kNoon}, length);
    CHECK(leap.us == 1709164800'000000);  // date -u -d 2024-02-29 +%s
    CHECK(length == 15);
}

TEST_CASE("what is no time, and what has no year from anywhere") {
    std::size_t length = 0;
    const YearBounds years{kNoon, {}};
    for (const char* text : {"Sep 31 12:00:00", "Sep 28 25:00:00", "Sept 28 12:00:00", "Mon 12:00:00",
                             "step 28 12:00:00", "May 5 12:00 was the start: step=1"}) {
        INFO(text);
        CHECK(rle::formats::time_with_month_name(text, years, length).time_class == TimeClass::none);
    }
    for (const char* text : {"I1328 12:00:00", "I928 12:00:00", "X0928 12:00:00", "Iteration 12:00:00", ""}) {
        INFO(text);
        CHECK(rle::formats::time_of_glog(text, years).time_class == TimeClass::none);
    }
    CHECK(rle::test::refusal_of([] { training("I0928 12:00:00.25 17 a.cc:1]" + kStep); }).exit_code == 4);
}

TEST_CASE("a file's own date gives the year") {
    const rle::test::TempDir folder;
    rle::test::write_file(folder / "log", "Sep 28 12:00:00 h p:" + kStep);
    const std::filesystem::file_time_type when = std::filesystem::file_time_type::clock::from_sys(
        std::chrono::sys_seconds(std::chrono::seconds(1790600000)));
    std::filesystem::last_write_time(folder / "log", when);
    CHECK(rle::formats::read_training(folder / "log").wall_us == Times{kNoon});
}

TEST_CASE("lines that journald wrote as JSON") {
    const Training t = training(
        "{\"__REALTIME_TIMESTAMP\":\"1790596800250000\",\"PRIORITY\":\"6\",\"MESSAGE\":\"step=3 "
        "grad_norm=1.25\"}\n");
    CHECK(t.wall_us == Times{kNoon + kSecond / 4});
    CHECK(t.step == rle::test::Numbers{3});
}

TEST_CASE("indented lines are of the step and the time above them") {
    const Training t = training(
        "2026-09-28 12:00:00.250\thost:0\tolmo.train:9\tINFO\t[step=5/1000,epoch=0]\n"
        "    optim/total_grad_norm=1.25\n    train/loss=2.5\n"
        "2026-09-28 12:00:01 INFO saving\n    grad_norm=9\n"  // of no step
        "2026-09-28 12:00:02 INFO [step=6/1000,epoch=0]\n    optim/total_grad_norm=1.5\n");
    CHECK(t.wall_us == Times{kNoon + kSecond / 4, rle::kNoTime, kNoon + 2 * kSecond});
    CHECK(t.step[0] == 5);
    CHECK(std::isnan(t.step[1]));
    CHECK(t.step[2] == 6);
    CHECK(t.dropped == rle::Counts{{"no_time", 1}});
    // What an evaluation prints at a step is none.
    CHECK(rle::test::refusal_of([] {
              training("2026-09-28 12:00:00 INFO evaluation at step 10\n    loss=2.5 accuracy=0.5\n");
          }).exit_code == 1);
    // Steps with another number are not of that time.
    CHECK(rle::test::refusal_of([] {
              training("2026-09-28 12:00:00 saved at iteration 10\n iteration 20/ 500 | grad norm: 1.5 |\n");
          }).says("the log says nowhere when its steps happened"));
}
