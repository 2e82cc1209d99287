// reproduce on real recordings: they are one training, recorded more than once, and that must be noticed.
#include "recordings.hpp"
#include "support/catch.hpp"

using namespace recordings;
using nlohmann::json;
namespace fs = std::filesystem;

TEST_CASE("recordings with identical gradient norms are refused as a reproduction", "[recordings]") {
    const auto root = folder();
    if (!root) return;
    const rle::test::TempDir dir;
    for (const char* name : {"reproducibility_test_1", "reproducibility_test_2"}) {
        fs::create_directories(dir / name);
        for (const char* file : {"telemetry.csv", "training.json"}) {
            fs::copy_file(*root / name / file, fs::path(dir / name) / file);
        }
        const rle::test::Finished done = rle::test::rlecouple({"analyze", dir / name, "--device", "gpu"});
        INFO(done.err);
        REQUIRE((done.exit_code == 0 || done.exit_code == 4));
    }
    const rle::test::Finished done = rle::test::rlecouple(
        {"reproduce", dir / "reproducibility_test_1", dir / "reproducibility_test_2", "-o", "-"});
    CHECK(done.exit_code == 3);
    const json found = json::parse(done.out);
    CHECK(found.at("reproducible") == false);
    CHECK(found.at("independent") == false);
    CHECK(found.at("same_inputs").size() == 1);
    CHECK(done.err.find("exactly the same gradient norms") != std::string::npos);
}
