// Tables without a header, whose columns the user names.
#include <cmath>

#include "support/catch.hpp"
#include "unit/formats/message.hpp"
#include "unit/formats/texts.hpp"

using rle::test::kNoon;
using rle::test::kSecond;
using rle::test::Numbers;
using rle::test::refusal_of;
using rle::test::telemetry;
using rle::test::training;

namespace {

// nvidia-smi --query-gpu=timestamp,index,temperature.gpu,power.draw --format=csv,noheader
const std::string kNoHeader =
    "2026/09/28 12:00:00.000, 0, 50, 100.25 W\n2026/09/28 12:00:00.000, 1, 41, [N/A]\n"
    "2026/09/28 12:00:01.000, 0, 51, 101.50 W\n";
const char* const kNames = "timestamp,index,temperature.gpu,power.draw";

rle::formats::ReadOptions named(const std::string& columns) {
    rle::formats::ReadOptions options;
    options.columns = columns;
    return options;
}

}  // namespace

TEST_CASE("nvidia-smi's noheader is read under the names that were asked for, its first row too") {
    for (const std::string columns : {"timestamp,index,temperature.gpu,power.draw",
                                      "timestamp, index, temperature.gpu, power.draw [W]"}) {
        const rle::Telemetry t = telemetry(kNoHeader, named(columns));
        CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon, kNoon + kSecond});
        CHECK(t.devices == std::vector<std::string>{"gpu0", "gpu1"});
        CHECK(t.temp_c == Numbers{50, 41, 51});
        CHECK(t.power_w[0] == 100.25);
        CHECK(std::isnan(t.power_w[1]));
        CHECK(t.dropped.empty());
    }
}

TEST_CASE("any table is read under the names that its columns are given") {
    const rle::Telemetry semicolons = telemetry("0;50,5;100\n1;51,5;110\n", named("t_s,temp_c,power_w"));
    CHECK(semicolons.temp_c == Numbers{50.5, 51.5});
    const rle::Telemetry wide =
        telemetry("0,50,100,40,90\n1,51,101,41,91\n", named("t_s,gpu0_temp,gpu0_power,gpu1_temp,gpu1_power"));
    CHECK(wide.devices == std::vector<std::string>{"gpu0", "gpu1"});
    CHECK(wide.power_w == Numbers{100, 90, 101, 91});
    const rle::Training steps =
        training("1790596800,10,1.5\n1790596801,20,2.5\n", named("ts,step,grad_norm"));
    CHECK(steps.wall_us.front() == kNoon);
    CHECK(steps.grad_norm == Numbers{1.5, 2.5});
}

TEST_CASE("without names a table without a header is refused, and told how to name its columns") {
    for (const std::string& text : {kNoHeader, std::string("0, 50, 100.25\n0, 51, 101.50\n")})
        CHECK(refusal_of([&] {
                  telemetry(text);
              }).says("its first line has values, not names; --columns a,b,c names its columns"));
    CHECK(refusal_of([] { training("1790596800,10,1.5\n1790596801,20,2.5\n"); }).exit_code == 1);
    rle::formats::ReadOptions csv;
    csv.format = "csv";
    CHECK(refusal_of([&] {
              training("1790596800,10,1.5\n1790596801,20,2.5\n", csv);
          }).says("--training-columns a,b,c names its columns"));
}

TEST_CASE("names that do not fit the file are an error") {
    const auto says = [](const std::string& text, const std::string& columns, const char* what) {
        const auto refusal = refusal_of([&] { telemetry(text, named(columns)); });
        INFO(refusal.message);
        CHECK(refusal.says(what));
    };
    says(kNoHeader, "timestamp,temperature.gpu,power.draw", "its rows have 4 cells, and 3 columns are named");
    says(kNoHeader, std::string(kNames) + ",fan.speed", "its rows have 4 cells, and 5 columns are named");
    says(kNoHeader, "timestamp,index,a,b",
         "no column for temp_c or power_w among those that --columns names");
    says("t_s,temp_c\n0,50\n", "t_s,temp_c", "it has a header of its own, and names were given to it");
    says("{\"t_s\": 0, \"temp_c\": 50}\n{\"t_s\": 1, \"temp_c\": 51}\n", "t_s,temp_c,power_w",
         "its rows have 2 cells");
    rle::formats::ReadOptions dmon = named(kNames);
    dmon.format = "nvidia-smi-dmon";
    CHECK(refusal_of([&] {
              telemetry(kNoHeader, dmon);
          }).says("the columns of 'nvidia-smi-dmon' cannot be named"));
}

TEST_CASE("rows above the header, of a log that began without one, are counted and told") {
    const rle::Telemetry t = telemetry("5,49,99\n6,49,99\na foreign line\nt_s,temp_c,power_w\n7,50,100\n");
    CHECK(t.temp_c == Numbers{50});
    CHECK(t.dropped == rle::Counts{{"row_above_header", 2}});
    CHECK(t.warnings.front() == "log: 2 rows above the header were left out");
}
