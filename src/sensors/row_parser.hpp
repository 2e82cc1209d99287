// Rows of readings out of lines of text: CSV below a header, or JSON objects.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rle::sensors {

struct ReadingRow {
    std::string device;                    ///< empty where the row does not say
    std::map<std::string, double> values;  ///< by column; a cell that is no number is absent
};

class RowParser {
  public:
    /// Missing: the line is a header, or no row.
    std::optional<ReadingRow> parse(std::string_view line);

  private:
    bool take_header(const std::vector<std::string>& cells);

    std::vector<std::string> columns_;  // of the CSV, in our names
};

}  // namespace rle::sensors
