// Answers of Prometheus in which a series is missing for a while, or is not the one that is meant.
#include <cmath>
#include <functional>

#include "support/catch.hpp"
#include "unit/formats/message.hpp"
#include "unit/formats/texts.hpp"

using rle::Telemetry;
using rle::test::refusal_of;
using rle::test::telemetry;

namespace {

constexpr int kNoon = 1790596800;

// A series with a value a second from `first` on, but at `lacking`.
std::string series(const std::string& labels, const std::function<double(int)>& value, int first = 0,
                   int lacking = -1) {
    std::string points;
    for (int i = first; i < 5; ++i) {
        if (i == lacking) continue;
        points += (points.empty() ? "[" : ",[") + std::to_string(kNoon + i) + ",\"" +
                  std::to_string(value(i)) + "\"]";
    }
    return "{\"metric\":{\"instance\":\"node:9100\"," + labels + "},\"values\":[" + points + "]}";
}

std::string answer(const std::vector<std::string>& all) {
    std::string list;
    for (const std::string& one : all) list += (list.empty() ? "" : ",") + one;
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" + list + "]}}";
}

std::string chip(const std::string& name, double celsius, int lacking = -1) {
    return series(
        "\"__name__\":\"node_hwmon_temp_celsius\",\"sensor\":\"temp1\",\"chip\":\"" + name + "\"",
        [=](int) { return celsius; }, 0, lacking);
}

std::string package(const std::string& index, double watts, int first = 0, int lacking = -1) {
    return series(
        "\"__name__\":\"node_rapl_package_joules_total\",\"index\":\"" + index + "\"",
        [=](int i) { return watts * i; }, first, lacking);
}

std::string idle(const std::string& cpu, double share, int lacking = -1) {
    return series(
        "\"__name__\":\"node_cpu_seconds_total\",\"mode\":\"idle\",\"cpu\":\"" + cpu + "\"",
        [=](int i) { return share * i; }, 0, lacking);
}

}  // namespace

TEST_CASE("Prometheus: the power of a machine is missing where one of its packages is") {
    const Telemetry t =
        telemetry(answer({chip("platform_coretemp_0", 50), package("0", 100), package("1", 50, 2)}));
    REQUIRE(t.size() == 5);
    for (const std::size_t i : {0U, 1U, 2U}) CHECK(std::isnan(t.power_w[i]));  // a rate needs two points
    CHECK(t.power_w[3] == Approx(150));
    CHECK(t.power_w[4] == Approx(150));
    CHECK(t.dropped.at("partial") == 2);  // at 1 and 2 s the other package has a rate
}

TEST_CASE("Prometheus: utilisation is missing where a core is") {
    const Telemetry t =
        telemetry(answer({chip("platform_coretemp_0", 50), idle("0", 0.25), idle("1", 0.75, 2)}));
    CHECK(t.util_pct[1] == Approx(50));  // of 75 % and 25 %
    CHECK(std::isnan(t.util_pct[2]));
    CHECK(t.util_pct[3] == Approx(50));
}

TEST_CASE("Prometheus: a CPU's chips go before the disk's, and the hottest sensor is missed") {
    const Telemetry t = telemetry(answer(
        {chip("nvme_nvme0", 90), chip("platform_coretemp_0", 70, 2), chip("platform_coretemp_1", 60)}));
    CHECK(t.temp_c[1] == 70);
    CHECK(std::isnan(t.temp_c[2]));
    CHECK(t.temp_c[3] == 70);
    const std::string names = series(
        "\"__name__\":\"node_hwmon_chip_names\",\"chip\":\"pci0000:00_0000:00:18_3\",\"chip_name\":"
        "\"k10temp\"",
        [](int) { return 1; });
    CHECK(telemetry(answer({chip("pci0000:00_0000:00:18_3", 65), chip("nvme_nvme0", 90), names})).temp_c[0] ==
          65);
    CHECK(telemetry(answer({chip("acpitz", 40), chip("nvme_nvme0", 90)})).temp_c[0] == 90);
}

TEST_CASE("Prometheus: utilisation is that of the cores that are there when one goes for good") {
    std::string gone = idle("1", 0.5);  // 50 % busy, to 2 s
    gone.erase(gone.find(",[" + std::to_string(kNoon + 3)));
    const Telemetry t = telemetry(answer({chip("platform_coretemp_0", 50), idle("0", 0.9), gone + "]}"}));
    REQUIRE(t.size() == 5);
    CHECK(t.util_pct[1] == Approx(30));  // (10 + 50) / 2
    CHECK(t.util_pct[2] == Approx(30));
    CHECK(t.util_pct[3] == Approx(10));
    CHECK(t.util_pct[4] == Approx(10));
    CHECK_FALSE(t.dropped.contains("partial"));
    CHECK(t.warnings.back().find(
              "up to 1 of the 2 series of node_cpu_seconds_total are not there all the time") !=
          std::string::npos);
}

TEST_CASE("Prometheus: infinity is no reading and counted, a server's error is told in its words") {
    std::string text = answer({chip("platform_coretemp_0", 50), package("0", 100)});
    const std::string first = "\"50.000000\"";
    text.replace(text.find(first), first.size(), "\"+Inf\"");
    const Telemetry t = telemetry(text);
    CHECK(std::isnan(t.temp_c[0]));
    CHECK(t.dropped == rle::Counts{{"unphysical", 1}});
    const auto refusal = refusal_of([] {
        telemetry("{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"unknown function\"}");
    });
    CHECK(refusal.exit_code == 1);
    CHECK(refusal.says("Prometheus answered with an error: unknown function (bad_data)"));
}
