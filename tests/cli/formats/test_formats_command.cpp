#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"

using rle::test::Finished;
using rle::test::rlecouple;

TEST_CASE("formats lists each reader with an example, for people and for programs") {
    const Finished words = rlecouple({"formats"});
    CHECK(words.exit_code == 0);
    CHECK(words.err.empty());
    const Finished json = rlecouple({"formats", "--json"});
    REQUIRE(json.exit_code == 0);
    const auto document = nlohmann::json::parse(json.out);
    CHECK(document["schema"] == "rlecouple.formats/1");
    for (const char* stream : {"telemetry", "training"}) {
        CHECK(document[stream].size() >= 6);
        for (const auto& format : document[stream]) {
            INFO(format.dump());
            CHECK(words.out.find(format["name"].get<std::string>()) != std::string::npos);
            CHECK(words.out.find(format["example"].get<std::string>()) != std::string::npos);
            CHECK(!format["summary"].get<std::string>().empty());
        }
    }
}

TEST_CASE("formats takes no files") {
    const Finished wrong = rlecouple({"formats", "a.csv"});
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.err.find("rlecouple formats --help") != std::string::npos);
}

TEST_CASE("every format that is listed stands in docs/formats.md") {
    const std::string page = rle::test::read_file(std::string(RLE_SOURCE_DIR) + "/docs/formats.md");
    const auto document = nlohmann::json::parse(rlecouple({"formats", "--json"}).out);
    for (const char* stream : {"telemetry", "training"}) {
        for (const auto& format : document[stream]) {
            INFO(format["name"]);
            CHECK(page.find("`" + format["name"].get<std::string>() + "`") != std::string::npos);
        }
    }
}
