// Layout: "# gpu pwr gtemp ..." and "# Idx W C ..."; with -o DT "#Date Time gpu ..." and a local time; with
// --format csv commas.
#include "formats/telemetry/nvidia_smi_dmon.hpp"

#include <algorithm>

#include "formats/telemetry/vendor_columns.hpp"
#include "formats/telemetry/word_rows.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr VendorColumn kColumns[] = {
    {"Date", Role::time, "timestamp"},
    {"gpu", Role::device, ""},
    {"gtemp", Role::temp, ""},
    {"temp", Role::temp, ""},
    {"pwr", Role::power, ""},
    {"sm", Role::util, ""},
    {"mtemp", Role::other, "mem_temp_c"},
    {"mem", Role::other, "mem_util_pct"},
    {"mclk", Role::other, "clock_mem_mhz"},
    {"pclk", Role::other, "clock_mhz"},
    {"fb", Role::other, "mem_used_mib"},
};

// Violations of the power or the thermal limit since the last line: a share in %, or 0 and 1.
std::string_view flag_of_violation(std::string_view cell) {
    const Cell violation = parse_cell(cell);
    if (violation.kind != CellKind::number) return {};
    return violation.value > 0.0 ? "1" : "0";
}

constexpr std::string_view kBlanks = " \t\r,";

// "# gpu pwr ..." or "#Date Time gpu ...": the names, without the mark. Empty: no header.
std::vector<std::string> header_of(const Record& words) {
    std::vector<std::string> names(words.begin(), words.end());
    if (names.empty() || !names.front().starts_with('#')) return {};
    names.front().erase(0, 1);
    if (names.front().empty()) names.erase(names.begin());
    const bool ours = std::find(names.begin(), names.end(), "gpu") != names.end() && names.size() > 2;
    return ours ? names : std::vector<std::string>{};
}

// Date and time are two words; `joined` makes one cell of them.
void join_date(std::vector<std::string_view>& words, bool dated, std::string& joined) {
    if (!dated || words.size() < 2) return;
    joined.assign(words[0]).append(" ").append(words[1]);
    words.erase(words.begin());
    words[0] = joined;
}

bool is_dated(const std::vector<std::string>& as_printed) {
    return as_printed.size() > 2 && as_printed[0] == "Date" && as_printed[1] == "Time";
}

std::vector<std::string> with_one_time(std::vector<std::string> as_printed) {
    if (is_dated(as_printed)) as_printed.erase(as_printed.begin() + 1);
    return as_printed;
}

class DmonRows : public WordRows {
  public:
    DmonRows(const Source& source, std::vector<std::string> as_printed)
        : WordRows(source, with_one_time(as_printed), kBlanks), as_printed_(std::move(as_printed)) {}

  private:
    bool make_cells(Record& words) override {
        if (words.front().starts_with('#')) {
            const auto again = header_of(words);  // empty: the units
            if (!again.empty()) require_same_header(again, as_printed_);
            return false;
        }
        join_date(words, is_dated(as_printed_), joined_);
        return true;
    }

    std::vector<std::string> as_printed_;
    std::string joined_;
};

OpenRows open_log(const Source& source) {
    std::vector<std::string> header = first_header(source.text, kBlanks, header_of);
    if (header.empty()) throw Error(ErrorKind::failed, source.where, refuse_nvidia_smi_dmon(source));
    auto rows = std::make_unique<DmonRows>(source, std::move(header));
    TablePlan plan = plan_by_names(rows->header(), kColumns, source.options);
    plan.device_prefix = "gpu";
    plan.only_device = "gpu";
    for (PlannedColumn& column : plan.columns) {
        if (column.name == "pviol" || column.name == "tviol") column.throttle = flag_of_violation;
    }
    return {std::move(rows), std::move(plan)};
}

}  // namespace

std::string refuse_nvidia_smi_dmon(const Source& source) {
    return first_header(source.text, kBlanks, header_of).empty()
               ? "no header such as: # gpu pwr gtemp mtemp sm mem"
               : "";
}

Telemetry read_nvidia_smi_dmon(const Source& source) {
    return read_rows(open_log(source), source);
}

std::unique_ptr<TelemetryPieces> open_nvidia_smi_dmon(const Source& source) {
    return row_pieces(open_log(source), source);
}

}  // namespace rle::formats
