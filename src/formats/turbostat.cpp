// turbostat(8): with --enable Time_Of_Day_Seconds each row carries an epoch; PkgWatt and PkgTmp stand in the
// summary row.
#include "formats/turbostat.hpp"

#include <algorithm>

#include "formats/vendor_columns.hpp"
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

}  // namespace

std::string refuse_turbostat(const Source& source) {
    CsvScanner scanner(source.text, '\t');
    return find_header(scanner).empty() ? "no header with PkgWatt and Busy% or PkgTmp between tabs" : "";
}

Telemetry read_turbostat(const Source& source) {
    CsvScanner scanner(source.text, '\t');
    const std::vector<std::string> header = find_header(scanner);
    if (header.empty()) throw Error(ErrorKind::failed, source.where, refuse_turbostat(source));
    TablePlan plan = plan_by_names(header, kColumns, source.options);
    plan.only_device = "cpu";
    for (PlannedColumn& column : plan.columns) {
        if (column.name == "Core" || column.name == "CPU" || column.name == "Package")
            column.role = Role::ignored;
    }
    Clock clock(source.options.time_zone);
    TelemetryRows rows(header, plan, clock, source.where);
    Counts skipped;
    Record cells;
    while (scanner.next(cells)) {
        if (std::equal(cells.begin(), cells.end(), header.begin(), header.end()) ||
            !is_summary(cells, header))
            continue;
        if (scanner.torn() || cells.size() != header.size()) {
            ++skipped[scanner.torn() ? "torn_line" : "malformed_line"];
            continue;
        }
        rows.add(cells, scanner.line());
    }
    return rows.finish(skipped);
}

}  // namespace rle::formats
