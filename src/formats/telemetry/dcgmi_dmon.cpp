// Layout: "#Entity  TMPTR  POWER  GPUTL", below it "ID" and the units, then a row "GPU 0  50  100.25  37" for
// each GPU; the header repeats. Other entities (CI, GPU_I, Switch) are passed over.
#include "formats/telemetry/dcgmi_dmon.hpp"

#include <algorithm>

#include "formats/telemetry/vendor_columns.hpp"
#include "formats/telemetry/word_rows.hpp"
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

// One that has what is wanted.
std::vector<std::string> useful_header_of(const Record& words) {
    std::vector<std::string> header = header_of(words);
    const bool useful = std::any_of(header.begin(), header.end(),
                                    [](const auto& name) { return name == "TMPTR" || name == "POWER"; });
    return useful ? header : std::vector<std::string>{};
}

class DcgmiRows : public WordRows {
  public:
    using WordRows::WordRows;

  private:
    bool make_cells(Record& words) override {
        if (const auto again = header_of(words); !again.empty()) {
            require_same_header(again, header());
            return false;
        }
        if (words.front() != "GPU") return false;
        words.erase(words.begin());  // the word; its number names the device
        return true;
    }
};

OpenRows open_log(const Source& source) {
    std::vector<std::string> header = first_header(source.text, kBlanks, useful_header_of);
    if (header.empty()) throw Error(ErrorKind::failed, source.where, refuse_dcgmi_dmon(source));
    auto rows = std::make_unique<DcgmiRows>(source, std::move(header), kBlanks);
    TablePlan plan = plan_by_names(rows->header(), kColumns, source.options);
    plan.device_prefix = "gpu";
    return {std::move(rows), std::move(plan)};
}

}  // namespace

std::string refuse_dcgmi_dmon(const Source& source) {
    return first_header(source.text, kBlanks, useful_header_of).empty()
               ? "no header such as: #Entity TMPTR POWER GPUTL"
               : "";
}

Telemetry read_dcgmi_dmon(const Source& source) {
    return read_rows(open_log(source), source);
}

std::unique_ptr<TelemetryPieces> open_dcgmi_dmon(const Source& source) {
    return row_pieces(open_log(source), source);
}

}  // namespace rle::formats
