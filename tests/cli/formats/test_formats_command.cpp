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

TEST_CASE("formats FILE tells of every reader why it refuses the file, or that it reads it") {
    const rle::test::TempDir dir;
    const std::string file = dir / "steps.jsonl";
    rle::test::write_file(file, "{\"step\": 1, \"timestamp\": 1790596800.5, \"grad_norm\": 1.05}\n");
    const Finished told = rlecouple({"formats", file});
    CHECK(told.exit_code == 0);
    CHECK(told.err.empty());
    const auto document = nlohmann::json::parse(rlecouple({"formats", "--json"}).out);
    std::size_t lines = 0, read = 0;
    for (std::size_t at = 0; (at = told.out.find("refuses: ", at)) != std::string::npos; ++at) ++lines;
    for (std::size_t at = 0; (at = told.out.find("reads it\n", at)) != std::string::npos; ++at) ++read;
    CHECK(read >= 1);
    CHECK(lines + read == document["telemetry"].size() + document["training"].size());

    rle::test::write_file(dir / "odd.bin", "what is this?\n");
    const Finished refused = rlecouple({"align", "--telemetry", dir / "odd.bin", "-o", "-"});
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.find("`rlecouple formats FILE` tells why") != std::string::npos);
    CHECK(rlecouple({"formats", dir / "odd.bin"}).out.find("reads it\n") == std::string::npos);
}

TEST_CASE("formats takes a file or --json, not both") {
    const Finished wrong = rlecouple({"formats", "a.csv", "--json"});
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
