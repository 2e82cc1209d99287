// A long table is read in stretches by several threads; the same one packed is read by one, from memory. Both
// must find the same.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "formats/readers.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using rle::Frame;
using rle::test::TempDir;

namespace {

constexpr int kRows = 120'000;

// Cells as text, so that a missing one equals another.
std::vector<std::string> texts(const std::vector<double>& values) {
    std::vector<std::string> out;
    for (const double v : values) out.push_back(fmt::format("{}", v));
    return out;
}

std::string read_one_way(const std::string& path, Frame& frame) {
    try {
        frame = rle::formats::read_frame(path, {"a", "b", "late"});
    } catch (const rle::Error& error) {
        return error.what();
    }
    return {};
}

std::string without(std::string text, const std::string& what) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what))
        text.erase(at, what.size());
    return text;
}

// Rows of `row`, and a line `extra` after row `at`.
Frame same_either_way(const std::string& header, const std::function<std::string(int)>& row, int at = -1,
                      const std::string& extra = {}) {
    std::string text = header + '\n';
    for (int i = 0; i < kRows; ++i) text += row(i) + '\n' + (i == at ? extra : "");
    const TempDir folder;
    rle::test::write_file(folder / "plain", text);
    gzFile packed = gzopen((folder / "packed").c_str(), "wb1");
    REQUIRE(gzwrite(packed, text.data(), static_cast<unsigned>(text.size())) ==
            static_cast<int>(text.size()));
    REQUIRE(gzclose(packed) == Z_OK);
    Frame in_stretches, at_once;
    const std::string error = without(read_one_way(folder / "plain", in_stretches), folder / "plain");
    CHECK(error == without(read_one_way(folder / "packed", at_once), folder / "packed"));
    CHECK((texts(in_stretches.t_s) == texts(at_once.t_s)));
    CHECK(in_stretches.names == at_once.names);
    REQUIRE(in_stretches.columns.size() == at_once.columns.size());
    for (std::size_t c = 0; c < at_once.columns.size(); ++c)
        CHECK((texts(in_stretches.columns[c]) == texts(at_once.columns[c])));
    CHECK(in_stretches.unread == at_once.unread);
    CHECK((in_stretches.device == at_once.device));
    CHECK(in_stretches.only_device == at_once.only_device);
    CHECK(in_stretches.modelled == at_once.modelled);
    REQUIRE(in_stretches.warnings.size() == at_once.warnings.size());
    for (std::size_t w = 0; w < at_once.warnings.size(); ++w)
        CHECK(without(in_stretches.warnings[w], folder / "plain") ==
              without(at_once.warnings[w], folder / "packed"));
    return in_stretches;
}

std::string plain(int i) {
    return fmt::format("{:.1f},gpu,{},{},0.25", 0.1 * i, i % 77, i);
}

}  // namespace

TEST_CASE("a long table read in stretches is the one read at once") {
    const Frame frame = same_either_way("t_s,device,a,b,c", plain);
    CHECK(frame.size() == kRows);
    CHECK(frame.columns[1][kRows - 1] == kRows - 1);
    CHECK(frame.only_device == "gpu");
    same_either_way("t_s,device,a,b,c", plain, kRows / 2, "1,gpu,torn");
    same_either_way("t_s,device,a,b,c", plain, kRows - 2, "t_s,device,a,b,c\n");
    same_either_way("t_s,device,a,b,c", plain, kRows - 2, "\n\nno time,gpu,1,2,3\n");
}

TEST_CASE("in stretches: devices, marks and columns that begin late") {
    same_either_way("t_s,device,a,b,modelled", [](int i) {
        return fmt::format("{},{},{},{},{}", i, i % 2 == 0 ? "gpu" : "cpu", i, 2 * i,
                           i == kRows - 9 ? "b" : "");
    });
    const Frame second = same_either_way("t_s,device,a,b,modelled", [](int i) {
        return fmt::format("{},{},{},{},a", i, i < kRows - 9 ? "gpu" : "cpu", i, 2 * i);
    });
    CHECK(second.device.size() == kRows);
    const Frame late = same_either_way("t_s,word,a,b,late,unread", [](int i) {
        return fmt::format("{},x,{},{},{},{}", i, i < 5 ? "none" : "1", i, i == kRows - 9 ? "7" : "",
                           i == kRows - 9 ? "8" : "y");
    });
    CHECK(late.find("late") != nullptr);
    CHECK(late.unread == std::vector<std::string>{"unread"});
}

TEST_CASE("in stretches: what spans lines, and errors, are met in the order of the file") {
    same_either_way("t_s,device,a,b,c", [](int i) {
        return i % 1000 == 0 ? fmt::format("{},gpu,{},1,\"two\n3,gpu,4,5,6\"", i, i) : plain(i);
    });
    same_either_way("t_s,device,a,b,c", plain, 4, "5,gpu,1,2,\"never closed\n");
    same_either_way("t_s,device,a,b,c", plain, kRows / 3, "t_s,device,a,b,other\n");
    same_either_way("timestamp,a,b,c,d", [](int i) { return fmt::format("{},1,2,3,4", 1790596800 + i); });
}
