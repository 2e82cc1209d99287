// What a recording says of itself: norms as they were printed, what nobody gives, which values are null.
#include "session_folder.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using namespace rle::test;

namespace {

const std::string kDesktop = std::string(RLE_TEST_DATA) + "/sysroot/desktop";

bool any_says(const nlohmann::json& lines, const std::string& words) {
    for (const auto& line : lines) {
        if (line.get<std::string>().find(words) != std::string::npos) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a gradient norm printed as nan is recorded as nan, and one printed as inf as inf", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const std::string steps =
        "echo '{\"step\": 1, \"loss\": 1, \"grad_norm\": NaN}'; echo \"{'step': 2, 'grad_norm': 'nan'}\"; "
        "echo '{\"step\": 3, \"loss\": 1, \"grad_norm\": Infinity}'; echo '{\"step\": 4, \"grad_norm\": "
        "2.5}'; "
        "echo '{\"step\": 5, \"loss\": 1}'";
    REQUIRE(rlecouple({"collect", "-o", folder, "--root", kDesktop, "--sample-hz", "10", "--", "sh", "-c",
                       steps + "; sleep 0.5"})
                .exit_code == 0);
    const auto rows = rows_of(folder + "/training.csv");
    REQUIRE(rows.size() == 5);
    const std::vector<std::string> norms{"nan", "nan", "inf", "2.5", ""};
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i][5] == norms[i]);
    rlecouple({"align", folder});
    const auto align = nlohmann::json::parse(read_file(folder + "/align.json"));
    CHECK(align["dropped"]["grad_norm_non_finite"] == 3);
    CHECK(align["dropped"]["grad_norm_missing"] == 1);
}

TEST_CASE("a recording without temperature and power says so", "[collect]") {
    TempDir dir;
    std::filesystem::create_directories(dir.path() / "root/proc");
    std::filesystem::copy(kDesktop + "/proc/stat", dir.path() / "root/proc/stat");
    const std::string folder = dir / "s";
    const Finished done = rlecouple({"collect", "-o", folder, "--root", dir / "root", "--source", "measured",
                                     "-d", "0.3", "--sample-hz", "10"});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const std::string words = "no source gives temp_c and no source power_w";
    CHECK(done.err.find(words) != std::string::npos);
    CHECK(any_says(session_of(folder)["warnings"], words));
}

TEST_CASE("session.json names its nulls in one line, which is not on the terminal", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    const Finished done =
        rlecouple({"collect", "-o", folder, "--root", kDesktop, "-d", "0.3", "--sample-hz", "10"});
    REQUIRE(done.exit_code == 0);
    const auto session = session_of(folder);
    REQUIRE(session["temp_limit_c"].is_null());
    CHECK(any_says(session["warnings"], "temp_limit_c"));
    CHECK(any_says(session["warnings"], "training.exit_status"));
    CHECK(done.err.find("training.exit_status") == std::string::npos);
    rlecouple({"analyze", folder});  // read back, it is no warning of the recording
    CHECK(!any_says(nlohmann::json::parse(read_file(folder + "/summary.json"))["warnings"], "exit_status"));
}
