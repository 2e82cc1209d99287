// Several files that say one device and tell of two: read whole and in pieces.
#include <fmt/format.h>

#include "formats/chain.hpp"
#include "formats/parts.hpp"
#include "formats/readers.hpp"
#include "formats/registry.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using rle::Telemetry;
using rle::formats::Input;
using rle::formats::OpenPart;
using rle::formats::ReadOptions;

namespace {

constexpr const char* kApart = "2 files have other readings for the same times";
using Names = std::vector<std::string>;

// One row a second for a minute, `shift_s` after noon.
std::string log_of(double temp_c, double shift_s = 0.0, int rows = 60) {
    std::string text = "timestamp,temp_c,power_w\n";
    for (int i = 0; i < rows; ++i)
        text += fmt::format("{:.3f},{},{}\n", 1790596800.0 + shift_s + i, temp_c, 2 * temp_c + i);
    return text;
}

struct Read {
    Telemetry whole, pieces;
    bool holds = false;
};

Read read(const Names& texts, const Names& names) {
    const rle::test::TempDir folder;
    const ReadOptions options;
    std::vector<Input> files;
    std::vector<OpenPart<Telemetry>> parts;
    Names paths;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string path = folder / names[i];
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        rle::test::write_file(path, texts[i]);
        files.push_back(Input::as_it_is(path));
        parts.emplace_back([=] { return rle::formats::open_telemetry(path, options); });
        paths.push_back(path);
    }
    Read read;
    read.whole = rle::formats::read_telemetry(files, options);
    const auto chain = rle::formats::chain(parts, paths);
    Telemetry piece;
    while (chain->next(piece, 7)) rle::formats::append_rows(read.pieces, piece, true);
    rle::formats::append_rows(read.pieces, chain->finish(), true);
    read.holds = chain->holds();
    return read;
}

void check_alike(const Read& read) {
    CHECK(read.holds);
    CHECK(read.pieces.devices == read.whole.devices);
    CHECK(read.pieces.device == read.whole.device);
    CHECK(read.pieces.wall_us == read.whole.wall_us);
    CHECK(read.pieces.warnings == read.whole.warnings);
}

bool warned(const Telemetry& telemetry) {
    return !telemetry.warnings.empty() && telemetry.warnings.back().find(kApart) != std::string::npos;
}

}  // namespace

TEST_CASE("files that contradict each other are devices of their own, called as the files") {
    const Read same_times = read({log_of(50), log_of(60)}, {"a.csv", "b.log"});
    check_alike(same_times);
    CHECK(same_times.whole.devices == Names{"a", "b"});
    CHECK(warned(same_times.whole));
    // Two loggers seldom look at the same moment.
    const Read between = read({log_of(50), log_of(60, 0.345)}, {"n1/smi.csv", "n2/smi.csv"});
    check_alike(between);
    CHECK(between.whole.devices == Names{"n1-smi", "n2-smi"});
}

TEST_CASE("devices with names of their own keep them in front of the file's") {
    const std::string header = "timestamp,index,temp_c\n";
    std::string a = header, b = header;
    for (int i = 0; i < 20; ++i) {
        a += fmt::format("{},0,50\n", 1790596800 + i);
        b += fmt::format("{}.5,0,60\n", 1790596800 + i);
    }
    const Read hosts = read({a, b}, {"node1.csv", "node2.csv"});
    check_alike(hosts);
    CHECK(hosts.whole.devices == Names{"gpu0@node1", "gpu0@node2"});
    std::string cpu_a = "t_s,cpu_temp\n", cpu_b = cpu_a;
    for (int i = 0; i < 20; ++i) {
        cpu_a += fmt::format("{},50\n", i);
        cpu_b += fmt::format("{},60\n", i);
    }
    // What is a CPU is told by its name.
    CHECK(read({cpu_a, cpu_b}, {"node1.csv", "node2.csv"}).whole.devices == Names{"cpu@node1", "cpu@node2"});
    CHECK(read({log_of(50), log_of(60)}, {"cpu_burn.csv", "b.csv"}).whole.devices ==
          Names{"device0@cpu_burn", "b"});
}

TEST_CASE("files that follow, complete or repeat each other are one device") {
    const Read rotated = read({log_of(50, 0, 60), log_of(60, 57.5, 60)}, {"a.csv", "b.csv"});
    check_alike(rotated);
    CHECK(rotated.whole.devices == Names{"device0"});
    CHECK_FALSE(warned(rotated.whole));
    std::string temps = "timestamp,temp_c\n", powers = "timestamp,power_w\n";
    for (int i = 0; i < 60; ++i) {
        temps += fmt::format("{}.25,50\n", 1790596800 + i);
        powers += fmt::format("{}.5,100\n", 1790596800 + i);
    }
    const Read completed = read({temps, powers}, {"temp.csv", "power.csv"});
    check_alike(completed);
    CHECK(completed.whole.devices == Names{"device0"});
    const Read twice = read({log_of(50), log_of(50)}, {"a.csv", "a2.csv"});
    CHECK(twice.whole.devices == Names{"device0"});
}

TEST_CASE("what only the wholes of the files show is left to reading them whole") {
    // The beginnings, of 1024 rows each, do not meet.
    const Read late = read({log_of(50, 0, 2100), log_of(60, 2000.5, 1100)}, {"a.csv", "b.csv"});
    CHECK_FALSE(late.holds);
    CHECK(late.whole.devices == Names{"a", "b"});
}
