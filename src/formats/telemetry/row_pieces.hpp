// Telemetry whose file is rows of cells: what a format knows of it (its rows, one by one, and what their
// columns are) made into a Telemetry, at once or in pieces.
//
// Invariant: both ways take the rows through the same TelemetryRows, so that they agree.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/registry.hpp"
#include "formats/table.hpp"
#include "formats/telemetry/telemetry_table.hpp"

namespace rle::formats {

/// The rows of one file, in their order.
class RowSource {
  public:
    virtual ~RowSource() = default;

    virtual const std::vector<std::string>& header() const = 0;
    /// The next whole row, with a cell for every column of the header; false at the end. The cells hold until
    /// the next call.
    virtual bool next(Record& cells) = 0;
    virtual std::size_t line() const = 0;      ///< of the last row, from 1
    virtual std::size_t consumed() const = 0;  ///< characters of the file that lie behind
    virtual const Counts& skipped() const = 0;
    /// The last cell of a row whose line has no end; missing: no such row came out.
    virtual std::optional<std::string> unended() const { return std::nullopt; }
};

/// The rows of a table as they are; formats whose rows need more work override what differs.
class TableRows : public RowSource {
  public:
    TableRows(Table table, const Source& source) : table_(std::move(table)), where_(source.where) {}

    const std::vector<std::string>& header() const override { return table_.header(); }
    bool next(Record& cells) override { return table_.next(cells, where_); }
    std::size_t line() const override { return table_.line(); }
    std::size_t consumed() const override { return table_.consumed(); }
    const Counts& skipped() const override { return table_.skipped(); }
    std::optional<std::string> unended() const override { return table_.unended(); }

  private:
    Table table_;
    std::string where_;
};

/// A file that a format has opened.
struct OpenRows {
    std::unique_ptr<RowSource> rows;
    TablePlan plan;
};

std::unique_ptr<RowSource> rows_of(Table table, const Source& source);

/// Throws Error{insufficient_data} where there is no row or nothing gives times, Error{failed} where no row
/// or no needed column can be read.
Telemetry read_rows(OpenRows file, const Source& source);
/// Likewise, piece by piece. `source` must outlive what comes back.
std::unique_ptr<TelemetryPieces> row_pieces(OpenRows file, const Source& source);

}  // namespace rle::formats
