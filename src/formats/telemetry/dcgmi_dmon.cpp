// Layout: "#Entity  TMPTR  POWER  GPUTL", below it "ID" and the units, then a row "GPU 0  50  100.25  37" for
// each GPU; the header repeats. Other entities (CI, GPU_I, Switch) are passed over.
#include "formats/telemetry/dcgmi_dmon.hpp"

#include <algorithm>

#include "formats/telemetry/row_pieces.hpp"
#include "formats/telemetry/vendor_columns.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/words.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr VendorColumn kColumns[] = {
    {"gpu", Role::device, ""},
    {"TMPTR", Role::temp, ""},
    {"POWER", Role::power, ""},
    {"GPUTL", Role::util, ""},
    {"MMTMP", Role::other, "mem_temp_c"},
    {"MCUTL", Role::other, "mem_util_pct"},
    {"SMCLK", Role::other, "clock_mhz"},
    {"MMCLK", Role::other, "clock_mem_mhz"},
    {"FBUSD", Role::other, "mem_used_mib"},
    {"TOTEC", Role::other, "energy_j", 1e-3},
};
constexpr std::string_view kMark = "#Entity";

constexpr std::string_view kBlanks = " \t\r";

// "#Entity TMPTR POWER" -> "gpu", "TMPTR", "POWER"; "# Entity" is the same. Empty: no header.
std::vector<std::string> header_of(const Record& words) {
    const bool apart = words.size() > 1 && words[0] == "#" && words[1] == "Entity";
    if (!apart && (words.empty() || words[0] != kMark)) return {};
    std::vector<std::string> names(words.begin() + (apart ? 2 : 1), words.end());
    names.insert(names.begin(), "gpu");
    return names;
}

std::vector<std::string> first_header(std::string_view text) {
    constexpr int kLines = 50;
    Record words;
    bool torn = false;
    for (int i = 0; i < kLines && next_words(text, words, torn, kBlanks); ++i) {
        const std::vector<std::string> header = header_of(words);
        const auto has = [&](std::string_view name) {
            return std::find(header.begin(), header.end(), name) != header.end();
        };
        if (has("TMPTR") || has("POWER")) return header;
    }
    return {};
}

class DmonRows : public RowSource {
  public:
    DmonRows(const Source& source, std::vector<std::string> header)
        : source_(source), header_(std::move(header)), rest_(source.text) {}

    const std::vector<std::string>& header() const override { return header_; }
    bool next(Record& words) override {
        for (bool torn = false; next_words(rest_, words, torn, kBlanks);) {
            ++line_;
            if (words.empty() || is_header_again(words) || words.front() != "GPU") continue;
            words.erase(words.begin());  // the word; its number names the device
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
        const std::vector<std::string> again = header_of(words);
        if (again.empty()) return false;
        if (again == header_) return true;
        throw Error(ErrorKind::failed, source_.where, "another header in the middle of the file",
                    "split it there");
    }

    const Source& source_;
    std::vector<std::string> header_;
    std::string_view rest_;
    std::size_t line_ = 0;
    Counts skipped_;
};

OpenRows open_log(const Source& source) {
    std::vector<std::string> header = first_header(source.text);
    if (header.empty()) throw Error(ErrorKind::failed, source.where, refuse_dcgmi_dmon(source));
    auto rows = std::make_unique<DmonRows>(source, std::move(header));
    TablePlan plan = plan_by_names(rows->header(), kColumns, source.options);
    plan.device_prefix = "gpu";
    return {std::move(rows), std::move(plan)};
}

}  // namespace

std::string refuse_dcgmi_dmon(const Source& source) {
    return first_header(source.text).empty() ? "no header such as: #Entity TMPTR POWER GPUTL" : "";
}

Telemetry read_dcgmi_dmon(const Source& source) {
    return read_rows(open_log(source), source);
}

std::unique_ptr<TelemetryPieces> open_dcgmi_dmon(const Source& source) {
    return row_pieces(open_log(source), source);
}

}  // namespace rle::formats
