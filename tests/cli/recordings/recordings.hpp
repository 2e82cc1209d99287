// What the tests on real recordings share: the recordings, the independent numbers, and a run of align on
// each.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace recordings {

/// The folder named by RLE_RECORDINGS; prints why and gives nothing where there is none.
std::optional<std::filesystem::path> folder();

/// tests/oracle/recordings.json, "recordings".
const nlohmann::json& oracle();

/// A recording after `align` with the options of the oracle, and `rle_options` after them.
class Aligned {
  public:
    Aligned(const std::filesystem::path& folder, const std::string& name, const std::string& sample_hz = "1",
            const std::vector<std::string>& rle_options = {});

    std::string csv() const { return dir_ / "aligned.csv"; }
    nlohmann::json align_json() const {
        return nlohmann::json::parse(rle::test::read_file(dir_ / "align.json"));
    }
    /// A numeric column of aligned.csv, of one device; NaN where the cell is empty.
    std::vector<double> column(const std::string& name, const std::string& device) const;
    /// Runs a stage on aligned.csv for one device and parses what it prints.
    nlohmann::json stage(std::vector<std::string> command, const std::string& device) const;

  private:
    rle::test::TempDir dir_;
};

/// Equal to 1e-9, relative to the greater of 1 and the expected value.
bool same(double found, double expected);

}  // namespace recordings
