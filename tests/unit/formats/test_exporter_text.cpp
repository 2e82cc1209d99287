// Prometheus' text format, scraped again and again: whose time is whose, and what a cut scrape says.
#include <cmath>

#include "formats/telemetry/exposition.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"
#include "unit/formats/texts.hpp"

using rle::Telemetry;
using rle::formats::sample_of;
using rle::test::kNoon;
using rle::test::kSecond;
using rle::test::Numbers;
using rle::test::refusal_of;
using rle::test::started;
using rle::test::telemetry;

namespace {

const std::string kFirst = "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} 50\nDCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} 100\n";
const std::string kSecondScrape =
    "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} 51\nDCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} 110\n";
const std::vector<std::int64_t> kTwoTimes{kNoon, kNoon + kSecond};

}  // namespace

TEST_CASE("a line of the text format is a name, labels, a value and perhaps a time") {
    const auto plain = sample_of("node_load1 0.5");
    REQUIRE(plain);
    CHECK(plain->name == "node_load1");
    CHECK(plain->value == "0.5");
    CHECK_FALSE(plain->us);
    const auto labelled = sample_of(R"(m{a="x } \" y",b="2"} 1e3 1790596800500)");
    REQUIRE(labelled);
    CHECK(rle::formats::labels_of(*labelled) ==
          rle::formats::Json{{"__name__", "m"}, {"a", "x } \" y"}, {"b", "2"}});
    CHECK(labelled->us == kNoon + kSecond / 2);                       // ms, as Prometheus has it
    CHECK(sample_of("m 1 1790596800.5")->us == kNoon + kSecond / 2);  // s, as OpenMetrics has it
    CHECK(sample_of("m 1 # {trace_id=\"a\"} 0.5")->value == "1");     // an exemplar
    for (const char* none : {"# TYPE m gauge", "m", "m{a=\"1\" 5", "m one", "1790596800", "m 1 soon", ""})
        CHECK_FALSE(sample_of(none));
    CHECK(rle::formats::is_type_line("# TYPE DCGM_FI_DEV_GPU_TEMP gauge"));
    CHECK_FALSE(rle::formats::is_type_line("# TYPE of the car"));
}

TEST_CASE("dcgm-exporter's metrics behind lines with the time") {
    const Telemetry t =
        telemetry(rle::test::read_file(std::string(RLE_TEST_DATA) + "/telemetry/dcgm_exporter.txt"));
    REQUIRE(t.size() == 4);
    CHECK(t.wall_us[0] == kNoon + kSecond / 4);
    CHECK(t.wall_us[3] == kNoon + kSecond / 4 + kSecond);
    CHECK(t.devices == std::vector<std::string>{"gpu0", "gpu1"});
    CHECK(t.temp_c == Numbers{50, 41, 51, 41});
    CHECK(t.power_w[0] == 100.25);
    CHECK(std::isnan(t.power_w[1]));  // DCGM's blank value
    CHECK(t.power_w[3] == 55.125);
    CHECK(t.util_pct == Numbers{37, 0, 98, 1});
    CHECK((*t.other("clock_mhz"))[2] == "1410");
    CHECK(t.dropped.empty());
    CHECK(t.warnings.back().find("the exporter's own interval") != std::string::npos);
}

TEST_CASE("the time of a scrape stands in front of it, behind it, or at its samples") {
    const std::vector<std::string> texts{
        "1790596800\n" + kFirst + "1790596801\n" + kSecondScrape,
        "# 2026-09-28T12:00:00Z\n" + kFirst + "\n# 2026-09-28T12:00:01Z\n" + kSecondScrape,
        kFirst + "2026-09-28T12:00:00Z\n" + kSecondScrape + "2026-09-28T12:00:01Z\n",
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} 50 1790596800000\nDCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} 51 1790596801000\n"
        "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} 100 1790596800000\n"
        "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} 110 1790596801000\n"};
    for (const std::string& text : texts) {
        INFO(text);
        const Telemetry t = telemetry(text);
        CHECK(t.wall_us == kTwoTimes);
        CHECK(t.temp_c == Numbers{50, 51});
        CHECK(t.power_w == Numbers{100, 110});
    }
    CHECK(refusal_of([] {
              telemetry(kFirst + "1790596800\n" + kSecondScrape);
          }).says("which time is whose is open"));
}

TEST_CASE("scrapes without times are counted; a wall clock without a zone is told") {
    CHECK(refusal_of([] { telemetry(kFirst + kSecondScrape); }).exit_code == 4);
    const Telemetry t = telemetry(kFirst + kSecondScrape, started(2.0));
    CHECK(t.t_s == Numbers{0, 2});
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 2 * kSecond});
    CHECK(t.times_made);
    const Telemetry unread =
        telemetry("at noon\n" + kFirst + "Mon, 28 Sep 2026 12:00:01 +0000\n" + kSecondScrape, started(2.0));
    CHECK(unread.dropped == rle::Counts{{"malformed_line", 2}});
    const std::string& told = unread.warnings[unread.warnings.size() - 2];
    CHECK(told == "log: 2 lines are neither a series nor a time that is read (first: 'at noon')");
    const Telemetry naive = telemetry("2026-09-28 12:00:00\n" + kFirst);
    CHECK(naive.warnings.back() == "log: times without a zone are taken as UTC; --tz ZONE says otherwise");
}

TEST_CASE("scrapes are not counted beside samples that say when they were taken") {
    const std::string timed =
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"1\"} 41 1790596800000\nDCGM_FI_DEV_GPU_TEMP{gpu=\"1\"} 42 "
        "1790596801000\n";
    const Telemetry t = telemetry(kFirst + timed, started(2.0));
    CHECK(t.wall_us == kTwoTimes);
    CHECK(t.devices == std::vector<std::string>{"gpu1"});
    CHECK(t.temp_c == Numbers{41, 42});
    CHECK(t.dropped == rle::Counts{{"no_time", 1}});
    CHECK_FALSE(t.times_made);
}

TEST_CASE("node_exporter's counters become rates, and a scrape that was cut is left out") {
    const auto scrape = [](int celsius, int joules) {
        return "node_hwmon_temp_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\"} " +
               std::to_string(celsius) + "\nnode_rapl_package_joules_total{index=\"0\",path=\"/x\"} " +
               std::to_string(joules) + "\n";
    };
    const std::string two = "1790596800\n" + scrape(50, 1000) + "1790596802\n" + scrape(52, 1100);
    const Telemetry t = telemetry(two);
    CHECK(t.devices == std::vector<std::string>{"cpu"});
    CHECK(t.temp_c == Numbers{50, 52});
    CHECK(std::isnan(t.power_w[0]));
    CHECK(t.power_w[1] == 50);  // 100 J in 2 s
    const std::string third = two + "1790596804\n" + scrape(53, 1200);
    CHECK(telemetry(third.substr(0, third.size() - 2)).dropped == rle::Counts{{"torn_line", 1}});
    const Telemetry cut = telemetry(third.substr(0, third.find("node_rapl", two.size())));
    CHECK(cut.temp_c == Numbers{50, 52});
    CHECK(cut.dropped == rle::Counts{{"torn_scrape", 1}});
}
