// Rows of logs whose lines are words between blanks and whose header comes again.
//
// Invariant: a row has a word for every column and its line has an end; other lines are passed over, counted
// unless the format knows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/telemetry/row_pieces.hpp"

namespace rle::formats {

/// The names that a line gives the columns; empty: it is no header.
using HeaderOf = std::vector<std::string> (*)(const Record& words);

/// The first header among the first lines; empty: there is none.
std::vector<std::string> first_header(std::string_view text, std::string_view blanks, HeaderOf header_of);

class WordRows : public RowSource {
  public:
    /// `source` must outlive it.
    WordRows(const Source& source, std::vector<std::string> header, std::string_view blanks)
        : source_(source), header_(std::move(header)), blanks_(blanks), rest_(source.text) {}

    const std::vector<std::string>& header() const override { return header_; }
    bool next(Record& words) override;
    std::size_t line() const override { return line_; }
    std::size_t consumed() const override { return source_.text.size() - rest_.size(); }
    const Counts& skipped() const override { return skipped_; }

  protected:
    /// Makes the cells of a row of a line's words; false: it is a line of another kind.
    virtual bool make_cells(Record& words) = 0;
    /// Throws Error{failed} where `again` is another header than `first`.
    void require_same_header(const std::vector<std::string>& again,
                             const std::vector<std::string>& first) const;

  private:
    const Source& source_;
    std::vector<std::string> header_;
    std::string_view blanks_, rest_;
    std::size_t line_ = 0;
    Counts skipped_;
};

}  // namespace rle::formats
