// Sensors that go, come back, cannot be read, or stand still: the record says so, and the rest goes on.
#include <algorithm>

#include "background.hpp"
#include "support/catch.hpp"

using namespace rle::test;

namespace {

constexpr const char* kTemp = "/sys/class/hwmon/hwmon2/temp1_input";

// A fake machine whose files a test may change while it is recorded.
void copy_desktop(const std::string& to) {
    std::filesystem::copy(std::string(RLE_TEST_DATA) + "/sysroot/desktop", to,
                          std::filesystem::copy_options::recursive);
}

// The file goes as a driver's goes: what is open gives nothing any more.
void vanish(const std::string& file) {
    std::filesystem::resize_file(file, 0);
    std::filesystem::remove(file);
}

// Until what was just done has been seen by a sample.
void sample_more(const std::string& folder) {
    const std::size_t before = count_lines(folder + "/telemetry.csv");
    REQUIRE(wait_until([&] { return count_lines(folder + "/telemetry.csv") >= before + 2; }));
}

bool any_row(const std::string& folder, const std::string& temp) {
    const auto rows = rows_of(folder + "/telemetry.csv");
    return std::any_of(rows.begin(), rows.end(),
                       [&](const Row& row) { return row.size() > 4 && row[3] == temp; });
}

std::string joined_warnings(const std::string& folder) {
    std::string text;
    const auto session = session_of(folder);
    for (const auto& line : session["warnings"]) text += line.get<std::string>() + "\n";
    return text;
}

}  // namespace

TEST_CASE("a sensor that vanishes and returns is a gap with a reason and an end", "[collect]") {
    TempDir dir;
    copy_desktop(dir / "machine");
    const std::string folder = dir / "s";
    const std::string file = (dir / "machine") + kTemp;
    Background recording({"collect", "-o", folder, "--sample-hz", "50", "--root", dir / "machine"},
                         dir / "log");
    REQUIRE(wait_until([&] { return count_lines(folder + "/telemetry.csv") > 1; }));
    REQUIRE(wait_until([&] { return any_row(folder, "52"); }));
    vanish(file);
    REQUIRE(wait_until([&] { return any_row(folder, ""); }));
    write_file(file, "67000\n");
    REQUIRE(wait_until([&] { return any_row(folder, "67"); }));
    CHECK(recording.end(SIGINT) == 130);

    const auto rows = rows_of(folder + "/telemetry.csv");
    std::string course;  // of the readings, repetitions left out
    for (const Row& row : rows) {
        const std::string reading = row[3].empty() ? "-" : row[3];
        if (course.size() < reading.size() || course.substr(course.size() - reading.size()) != reading)
            course += " " + reading;
    }
    CHECK(course == " 52 - 67");
    const std::string warnings = joined_warnings(folder);
    CHECK(warnings.find(std::string(" s: no reading: ") + kTemp) != std::string::npos);
    CHECK(warnings.find(" s to ") != std::string::npos);
    CHECK(std::count(warnings.begin(), warnings.end(), '\n') <= 3);  // not a line a sample
}

TEST_CASE("a file that turns unreadable is told by its reason", "[collect]") {
    TempDir dir;
    copy_desktop(dir / "machine");
    const std::string folder = dir / "s";
    const std::string file = (dir / "machine") + kTemp;
    Background recording({"collect", "-o", folder, "--sample-hz", "50", "--root", dir / "machine"},
                         dir / "log");
    REQUIRE(wait_until([&] { return count_lines(folder + "/telemetry.csv") > 1; }));
    vanish(file);
    std::filesystem::create_directory(file);  // cannot be read by anyone, root neither
    sample_more(folder);
    std::filesystem::remove(file);
    write_file(file, "not a number\n");
    sample_more(folder);
    CHECK(recording.end(SIGTERM) == 143);
    const std::string warnings = joined_warnings(folder);
    CHECK(warnings.find(std::string(kTemp) + ": is a directory") != std::string::npos);
    CHECK(warnings.find(std::string(kTemp) + ": invalid argument") != std::string::npos);
    for (const Row& row : rows_of(folder + "/telemetry.csv")) CHECK((row[3] == "52" || row[3].empty()));
}

TEST_CASE("of a sensor that fails again and again the first times are listed, and that there were more",
          "[collect]") {
    TempDir dir;
    copy_desktop(dir / "machine");
    const std::string folder = dir / "s";
    const std::string flicker =
        "for i in $(seq 90); do echo none > \"$0\"; sleep 0.015; echo 52000 > \"$0\"; sleep 0.015; done";
    const Finished done = rlecouple({"collect", "-o", folder, "--sample-hz", "200", "--root", dir / "machine",
                                     "--", "sh", "-c", flicker, (dir / "machine") + kTemp});
    INFO(done.err);
    CHECK(done.exit_code == 0);
    const std::vector<std::string> warnings = lines_of(joined_warnings(folder));
    const auto failures = std::count_if(warnings.begin(), warnings.end(), [](const std::string& line) {
        return line.find(" s: no reading: ") != std::string::npos;
    });
    CHECK(failures == 50);
    CHECK(std::count(warnings.begin(), warnings.end(),
                     "readings failed later, too; only the first times are listed") == 1);
}

TEST_CASE("a reading that stands still while the load moves is kept, and warned of", "[collect]") {
    TempDir dir;
    std::string recording = "t_s,device,temp_c,power_w,util_pct\n";
    for (int t = 0; t < 150; ++t) {
        const int util = t / 15 % 2 == 0 ? 5 : 95;
        const int temp = t < 40 ? 50 + t % 10 : 58;
        recording += std::to_string(t) + ",gpu," + std::to_string(temp) + "," + std::to_string(100 + util) +
                     "," + std::to_string(util) + "\n";
    }
    write_file(dir / "old.csv", recording);
    const std::string folder = dir / "s";
    const Finished done =
        rlecouple({"collect", "-o", folder, "--source", "replay:" + (dir / "old.csv"), "--speed", "max"});
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const std::string said =
        "gpu: temp_c stood at 58 degC from t = 40.0 s to 149.0 s while util_pct moved between 5 and 95";
    CHECK(joined_warnings(folder).find(said) != std::string::npos);
    CHECK(done.err.find("warning: " + said) != std::string::npos);
    CHECK(done.err.find("power_w stood") == std::string::npos);  // it moved with the load
    CHECK(rows_of(folder + "/telemetry.csv").size() == 150);
}

TEST_CASE("the utilisation may be that of some cores, which have to be there", "[collect]") {
    TempDir dir;
    const std::string folder = dir / "s";
    CHECK(rlecouple({"collect", "-o", folder, "-d", "0.3", "--cores", "0"}).exit_code == 0);
    CHECK(session_of(folder)["devices"][0]["sources"]["util_pct"] == "proc:/proc/stat CPUs 0");
    Finished done = rlecouple({"collect", "-o", dir / "no", "-d", "0.3", "--cores", "0,8191"});
    CHECK(done.exit_code == 2);
    CHECK(done.err.find("there is no CPU 8191 here; they are numbered up to ") != std::string::npos);
    done = rlecouple({"collect", "-o", dir / "no", "-d", "0.3", "--cores", "all"});
    CHECK(done.exit_code == 2);
    CHECK(done.err.find("'all' is no list of CPUs like 0-7,16") != std::string::npos);
}
