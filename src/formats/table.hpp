// A CSV file as a table with a header: whole rows come out, everything else is counted.
//
// A last line without a line end is a row where it has all cells and its last one looks no shorter than those
// above it (cell_shape.hpp), and that cell is told in a warning; else the line is torn.
//
// Passed over and counted: a torn last line, lines with fewer cells than the table's rows have or more than
// its header (torn or foreign ones), and the header where it stands again. Some writers leave out the last
// columns in every row: how many cells a row has is what most of the first rows have, and the rest are empty.
// A different header in mid-file is an error: the rows under it would be garbage. Rows in front of the header
// (of a log that began without one) are left out and counted.
//
// Decimal commas ("23,5" between semicolons, tabs or in quotes) come out as points where the first rows leave
// no doubt. Errors are "1,234" where nothing tells a thousand from a fraction, and a column with both signs.
//
// Of a date and a time of day in columns of their own the latter comes out with the date in front of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/text/csv.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::formats {

/// "Temperature.GPU [C]" -> name "temperature_gpu", unit "c".
struct ColumnName {
    std::string name;  ///< lower case; letters and digits, everything else one "_"
    std::string unit;  ///< what stood in [] or () at the end, lower case; empty: nothing
};
ColumnName normal_name(std::string_view header_cell);

/// Why a column that stands several times in a header is read once only: a line for each; `which` says which.
std::vector<std::string> describe_repeated(const std::vector<std::string>& header, std::string_view which);

/// What a comma within a number is.
enum class Commas { text, decimal, doubtful };

class Table {
  public:
    using IsHeader = std::function<bool(const std::vector<std::string>& cells)>;

    /// Looks for the header among the first lines, in front of which foreign ones may stand. Missing: there
    /// is none.
    static std::optional<Table> open(std::string_view text, const IsHeader& is_header, char comment = '\0');
    /// A text without a header, whose columns are called so.
    static Table under(std::string_view text, std::vector<std::string> names);

    /// In UTF-8, whatever the file has.
    const std::vector<std::string>& header() const { return names_; }
    /// The next whole row; false at the end.
    bool next(Record& cells, const std::string& where);
    std::size_t line() const { return scanner_.line(); }
    /// Characters of the text that lie behind.
    std::size_t consumed() const { return scanner_.position(); }
    /// Rows that came out so far.
    std::size_t rows() const { return rows_; }
    const Counts& skipped() const { return skipped_; }
    /// The last cell of a row whose line has no end, which may be cut short; missing: no such row came out.
    const std::optional<std::string>& unended() const { return unended_; }
    /// A line so far had a quote in it.
    bool met_quotes() const { return scanner_.met_quotes(); }
    /// The cells of a column in the next 1,000 lines. The table stays where it is.
    std::vector<std::string> next_cells(std::size_t column) const;
    /// The rows of another stretch of the same table, which begins with a line and has no header.
    Table over(std::string_view text) const;

  private:
    Table(CsvScanner scanner, std::vector<std::string> header);
    void look_ahead(std::string_view text, char separator);
    bool is_header_again(const Record& cells, const std::string& where) const;
    bool is_whole(const Record& cells) const;
    bool last_cell_fits(const Record& cells) const;
    void find_date_and_time();
    void join_date_and_time(Record& cells);
    void make_decimal_points(Record& cells, const std::string& where);

    CsvScanner scanner_;
    std::vector<std::string> header_;  ///< as it stands in the file
    std::vector<std::string> names_;
    std::size_t cells_in_row_ = 0;  ///< at least; at most as many as the header has
    std::size_t rows_ = 0;
    Counts skipped_;
    std::optional<std::string> unended_;
    std::optional<std::size_t> date_, time_of_day_;  ///< columns of which one time is made
    std::string joined_;
    Commas commas_ = Commas::text;
    struct Signs {
        bool comma = false, point = false;
        std::string cell;  ///< rewritten
    };
    std::vector<Signs> signs_;  ///< by column, where there are decimal commas
};

/// Warnings in words for what a table skipped.
void describe_skipped(const Counts& skipped, const std::string& where, std::vector<std::string>& warnings);
/// Likewise for what ends a last line without an end that was taken for whole.
std::string describe_unended(std::string_view last);
/// "a, b, c" of the header's cells, cut where it grows long.
std::string list_of(const std::vector<std::string>& names);
/// A time or a number, as rows have them and headers do not.
bool is_value(std::string_view cell);

}  // namespace rle::formats
