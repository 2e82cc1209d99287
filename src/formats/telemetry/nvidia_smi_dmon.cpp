// Layout: "# gpu pwr gtemp ..." and "# Idx W C ..."; with -o DT "#Date Time gpu ..." and a local time; with
// --format csv commas.
#include "formats/telemetry/nvidia_smi_dmon.hpp"

#include <algorithm>

#include "formats/telemetry/row_pieces.hpp"
#include "formats/telemetry/vendor_columns.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/words.hpp"
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
std::vector<std::string> header_of(const std::vector<std::string_view>& words) {
    std::vector<std::string> names(words.begin(), words.end());
    if (names.empty() || !names.front().starts_with('#')) return {};
    names.front().erase(0, 1);
    if (names.front().empty()) names.erase(names.begin());
    const bool ours = std::find(names.begin(), names.end(), "gpu") != names.end() && names.size() > 2;
    return ours ? names : std::vector<std::string>{};
}

std::vector<std::string> first_header(std::string_view text) {
    constexpr int kLines = 50;
    std::vector<std::string_view> words;
    bool torn = false;
    for (int i = 0; i < kLines && next_words(text, words, torn, kBlanks); ++i) {
        if (auto header = header_of(words); !header.empty()) return header;
    }
    return {};
}

// Date and time are two words; `joined` makes one cell of them.
void join_date(std::vector<std::string_view>& words, bool dated, std::string& joined) {
    if (!dated || words.size() < 2) return;
    joined.assign(words[0]).append(" ").append(words[1]);
    words.erase(words.begin());
    words[0] = joined;
}

class DmonRows : public RowSource {
  public:
    DmonRows(const Source& source, std::vector<std::string> as_printed)
        : source_(source),
          as_printed_(std::move(as_printed)),
          header_(as_printed_),
          dated_(header_.size() > 2 && header_[0] == "Date" && header_[1] == "Time"),
          rest_(source.text) {
        if (dated_) header_.erase(header_.begin() + 1);
    }

    const std::vector<std::string>& header() const override { return header_; }
    bool next(Record& words) override {
        for (bool torn = false; next_words(rest_, words, torn, kBlanks);) {
            ++line_;
            if (words.empty() || is_header_again(words)) continue;
            join_date(words, dated_, joined_);
            if (!torn && words.size() == header_.size()) return true;
            ++skipped_[torn ? "torn_line" : "malformed_line"];
        }
        return false;
    }
    std::size_t line() const override { return line_; }
    std::size_t consumed() const override { return source_.text.size() - rest_.size(); }
    const Counts& skipped() const override { return skipped_; }

  private:
    bool is_header_again(const Record& words) const {
        if (!words.front().starts_with('#')) return false;
        const auto again = header_of(words);
        if (again.empty() || again == as_printed_) return true;
        throw Error(ErrorKind::failed, source_.where, "another header in the middle of the file",
                    "split it there");
    }

    const Source& source_;
    std::vector<std::string> as_printed_, header_;
    bool dated_;
    std::string_view rest_;
    std::size_t line_ = 0;
    std::string joined_;
    Counts skipped_;
};

OpenRows open_log(const Source& source) {
    std::vector<std::string> header = first_header(source.text);
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
    return first_header(source.text).empty() ? "no header such as: # gpu pwr gtemp mtemp sm mem" : "";
}

Telemetry read_nvidia_smi_dmon(const Source& source) {
    return read_rows(open_log(source), source);
}

std::unique_ptr<TelemetryPieces> open_nvidia_smi_dmon(const Source& source) {
    return row_pieces(open_log(source), source);
}

}  // namespace rle::formats
