#include "recordings.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <sstream>

#include "support/catch.hpp"

namespace recordings {
namespace {

// No cell of these files is quoted.
std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> cells(1);
    for (const char c : line) {
        if (c == ',') {
            cells.emplace_back();
        } else if (c != '\r') {
            cells.back() += c;
        }
    }
    return cells;
}

std::size_t position(const std::vector<std::string>& header, const std::string& name) {
    for (std::size_t i = 0; i < header.size(); ++i) {
        if (header[i] == name) return i;
    }
    FAIL("aligned.csv has no column " << name);
    return 0;
}

}  // namespace

std::optional<std::filesystem::path> folder() {
    const char* name = std::getenv("RLE_RECORDINGS");
    if (name == nullptr || !std::filesystem::is_directory(name)) {
        std::puts("skipped: RLE_RECORDINGS names no folder (see tests/cli/recordings/README.md)");
        return std::nullopt;
    }
    return name;
}

const nlohmann::json& oracle() {
    static const nlohmann::json document =
        nlohmann::json::parse(rle::test::read_file(RLE_SOURCE_DIR "/tests/oracle/recordings.json"));
    return document.at("recordings");
}

Aligned::Aligned(const std::filesystem::path& folder, const std::string& name, const std::string& sample_hz,
                 const std::vector<std::string>& rle_options) {
    std::vector<std::string> command{"align", "--telemetry", folder / name / "telemetry.csv"};
    const std::filesystem::path training = folder / name / "training.json";
    if (std::filesystem::exists(training)) command.insert(command.end(), {"--training", training});
    command.insert(command.end(), {"--sample-hz", sample_hz, "--tolerance", "2", "--ambient", "21",
                                   "--temp-limit", "83", "--rated-power", "200", "-o", csv()});
    command.insert(command.end(), rle_options.begin(), rle_options.end());
    const rle::test::Finished done = rle::test::rlecouple(command);
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
}

std::vector<double> Aligned::column(const std::string& name, const std::string& device) const {
    std::istringstream text(rle::test::read_file(csv()));
    std::string line;
    std::getline(text, line);
    const std::vector<std::string> header = split(line);
    const std::size_t value = position(header, name), device_cell = position(header, "device");
    std::vector<double> numbers;
    while (std::getline(text, line)) {
        const std::vector<std::string> cells = split(line);
        REQUIRE(cells.size() == header.size());
        if (cells[device_cell] != device) continue;
        numbers.push_back(cells[value].empty() ? std::numeric_limits<double>::quiet_NaN()
                                               : std::stod(cells[value]));
    }
    return numbers;
}

nlohmann::json Aligned::stage(std::vector<std::string> command, const std::string& device) const {
    command.insert(command.begin() + 1, {csv(), "--device", device, "-o", "-"});
    const rle::test::Finished done = rle::test::rlecouple(command);
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    return nlohmann::json::parse(done.out);
}

bool same(double found, double expected) {
    return std::abs(found - expected) <= 1e-9 * std::max(1.0, std::abs(expected));
}

}  // namespace recordings
