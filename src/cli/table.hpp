// The columns of a table that a stage uses: no others are read, copied or kept, for a long session's are
// large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle::cli {

/// Every column of numbers, read or not, in alphabetical order.
std::vector<std::string> all_names(const Frame& frame);

/// A table's columns, each handed over without a copy at its last use.
class ColumnUses {
  public:
    /// `uses` names each column as often as it is taken.
    ColumnUses(Frame frame, const std::vector<std::string>& uses)
        : frame_(std::move(frame)), uses_(uses.begin(), uses.end()) {}

    const Frame& frame() const { return frame_; }
    std::vector<double> take_times() { return std::move(frame_.t_s); }
    /// Missing where there is no such column.
    std::optional<std::vector<double>> take(const std::string& name);

  private:
    Frame frame_;
    std::multiset<std::string> uses_;
};

/// A column that lies by until it is used again, in as few bytes as give every value back as it was: most
/// readings of a long session are small whole numbers.
class KeptColumn {
  public:
    explicit KeptColumn(std::vector<double> values);
    std::vector<double> copy() const;
    /// Leaves nothing.
    std::vector<double> take();

  private:
    std::vector<std::int8_t> bytes_;  // all in one of these
    std::vector<float> floats_;
    std::vector<double> doubles_;
};

/// A table that is read once for several stages, each of which takes its columns from it.
class StagesTable {
  public:
    using Names = std::vector<std::string>;
    /// What each stage will take, and nothing else. One that does not come costs memory only.
    StagesTable(Frame table, const std::vector<Names>& stages);

    /// All their columns, for reading them.
    static Names all_of(const std::vector<Names>& stages);
    /// The rows with these columns, the names of the others kept. What no later stage takes is not copied.
    Frame take(const Names& names);

  private:
    Frame table_;  // without its columns
    std::vector<KeptColumn> columns_;
    std::size_t stages_left_;
    std::multiset<std::string> uses_;
};

}  // namespace rle::cli
