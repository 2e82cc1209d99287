// Rows of readings out of lines of text: CSV below a header, or JSON objects, on one line or several.
//
// What stands deeper in an object gets the names above it, too: {"chip": {"temp1_input": 45}} is the column
// chip.temp1_input. Names hold letters, digits, '.', '_' and '-'; anything else in them becomes '_'.
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
    /// Missing: the line is a header, or no row, or not the last of an object.
    std::optional<ReadingRow> parse(std::string_view line);

  private:
    bool take_header(const std::vector<std::string>& cells);
    std::optional<ReadingRow> take_object(std::string_view line, bool at_margin);

    std::string object_;  // begun, and not closed yet
    int depth_ = 0;       // of its braces
    bool in_text_ = false;
    std::vector<std::string> columns_;  // of the CSV, in our names
};

}  // namespace rle::sensors
