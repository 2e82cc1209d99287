#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "formats/io/files.hpp"
#include "formats/readers.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"

using rle::Telemetry;
using rle::formats::read_telemetry;
using rle::test::refusal_of;
using rle::test::TempDir;

namespace {

constexpr std::int64_t kNoon = 1790596800'000000;  // date -u -d "2026-09-28 12:00" +%s

std::string sample(const std::string& name) {
    return std::string(RLE_TEST_DATA) + "/telemetry/" + name;
}

Telemetry read(const std::string& text, const rle::formats::ReadOptions& options = {}) {
    const TempDir folder;
    rle::test::write_file(folder / "t.csv", text);
    return read_telemetry(folder / "t.csv", options);
}

bool missing(double value) {
    return std::isnan(value);
}

}  // namespace

TEST_CASE("our own telemetry.csv, field by field") {
    const Telemetry t = read_telemetry(sample("session.csv"));
    REQUIRE(t.size() == 3);
    CHECK(t.wall_us == std::vector<std::int64_t>{1761638400408689, 1761638401412689, 1761638402412689});
    CHECK(t.t_s == std::vector<double>{0, 1.004, 2.004});
    CHECK(t.devices == std::vector<std::string>{"gpu", "cpu"});
    CHECK(t.device == std::vector<std::uint32_t>{0, 0, 1});
    CHECK(t.temp_c[0] == 73);
    CHECK(missing(t.temp_c[1]));
    CHECK(t.temp_c[2] == 50.5);
    CHECK(t.power_w[1] == 176.66);
    CHECK(missing(t.power_w[2]));  // nan
    CHECK(t.util_pct[0] == 61);
    CHECK(missing(t.util_pct[2]));  // 131 % is no reading
    CHECK(t.dropped == rle::Counts{{"unphysical", 1}});
    REQUIRE(t.others.size() == 2);
    CHECK(t.others[0].name() == "fan_pct");
    CHECK(t.others[0][0] == "76");
    CHECK(t.others[0][1].empty());
    CHECK(t.others[1][0] == "first, quoted");
    CHECK(t.others[1][2] == "say \"hi\"");
}

TEST_CASE("the RLE monitor's CSV: two devices, times without a zone, a fan by another name") {
    const Telemetry t = read_telemetry(sample("rle_monitor.csv"));
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us[0] == 1761699253637638);  // date -u -d 2025-10-29T00:54:13 +%s
    CHECK(missing(t.t_s[0]));
    CHECK(t.devices == std::vector<std::string>{"cpu", "gpu"});
    CHECK(t.temp_c == std::vector<double>{50, 56});
    CHECK(t.power_w == std::vector<double>{125, 26.991});
    CHECK(t.util_pct == std::vector<double>{12, 30});
    REQUIRE(t.other("fan_pct") != nullptr);
    CHECK((*t.other("fan_pct"))[0].empty());
    CHECK((*t.other("fan_pct"))[1] == "0");
    CHECK((*t.other("clock_mhz"))[1] == "465");
    CHECK((*t.other("rle_raw"))[1] == "0.0");
    CHECK((*t.other("workload_state"))[0] == "idle");
    REQUIRE(t.warnings.size() == 1);
    CHECK(t.warnings[0].find("taken as UTC") != std::string::npos);
}

TEST_CASE(
    "nvidia-smi's CSV: units, two boards, torn and foreign lines, the header again, readings that are none") {
    const Telemetry t = read_telemetry(sample("nvidia_smi_query.csv"));
    REQUIRE(t.size() == 4);
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon, kNoon + 1'250'000, kNoon + 2'000'000});
    CHECK(t.devices == std::vector<std::string>{"gpu0", "gpu1"});
    CHECK(t.device == std::vector<std::uint32_t>{0, 1, 0, 0});
    CHECK(t.temp_c[0] == 50);
    CHECK(missing(t.temp_c[3]));   // 82505 degC
    CHECK(t.power_w[0] == 100.0);  // the instant one, not the average
    CHECK(t.power_w[1] == 61.25);
    CHECK(missing(t.power_w[2]));  // [N/A]
    CHECK(t.util_pct[1] == 0);     // a real zero
    CHECK(missing(t.util_pct[2]));
    CHECK((*t.other("power_average_w"))[0] == "98.51");
    CHECK((*t.other("fan_pct"))[0] == "30");
    CHECK((*t.other("fan_pct"))[1].empty());
    CHECK((*t.other("clock_mhz"))[1] == "210");
    CHECK((*t.other("mem_used_mib"))[0] == "4096");
    CHECK((*t.other("throttle_reasons"))[0] == "0x0000000000000004");
    CHECK((*t.other("throttle"))[0] == "1");   // the power cap
    CHECK((*t.other("throttle"))[1] == "0");   // idle
    CHECK((*t.other("throttle"))[2].empty());  // "Not Active", in a field of hexadecimal numbers
    CHECK(t.dropped == rle::Counts{{"malformed_line", 2}, {"repeated_header", 1}, {"unphysical", 1}});
}

TEST_CASE("nvidia-smi without units and without an index") {
    const Telemetry t = read(
        "timestamp, temperature.gpu, power.draw, utilization.gpu\n2026/09/28 12:00:00.000, 50, 100.00, 7\n");
    CHECK(t.devices == std::vector<std::string>{"gpu"});
    CHECK(t.power_w == std::vector<double>{100});
    CHECK(t.util_pct == std::vector<double>{7});
}

TEST_CASE("a zone for times that name none") {
    rle::formats::ReadOptions options;
    options.time_zone = "Europe/Berlin";
    const Telemetry t = read("timestamp,temp_c,power_w\n2026-09-28 14:00:00,50,100\n", options);
    CHECK(t.wall_us[0] == kNoon);
    for (const std::string& warning : t.warnings) CHECK(warning.find("UTC") == std::string::npos);
}

TEST_CASE("columns by their usual other names, with their units") {
    const Telemetry t = read("Time;GPU Temp [F];Power Draw (mW);GPU Util [%]\n1790596800;122;100000;50\n");
    CHECK(t.wall_us[0] == kNoon);
    CHECK(t.temp_c[0] == Approx(50.0));
    CHECK(t.power_w[0] == Approx(100.0));
    CHECK(t.util_pct[0] == 50);
    CHECK(t.devices == std::vector<std::string>{"gpu"});
}

TEST_CASE("a file with seconds alone, or with a wall clock alone, is fine") {
    const Telemetry seconds = read("t_s,temp_c,power_w\n0,50,100\n0.5,51,101\n");
    CHECK(seconds.t_s == std::vector<double>{0, 0.5});
    CHECK(seconds.wall_us == std::vector<std::int64_t>{rle::kNoTime, rle::kNoTime});
    CHECK(seconds.devices == std::vector<std::string>{"device0"});
    const Telemetry small =
        read("time,temp_c,power_w\n0,50,100\n0.5,51,101\n");  // no epoch: seconds since some start
    CHECK(small.t_s == std::vector<double>{0, 0.5});
    const Telemetry wall = read("timestamp,temp_c,power_w\n1790596800000,50,100\n");
    CHECK(missing(wall.t_s[0]));
    CHECK(wall.wall_us[0] == kNoon);
}

TEST_CASE("rows stay in the order of the file, clocks running backwards included") {
    const Telemetry t = read("t_s,temp_c,power_w\n5,1,10\n3,2,20\n4,3,30\n4,4,40\n");
    CHECK(t.t_s == std::vector<double>{5, 3, 4, 4});
    CHECK(t.temp_c == std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("text and infinities where numbers belong are missing, counted and told") {
    const Telemetry t = read("t_s,temp_c,power_w,util_pct\n0,50,abc,inf\n1,inf,100,5\n2,-inf,101,6\n");
    CHECK(missing(t.power_w[0]));
    CHECK(t.power_w[1] == 100);
    CHECK(missing(t.temp_c[1]));
    CHECK(missing(t.util_pct[0]));
    CHECK(t.dropped == rle::Counts{{"not_a_number", 1}, {"unphysical", 3}});
    REQUIRE(t.warnings.size() == 3);
    CHECK(t.warnings[1].find("'abc' in line 2") != std::string::npos);
}

TEST_CASE("a torn last line is skipped with a warning") {
    const Telemetry t = read("t_s,temp_c,power_w\n0,50,100\n1,51,10");
    CHECK(t.size() == 1);
    CHECK(t.dropped == rle::Counts{{"torn_line", 1}});
    REQUIRE(!t.warnings.empty());
    CHECK(t.warnings[0].find("may be torn") != std::string::npos);
}

TEST_CASE("telemetry of temperature or of power alone is telemetry, and what it lacks is said") {
    const rle::Telemetry warm = read("t_s,temp_c\n0,50\n1,51\n");
    CHECK(warm.temp_c == std::vector<double>{50, 51});
    CHECK(std::isnan(warm.power_w[0]));
    CHECK(fmt::format("{}", fmt::join(warm.warnings, "; ")).find("no column for power_w") !=
          std::string::npos);
    const rle::Telemetry drawn = read("t_s,power_w\n0,100\n1,101\n");
    CHECK(drawn.power_w == std::vector<double>{100, 101});
    CHECK(fmt::format("{}", fmt::join(drawn.warnings, "; ")).find("no column for temp_c") !=
          std::string::npos);
}

TEST_CASE("telemetry that cannot be read is one clear line with the right exit code") {
    struct Row {
        const char* text;
        const char* says;
        int exit_code;
    };
    const Row rows[] = {
        {"", "t.csv: the file is empty", 1},
        {"\n\n",
         "t.csv: no known format: neither a table with a header nor JSON; `rlecouple formats FILE` tells why",
         1},
        {"{\"temp\": 50}\n",
         "no known format; json is nearest: no key for a time (timestamp or t_s); found temp", 1},
        {"{\"status\": \"success\", \"data\": {\"resultType\": \"vector\"}}\n",
         "json is nearest: an answer of Prometheus, but not of /api/v1/query_range", 1},
        {"2026/09/28 12:00:00.000, 0, 50, 100.00 W\n2026/09/28 12:00:01.000, 0, 50, 100.00 W\n",
         "csv is nearest: its first line has values, not names; --columns a,b,c names its columns", 1},
        {"a,b,c\n1,2,3\n", "no column for a time (timestamp or t_s), temp_c or power_w; found a, b, c", 1},
        {"timestamp,util_pct\n1790596800,5\n", "no column for temp_c or power_w; found timestamp, util_pct",
         1},
        {"t_s,temp_c,power_w\n", "a header but not one whole row", 4},
        {"t_s,temp_c,power_w\n1,2,3", "a header but not one whole row", 4},
        {"t_s,temp_c,power_w\n0,hot,100\n1,warm,101\n",
         "column 'temp_c' holds no number; found 'hot' in line 2", 1},
        {"timestamp,temp_c,power_w\nyesterday,50,100\n", "no row has a readable time; found 'yesterday'", 1},
        {"t_s,temp_c,power_w\n1\n2\n", "no line under the header has as many cells", 1},
        {"t_s,temp_c,power_w\n0,1,2\nt_s,power_w,temp_c\n1,2,3\n", "another header in the middle", 1},
        {"\x7f"
         "ELF\x02\x01",
         "no known format", 1},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        const auto refused = refusal_of([&] { read(row.text); });
        CHECK(refused.says(row.says));
        CHECK(refused.exit_code == row.exit_code);
        CHECK(refused.message.find('\n') == std::string::npos);
        CHECK(refused.message.size() <= 250);
    }
    rle::formats::ReadOptions options;
    options.format = "excel";
    CHECK(refusal_of([&] { read("x", options); }).exit_code == 2);
}

TEST_CASE("a column that is empty throughout is missing, with a warning, and no error") {
    const Telemetry t = read("t_s,temp_c,power_w,util_pct\n0,,100,5\n1,,101,6\n");
    CHECK(missing(t.temp_c[0]));
    REQUIRE(t.warnings.size() == 1);
    CHECK(t.warnings[0].find("column 'temp_c' is empty throughout") != std::string::npos);
}

TEST_CASE("several files of one stream follow each other in time") {
    Telemetry later = read("timestamp,device,temp_c,power_w,extra\n1790596810,gpu1,5,50,x\n");
    Telemetry first = read("timestamp,device,temp_c,power_w\n1790596800,gpu0,1,10\n1790596801,gpu1,2,20\n");
    const Telemetry both = rle::formats::concatenate({std::move(later), std::move(first)});
    CHECK(both.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 1'000'000, kNoon + 10'000'000});
    CHECK(both.devices == std::vector<std::string>{"gpu0", "gpu1"});
    CHECK(both.device == std::vector<std::uint32_t>{0, 1, 1});
    CHECK(both.temp_c == std::vector<double>{1, 2, 5});
    REQUIRE(both.other("extra") != nullptr);
    CHECK((*both.other("extra"))[0].empty());
    CHECK((*both.other("extra"))[2] == "x");
}

TEST_CASE("t_s of several files is kept only where it counts from one start") {
    const char* const header = "timestamp,t_s,temp_c,power_w\n";
    const auto part = [&](const std::string& row) { return read(header + row); };
    const Telemetry same =
        rle::formats::concatenate({part("1790596800,0,1,1\n"), part("1790596860.2,60,1,1\n")});
    CHECK(same.t_s == std::vector<double>{0, 60});
    const Telemetry other =
        rle::formats::concatenate({part("1790596800,0,1,1\n"), part("1790596860,0,1,1\n")});
    CHECK(missing(other.t_s[0]));
    CHECK(missing(other.t_s[1]));
    CHECK(other.wall_us[1] == kNoon + 60'000'000);
}

TEST_CASE("a frame needs t_s, or a timestamp to make it from") {
    const TempDir folder;
    const auto frame = [&](const std::string& text) {
        rle::test::write_file(folder / "f.csv", text);
        return rle::formats::read_frame(folder / "f.csv");
    };
    const rle::Frame wall = frame("timestamp,x\n2026-09-28T12:00:00Z,1\n2026-09-28T12:00:01.5Z,2\n");
    CHECK(wall.t_s == std::vector<double>{0, 1.5});
    CHECK(wall.warnings.size() == 1);
    const rle::Frame seconds = frame("x,t_s,text,mixed\n1,0,a,1\n,1,b,?!\n3,oops,c,2\n");
    CHECK(seconds.t_s == std::vector<double>{0, 1});
    CHECK(seconds.names == std::vector<std::string>{"x", "mixed"});
    CHECK(missing((*seconds.find("x"))[1]));
    CHECK(seconds.warnings.size() == 2);
    CHECK(refusal_of([&] { frame("a,b\n1,2\n"); }).says("no column t_s; found a, b"));
    CHECK(refusal_of([&] { frame("t_s,b\n"); }).exit_code == 4);
    CHECK(refusal_of([&] { frame("t_s,b\nx,2\n"); }).says("no row has a number in t_s"));
}
