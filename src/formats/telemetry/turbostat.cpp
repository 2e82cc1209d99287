// turbostat(8): with --enable Time_Of_Day_Seconds each row carries an epoch; PkgWatt and PkgTmp stand in the
// summary row.
#include "formats/telemetry/turbostat.hpp"

#include <algorithm>

#include "formats/telemetry/row_pieces.hpp"
#include "formats/telemetry/vendor_columns.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr VendorColumn kColumns[] = {
    {"Time_Of_Day_Seconds", Role::time, ""},
    {"PkgTmp", Role::temp, ""},
    {"CoreTmp", Role::temp, ""},
    {"PkgWatt", Role::power, ""},
    {"CorWatt", Role::other, "core_power_w"},
    {"Busy%", Role::util, ""},
    {"Bzy_MHz", Role::other, "clock_mhz"},
    {"RAMWatt", Role::other, "dram_power_w"},
};

bool is_header(const Record& cells) {
    const auto has = [&](std::string_view name) {
        return std::find(cells.begin(), cells.end(), name) != cells.end();
    };
    return has("PkgWatt") && (has("Busy%") || has("PkgTmp") || has("CoreTmp"));
}

// Moves the scanner behind the header; empty: there is none.
std::vector<std::string> find_header(CsvScanner& scanner) {
    constexpr int kLines = 500;  // turbostat first prints what it knows of the machine
    Record cells;
    for (int i = 0; i < kLines && scanner.next(cells); ++i) {
        if (is_header(cells)) return {cells.begin(), cells.end()};
    }
    return {};
}

// Rows of single CPUs carry no package sensors; the machine's own row has "-" in these columns, or there are
// none.
bool is_summary(const Record& cells, const std::vector<std::string>& header) {
    for (std::size_t c = 0; c < header.size() && c < cells.size(); ++c) {
        const bool numbered =
            header[c] == "Core" || header[c] == "CPU" || header[c] == "Package" || header[c] == "Die";
        if (numbered && cells[c] != "-") return false;
    }
    return true;
}

class SummaryRows : public RowSource {
  public:
    SummaryRows(CsvScanner scanner, std::vector<std::string> header)
        : scanner_(std::move(scanner)), header_(std::move(header)) {}

    const std::vector<std::string>& header() const override { return header_; }
    bool next(Record& cells) override {
        while (scanner_.next(cells)) {
            const bool header_again = std::equal(cells.begin(), cells.end(), header_.begin(), header_.end());
            if (header_again || !is_summary(cells, header_)) continue;
            if (!scanner_.torn() && cells.size() == header_.size()) return true;
            ++skipped_[scanner_.torn() ? "torn_line" : "malformed_line"];
        }
        return false;
    }
    std::size_t line() const override { return scanner_.line(); }
    std::size_t consumed() const override { return scanner_.position(); }
    const Counts& skipped() const override { return skipped_; }

  private:
    CsvScanner scanner_;
    std::vector<std::string> header_;
    Counts skipped_;
};

OpenRows open_log(const Source& source) {
    CsvScanner scanner(source.text, '\t');
    std::vector<std::string> header = find_header(scanner);
    if (header.empty()) throw Error(ErrorKind::failed, source.where, refuse_turbostat(source));
    TablePlan plan = plan_by_names(header, kColumns, source.options);
    plan.only_device = "cpu";
    for (PlannedColumn& column : plan.columns) {
        if (column.name == "Core" || column.name == "CPU" || column.name == "Package")
            column.role = Role::ignored;
    }
    return {std::make_unique<SummaryRows>(std::move(scanner), std::move(header)), std::move(plan)};
}

}  // namespace

std::string refuse_turbostat(const Source& source) {
    CsvScanner scanner(source.text, '\t');
    return find_header(scanner).empty() ? "no header with PkgWatt and Busy% or PkgTmp between tabs" : "";
}

Telemetry read_turbostat(const Source& source) {
    return read_rows(open_log(source), source);
}

std::unique_ptr<TelemetryPieces> open_turbostat(const Source& source) {
    return row_pieces(open_log(source), source);
}

}  // namespace rle::formats
