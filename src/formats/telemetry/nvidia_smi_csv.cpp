// nvidia-smi's own column names (nvidia-smi --help-query-gpu); local times without a zone.
#include "formats/telemetry/nvidia_smi_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "formats/source_table.hpp"
#include "formats/telemetry/row_pieces.hpp"
#include "formats/telemetry/vendor_columns.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/quantities.hpp"

namespace rle::formats {
namespace {

struct Field {
    std::string_view theirs;  ///< as in the header, without unit
    Role role;
    std::string_view ours;  ///< name of a carried column
    bool numeric;
};

constexpr std::string_view kReasons = "throttle_reasons";

constexpr Field kFields[] = {
    {"timestamp", Role::time, "", false},
    {"index", Role::device, "", false},
    {"temperature.gpu", Role::temp, "", true},
    {"utilization.gpu", Role::util, "", true},
    {"power.draw.instant", Role::other, "power_instant_w", true},
    {"power.draw.average", Role::other, "power_average_w", true},
    {"power.draw", Role::other, "power_draw_w", true},
    {"fan.speed", Role::other, "fan_pct", true},
    {"clocks.sm", Role::other, "clock_mhz", true},
    {"clocks.current.sm", Role::other, "clock_mhz", true},
    {"clocks.gr", Role::other, "clock_graphics_mhz", true},
    {"clocks.current.graphics", Role::other, "clock_graphics_mhz", true},
    {"clocks.mem", Role::other, "clock_mem_mhz", true},
    {"clocks.current.memory", Role::other, "clock_mem_mhz", true},
    {"memory.used", Role::other, "mem_used_mib", true},
    {"memory.total", Role::other, "mem_total_mib", true},
    {"utilization.memory", Role::other, "mem_util_pct", true},
    {"temperature.memory", Role::other, "mem_temp_c", true},
    {"power.limit", Role::other, "power_limit_w", true},
    {"enforced.power.limit", Role::other, "power_limit_enforced_w", true},
    {"power.default_limit", Role::other, "power_limit_default_w", true},
    {"clocks_throttle_reasons.active", Role::other, kReasons, false},
    {"clocks_event_reasons.active", Role::other, kReasons, false},
};

// What serves as power_w, best first: power.draw is a 1 s average on most boards. Older ones have the first
// column empty.
constexpr std::array<std::string_view, 3> kPowers{"power.draw.instant", "power.draw", "power.draw.average"};

std::string_view without_unit(std::string_view header_cell) {
    return header_cell.substr(0, std::min(header_cell.find(" ["), header_cell.size()));
}

const Field* find_field(std::string_view header_cell) {
    const std::string_view name = without_unit(header_cell);
    const auto it = std::find_if(std::begin(kFields), std::end(kFields),
                                 [&](const Field& f) { return f.theirs == name; });
    return it == std::end(kFields) ? nullptr : it;
}

bool has(const std::vector<std::string>& header, std::string_view name) {
    return std::any_of(header.begin(), header.end(),
                       [&](const auto& cell) { return without_unit(cell) == name; });
}

bool is_their_name(const std::string& cell) {
    constexpr std::array<std::string_view, 6> kPlain{"name",   "uuid",  "serial",
                                                     "pstate", "count", "driver_version"};
    return cell.find('.') != std::string::npos || find_field(cell) != nullptr ||
           std::find(kPlain.begin(), kPlain.end(), cell) != kPlain.end();
}

bool is_header(const std::vector<std::string>& header) {
    const bool theirs = std::any_of(header.begin(), header.end(), [](const std::string& cell) {
        return cell.find('.') != std::string::npos && find_field(cell) != nullptr;
    });
    // A table of somebody's own may use their names, but has a time under a name of its own.
    return theirs && (has(header, "timestamp") || std::all_of(header.begin(), header.end(), is_their_name));
}

// What tells one GPU from another, best first; empty: nothing does.
std::string_view device_field(const std::vector<std::string>& header) {
    for (const std::string_view name : {"index", "uuid", "pci.bus_id", "serial"}) {
        if (has(header, name)) return name;
    }
    return {};
}

// The flag beside the bits: 0 or 1; empty where the cell holds no hexadecimal number.
std::string_view throttle_flag(std::string_view cell) {
    if (!cell.starts_with("0x")) return {};
    cell.remove_prefix(2);
    std::uint64_t bits = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), bits, 16);
    if (error != std::errc{} || end != cell.data() + cell.size()) return {};
    return (bits & kNvidiaThrottling) != 0 ? "1" : "0";
}

// One reason asked for by its name, "Active" or "Not Active": those that are bits of kNvidiaThrottling.
bool holds_clocks_down(std::string_view name) {
    constexpr std::array<std::string_view, 5> kReasonNames{"sw_power_cap", "hw_slowdown",
                                                           "hw_thermal_slowdown", "hw_power_brake_slowdown",
                                                           "sw_thermal_slowdown"};
    for (const std::string_view prefix : {"clocks_event_reasons.", "clocks_throttle_reasons."}) {
        if (!name.starts_with(prefix)) continue;
        name.remove_prefix(prefix.size());
        return std::find(kReasonNames.begin(), kReasonNames.end(), name) != kReasonNames.end();
    }
    return false;
}

TablePlan plan_of(const Table& table, const ReadOptions& options) {
    const std::vector<std::string>& header = table.header();
    TablePlan plan;
    plan.units_in_cells = true;
    plan.only_device = "gpu";
    plan.start_us = options.start_us;
    plan.step_s = options.step_seconds;
    const std::string_view device = device_field(header);
    if (device == "index") plan.device_prefix = "gpu";
    if (device == "pci.bus_id" || device == "serial") plan.device_prefix = "gpu-";
    for (const std::string& cell : header) {
        const Field* field = find_field(cell);
        PlannedColumn column;
        column.role = field != nullptr ? field->role : Role::other;
        column.name = field != nullptr ? std::string(field->ours) : std::string(without_unit(cell));
        column.numeric = field == nullptr || field->numeric;
        if (column.name == kReasons) column.throttle = throttle_flag;
        if (holds_clocks_down(without_unit(cell))) column.throttle = flag_in_words;
        if (!device.empty() && without_unit(cell) == device) column.role = Role::device;
        plan.columns.push_back(column);
    }
    std::vector<std::size_t> powers;
    for (const std::string_view power : kPowers) {
        const auto it =
            std::find_if(header.begin(), header.end(), [&](auto& c) { return without_unit(c) == power; });
        if (it != header.end()) powers.push_back(static_cast<std::size_t>(it - header.begin()));
    }
    if (!powers.empty()) plan.columns[first_with_numbers(table, powers)].role = Role::power;
    return plan;
}

OpenRows open_rows(const Source& source) {
    std::optional<Table> table = open_table(source, is_header);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_nvidia_smi_csv(source));
    TablePlan plan = plan_of(*table, source.options);
    return {rows_of(std::move(*table), source), std::move(plan)};
}

}  // namespace

std::string refuse_nvidia_smi_csv(const Source& source) {
    if (open_table(source, is_header)) return {};
    return "no header with nvidia-smi's names (temperature.gpu, power.draw [W], ...); of a log made with "
           "noheader --columns names them";
}

Telemetry read_nvidia_smi_csv(const Source& source) {
    return read_rows(open_rows(source), source);
}

std::unique_ptr<TelemetryPieces> open_nvidia_smi_csv(const Source& source) {
    return row_pieces(open_rows(source), source);
}

}  // namespace rle::formats
