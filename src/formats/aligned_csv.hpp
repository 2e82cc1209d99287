// aligned.csv as the contract has it, in blocks of rows.
//
// Invariant: a row's text depends on that row alone, so that blocks may be formatted in any order and by any
// number of threads, and the file is the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/io/block_writer.hpp"
#include "formats/io/files.hpp"
#include "formats/text/text_buffer.hpp"
#include "rlecouple/align.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::formats {

/// The header line; `others` are the columns that are carried through, as RFC 4180 and the contract name
/// them; with step_time the last column is step_time_s.
std::string aligned_header(const std::vector<TextColumn>& others, bool step_time = false);

/// Rows [begin, end); `others` are the columns that rows.telemetry_row points into.
void append_aligned_rows(TextBuffer& out, const AlignedRows& rows, const std::vector<TextColumn>& others,
                         std::size_t begin, std::size_t end);

/// The whole table as one text.
std::string aligned_csv(const AlignedRows& rows, const Telemetry& telemetry);

/// A table that is written block by block ("-": stdout).
class AlignedTable {
  public:
    AlignedTable(const std::string& path, const std::vector<TextColumn>& others, bool step_time);

    /// The next rows, with the columns that their telemetry_row points into.
    void add(AlignedRows rows, std::vector<TextColumn> others);
    void finish();

  private:
    OutputFile file_;
    BlockWriter writer_;
};

/// The whole table into a file ("-": stdout), formatted by as many threads as the machine has.
void write_aligned_csv(const std::string& path, const AlignedRows& rows, const Telemetry& telemetry);

}  // namespace rle::formats
