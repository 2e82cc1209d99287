#include "formats/telemetry/wide_rows.hpp"

#include <utility>

namespace rle::formats {
namespace {

class WideRows : public TableRows {
  public:
    WideRows(Table table, Wide wide, const Source& source)
        : TableRows(std::move(table), source), wide_(std::move(wide)), header_(TableRows::header()) {
        for (const char* name : {"device", "temp", "power", "util"}) header_.emplace_back(name);
    }

    const std::vector<std::string>& header() const override { return header_; }
    bool next(Record& cells) override {
        if (nth_ == 0 && !TableRows::next(row_)) return false;
        cells = row_;
        cells.push_back(wide_.devices[nth_]);
        for (const std::optional<std::size_t>& column : wide_.columns[nth_])
            cells.push_back(column ? row_[*column] : std::string_view());
        nth_ = (nth_ + 1) % wide_.devices.size();
        return true;
    }

  private:
    Wide wide_;
    std::vector<std::string> header_;
    Record row_;
    std::size_t nth_ = 0;  ///< device of the present row that comes next
};

}  // namespace

std::unique_ptr<RowSource> wide_rows(Table table, Wide wide, const Source& source) {
    return std::make_unique<WideRows>(std::move(table), std::move(wide), source);
}

void plan_devices(const Wide& wide, TablePlan& plan) {
    for (const auto& columns : wide.columns) {
        for (const std::optional<std::size_t>& column : columns) {
            if (column) plan.columns[*column].role = Role::ignored;
        }
    }
    PlannedColumn device;
    device.role = Role::device;
    plan.columns.push_back(device);
}

}  // namespace rle::formats
