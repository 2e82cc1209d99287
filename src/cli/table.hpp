// The columns of a table that a stage uses: no others are read, copied or kept, for a long session's are
// large.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle::cli {

/// Every column of numbers, read or not, in alphabetical order.
std::vector<std::string> all_names(const Frame& frame);

/// A table's rows with these columns; the names of the others are kept.
Frame with_columns(const Frame& table, const std::vector<std::string>& names);

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

}  // namespace rle::cli
