// RFC 4180 text -> records of cells, straight from one buffer: cells are views into it, trimmed of spaces.
//
// A record without a line end at the end of the text is torn: whether its last cell is whole cannot be told.
// Quotes that are never closed spoil their own line alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace rle::formats {

using Record = std::vector<std::string_view>;

class CsvScanner {
  public:
    /// `text` must outlive the scanner and every cell. Lines that begin with `comment` are passed over.
    explicit CsvScanner(std::string_view text, char separator = ',', char comment = '\0')
        : text_(text), separator_(separator), comment_(comment) {}

    /// The next record that is not blank; false at the end. The cells hold until the next call.
    bool next(Record& cells);
    /// Number of the line on which the last record began, from 1.
    std::size_t line() const { return line_; }
    /// Where the next record is looked for.
    std::size_t position() const { return at_; }
    /// The last record had no line end.
    bool torn() const { return torn_; }
    /// A line so far had a quote in it.
    bool met_quotes() const { return met_quotes_; }
    /// All that it goes through.
    std::string_view text() const { return text_; }
    /// One of the same kind over another text.
    CsvScanner over(std::string_view text) const { return CsvScanner(text, separator_, comment_); }

  private:
    std::size_t end_of_line(std::size_t from) const;
    bool quoted_cell(std::string_view& cell);
    bool is_blank(std::size_t from) const;
    bool plain_line(Record& cells);
    void quoted_record(Record& cells);
    std::uint64_t specials(std::size_t block) const;

    std::string_view text_;
    char separator_;
    char comment_;
    std::size_t at_ = 0;
    std::size_t line_ = 0;
    std::size_t next_line_ = 1;
    bool torn_ = false;
    bool quotes_span_lines_ = true;  ///< false once a quote was found that nothing closes
    bool met_quotes_ = false;
    std::size_t block_ = 0;       ///< of 64 characters
    std::uint64_t specials_ = 0;  ///< which of them end a line or a cell or are quotes
    bool has_block_ = false;
    std::deque<std::string> unquoted_;
};

/// The separator of a table: the one of comma, semicolon and tab that its first line holds most often.
char guess_separator(std::string_view text);

}  // namespace rle::formats
