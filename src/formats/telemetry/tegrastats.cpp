// "09-28-2026 12:00:00 RAM 2345/7620MB ... GR3D_FREQ 37%@[612] ... gpu@48.5C ... VDD_IN 5210mW/5100mW ...":
// names of the sensors differ from board to board; of a rail's two numbers the first is the present one, in
// mW. Older releases print no time and no "mW".
#include "formats/telemetry/tegrastats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "formats/telemetry/jetson_rails.hpp"
#include "formats/telemetry/row_pieces.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr int kLinesLookedAt = 50;
constexpr double kWattsPerMilliwatt = 1e-3;

std::string_view take_line(std::string_view& rest, bool& torn) {
    const std::size_t end = rest.find('\n');
    torn = end == std::string_view::npos;
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(torn ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

// What follows `mark`, which stands behind a blank; empty: it is not there.
std::string_view behind(std::string_view line, std::string_view mark) {
    for (std::size_t at = line.find(mark); at != std::string_view::npos; at = line.find(mark, at + 1)) {
        if (at > 0 && line[at - 1] == ' ') return line.substr(at + mark.size());
    }
    return {};
}

// The number that `text` begins with, if one of `ends` follows it.
std::string_view number_in_front(std::string_view text, std::string_view ends) {
    const std::size_t end = text.find_first_not_of("-0123456789.");
    const bool ends_well = end != std::string_view::npos && ends.find(text[end]) != std::string_view::npos;
    return ends_well ? text.substr(0, end) : std::string_view();
}

// "VDD_IN 5210mW/5100mW", "POM_5V_IN 2545/2547"
std::string_view milliwatts(std::string_view line, std::string_view rail) {
    if (rail.empty()) return {};
    return number_in_front(behind(line, std::string(rail) + " "), "m/");
}

std::string_view celsius(std::string_view line, std::string_view lower, std::string_view upper) {
    const std::string_view value = behind(line, lower);
    return number_in_front(value.empty() ? behind(line, upper) : value, "C");
}

bool is_sample(std::string_view line) {
    return line.find("RAM ") != std::string_view::npos && !behind(line, "GR3D_FREQ ").empty();
}

// The first sample; empty: there is none.
std::string_view first_sample(std::string_view text) {
    bool torn = false;
    for (int i = 0; i < kLinesLookedAt && !text.empty(); ++i) {
        const std::string_view line = take_line(text, torn);
        if (is_sample(line)) return line;
    }
    return {};
}

// "09-28-2026 12:00:00", the month first.
constexpr std::size_t kTimeLength = 19;
bool has_time(std::string_view line) {
    return line.size() > kTimeLength && line[2] == '-' && line[5] == '-' && line[13] == ':';
}

template <std::size_t n>
std::string_view first_rail(std::string_view line, const std::string_view (&rails)[n]) {
    const auto it = std::find_if(std::begin(rails), std::end(rails),
                                 [&](std::string_view rail) { return !milliwatts(line, rail).empty(); });
    return it == std::end(rails) ? std::string_view() : *it;
}

enum Column { kTime, kTemp, kPower, kUtil, kCpuTemp, kModulePower, kColumns };

class TegraRows : public RowSource {
  public:
    TegraRows(const Source& source, std::string_view first)
        : source_(source),
          rest_(source.text),
          gpu_rail_(first_rail(first, kGpuRails)),
          module_rail_(first_rail(first, kModuleRails)) {}

    const std::vector<std::string>& header() const override { return header_; }
    bool next(Record& cells) override {
        while (!rest_.empty()) {
            bool torn = false;
            const std::string_view line = take_line(rest_, torn);
            ++line_;
            if (trim(line).empty()) continue;
            if (torn || !is_sample(line)) {
                ++skipped_[torn ? "torn_line" : "malformed_line"];
                continue;
            }
            cells.assign(kColumns, {});
            if (has_time(line)) cells[kTime] = line.substr(0, kTimeLength);
            cells[kTemp] = celsius(line, "gpu@", "GPU@");
            cells[kPower] = milliwatts(line, gpu_rail_);
            cells[kUtil] = number_in_front(behind(line, "GR3D_FREQ "), "%");
            cells[kCpuTemp] = celsius(line, "cpu@", "CPU@");
            cells[kModulePower] = milliwatts(line, module_rail_);
            return true;
        }
        return false;
    }
    std::size_t line() const override { return line_; }
    std::size_t consumed() const override { return source_.text.size() - rest_.size(); }
    const Counts& skipped() const override { return skipped_; }
    std::string_view gpu_rail() const { return gpu_rail_; }

  private:
    const Source& source_;
    std::string_view rest_;
    std::string_view gpu_rail_, module_rail_;
    std::vector<std::string> header_{"time", "temp", "power", "util", "cpu_temp_c", "module_power_w"};
    std::size_t line_ = 0;
    Counts skipped_;
};

PlannedColumn planned(Role role, std::string name, double scale = 1.0) {
    PlannedColumn column;
    column.role = role;
    column.name = std::move(name);
    column.scale = scale;
    column.numeric = role == Role::other;
    return column;
}

OpenRows open_log(const Source& source) {
    const std::string_view first = first_sample(source.text);
    if (first.empty()) throw Error(ErrorKind::failed, source.where, refuse_tegrastats(source));
    auto rows = std::make_unique<TegraRows>(source, first);
    TablePlan plan;
    plan.columns = {planned(has_time(first) ? Role::time : Role::ignored, "time"),
                    planned(Role::temp, "temp"),
                    planned(Role::power, "power", kWattsPerMilliwatt),
                    planned(Role::util, "util"),
                    planned(Role::other, "cpu_temp_c"),
                    planned(Role::other, "module_power_w", kWattsPerMilliwatt)};
    plan.date_order = DateOrder::month_first;
    plan.only_device = "gpu";
    plan.start_us = source.options.start_us;
    plan.step_s = source.options.step_seconds;
    if (!rows->gpu_rail().empty())
        plan.warnings.push_back(fmt::format("power_w is that of the rail {}", rows->gpu_rail()));
    return {std::move(rows), std::move(plan)};
}

}  // namespace

std::string refuse_tegrastats(const Source& source) {
    return first_sample(source.text).empty() ? "no line such as: RAM 2345/7620MB ... GR3D_FREQ 37%" : "";
}

Telemetry read_tegrastats(const Source& source) {
    return read_rows(open_log(source), source);
}

std::unique_ptr<TelemetryPieces> open_tegrastats(const Source& source) {
    return row_pieces(open_log(source), source);
}

}  // namespace rle::formats
