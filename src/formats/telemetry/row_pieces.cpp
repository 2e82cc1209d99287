#include "formats/telemetry/row_pieces.hpp"

#include <limits>

namespace rle::formats {
namespace {

class RowPieces : public TelemetryPieces {
  public:
    RowPieces(OpenRows file, const Source& source)
        : rows_(std::move(file.rows)),
          plan_(std::move(file.plan)),
          where_(source.where),
          clock_(source.options.time_zone),
          out_(rows_->header(), plan_, clock_, source.where) {}

    /// Reads on until `most` rows wait, or to the end.
    void read(std::size_t most) {
        while (out_.size() < most && rows_->next(cells_)) out_.add(cells_, rows_->line());
    }
    bool next(Telemetry& piece, std::size_t most) override {
        read(most);
        out_.take(piece);
        return piece.size() > 0;
    }
    Telemetry finish() override {
        Telemetry telemetry = out_.finish(rows_->skipped());
        if (const std::optional<std::string> last = rows_->unended())
            telemetry.warnings.push_back(where_ + ": " + describe_unended(*last));
        return telemetry;
    }
    bool holds() const override { return true; }
    std::size_t consumed() const override { return rows_->consumed(); }

  private:
    std::unique_ptr<RowSource> rows_;
    TablePlan plan_;
    std::string where_;
    Clock clock_;
    TelemetryRows out_;
    Record cells_;
};

}  // namespace

std::unique_ptr<RowSource> rows_of(Table table, const Source& source) {
    return std::make_unique<TableRows>(std::move(table), source);
}

Telemetry read_rows(OpenRows file, const Source& source) {
    RowPieces pieces(std::move(file), source);
    pieces.read(std::numeric_limits<std::size_t>::max());
    return pieces.finish();
}

std::unique_ptr<TelemetryPieces> row_pieces(OpenRows file, const Source& source) {
    return std::make_unique<RowPieces>(std::move(file), source);
}

}  // namespace rle::formats
