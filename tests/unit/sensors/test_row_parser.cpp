#include "sensors/row_parser.hpp"

#include "support/catch.hpp"

using namespace rle;
using Values = std::map<std::string, double>;

TEST_CASE("an object over several lines, as sensors -j prints it, is a row of flat names", "[exec]") {
    // lm-sensors 3.6: tabs, three levels, a name with spaces.
    const std::vector<std::string> lines{"{",
                                         "   \"coretemp-isa-0000\":{",
                                         "      \"Adapter\": \"ISA adapter\",",
                                         "      \"Package id 0\":{",
                                         "         \"temp1_input\": 45.000,",
                                         "         \"temp1_crit_alarm\": 0.000",
                                         "      }",
                                         "   },",
                                         "   \"nvme-pci-0100\":{",
                                         "      \"Composite\":{ \"temp1_input\": 38.850 }",
                                         "   }"};
    sensors::RowParser parser;
    for (int again = 0; again < 2; ++again) {
        for (const std::string& line : lines) CHECK_FALSE(parser.parse(line));
        const auto row = parser.parse("}");
        REQUIRE(row);
        CHECK(row->values.size() == 3);
        CHECK(row->values.at("coretemp-isa-0000.Package_id_0.temp1_input") == 45.0);
        CHECK(row->values.at("nvme-pci-0100.Composite.temp1_input") == 38.85);
    }
    CHECK_FALSE(parser.parse("{\"temp_c\": 4"));  // torn; the next begins at the margin
    const auto row = parser.parse("{\"temp_c\": 51, \"note\": \"a } \\\" brace\"}");
    REQUIRE(row);
    CHECK(row->values.at("temp_c") == 51.0);
}

TEST_CASE("CSV below a header, in our names", "[row_parser]") {
    sensors::RowParser parser;
    CHECK_FALSE(parser.parse("timestamp,device,temp_c,power_w,coolant_in_c\r"));
    const auto row = parser.parse("2026-01-05T12:00:00Z,cpu,51.5,,18\r");
    REQUIRE(row);
    CHECK(row->device == "cpu");
    CHECK(row->values == Values{{"temp_c", 51.5}, {"coolant_in_c", 18.0}});
}

TEST_CASE("what nvidia-smi prints, units and all", "[row_parser]") {
    sensors::RowParser parser;
    const std::string header =
        "timestamp, index, temperature.gpu, power.draw [W], utilization.gpu [%], fan.speed [%]";
    CHECK_FALSE(parser.parse(header));
    auto row = parser.parse("2026/09/28 12:00:00.000, 1, 50, 100.25 W, 55 %, [N/A]");
    REQUIRE(row);
    CHECK(row->device == "gpu1");
    CHECK(row->values == Values{{"temp_c", 50.0}, {"power_w", 100.25}, {"util_pct", 55.0}});
    CHECK_FALSE(parser.parse(header));  // again, in the middle
    CHECK(parser.parse("2026/09/28 12:00:01.000, 1, 51, 100.25 W, 55 %, [N/A]"));
}

TEST_CASE("JSON lines", "[row_parser]") {
    sensors::RowParser parser;
    const auto row =
        parser.parse(R"({"device": "gpu", "temp_c": 60, "note": "warm", "t_s": 5, "power_w": null})");
    REQUIRE(row);
    CHECK(row->device == "gpu");
    CHECK(row->values == Values{{"temp_c", 60.0}});
}

TEST_CASE("torn and foreign lines are no rows", "[row_parser]") {
    sensors::RowParser parser;
    CHECK_FALSE(parser.parse("1,2,3"));  // no header yet
    CHECK_FALSE(parser.parse("temp_c,power_w"));
    CHECK_FALSE(parser.parse("51"));
    CHECK_FALSE(parser.parse("51,100,7"));
    CHECK_FALSE(parser.parse(R"({"temp_c": 6)"));
    CHECK_FALSE(parser.parse(""));
    CHECK(parser.parse("51,100"));
}
