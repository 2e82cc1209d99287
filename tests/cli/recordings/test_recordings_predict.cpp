// predict on real recordings: nobody warned of anything there, and that is what must be said.
#include "recordings.hpp"
#include "support/catch.hpp"

using namespace recordings;
using nlohmann::json;

TEST_CASE("on the recordings the alarm is no better than chance", "[recordings]") {
    const auto root = folder();
    if (!root) return;
    std::size_t trained = 0;
    for (const auto& [name, expected] : oracle().items()) {
        if (!expected.contains("align")) continue;
        INFO(name);
        ++trained;
        const Aligned aligned(*root, name);
        // The collapse flags of the recordings' own monitor: it saw events while the training ran.
        const json found =
            aligned.stage({"predict", "--event", "recorded_collapse", "--threshold", "3.5"}, "gpu");
        CHECK(found.at("events").get<int>() >= 5);
        CHECK(found.at("verdict") == "no_better_than_chance");
        CHECK(found.at("beats_baselines") == false);
        CHECK(found.at("explanation").get<std::string>().find("no better than chance") != std::string::npos);
        // As defined here there is none, and nothing can be told.
        const rle::test::Finished ours =
            rle::test::rlecouple({"predict", aligned.csv(), "--device", "gpu", "-o", "-"});
        CHECK(ours.exit_code == 4);
        CHECK(json::parse(ours.out).at("verdict") == "cannot_tell");
        CHECK(json::parse(ours.out).at("events") == 0);
    }
    CHECK(trained == 3);
}
