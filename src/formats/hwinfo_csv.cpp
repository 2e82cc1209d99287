// The GPU's sensors are read where the log has them, else the CPU's; all others are carried under their own
// names.
#include "formats/hwinfo_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "formats/encoding.hpp"
#include "formats/telemetry_table.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

struct Sensor {
    std::string_view name;  ///< without the unit
    Role role;
};
// The power goes first: of several sensors of one name the one next to it is of the same device.
constexpr Sensor kGpu[] = {{"GPU Power", Role::power},
                           {"Total Board Power", Role::power},
                           {"Total Graphics Power (TGP)", Role::power},
                           {"GPU ASIC Power", Role::power},
                           {"GPU Temperature", Role::temp},
                           {"GPU Core Load", Role::util},
                           {"GPU Utilization", Role::util},
                           {"GPU D3D Usage", Role::util}};
constexpr Sensor kCpu[] = {{"CPU Package Power", Role::power},
                           {"CPU Package", Role::temp},
                           {"CPU (Tctl/Tdie)", Role::temp},
                           {"Total CPU Usage", Role::util}};

std::string_view without_unit(std::string_view name) {
    return name.substr(0, name.rfind(" ["));
}

bool is_header(const std::vector<std::string>& header) {
    return header.size() > 2 && header[0] == "Date" && header[1] == "Time" &&
           std::any_of(header.begin(), header.end(),
                       [](const std::string& name) { return name.ends_with(']'); });
}

std::optional<std::size_t> column_of(const TablePlan& plan, Role role) {
    const auto it =
        std::find_if(plan.columns.begin(), plan.columns.end(), [&](const auto& c) { return c.role == role; });
    if (it == plan.columns.end()) return std::nullopt;
    return static_cast<std::size_t>(it - plan.columns.begin());
}

void assign(TablePlan& plan, const std::vector<std::string>& header, std::span<const Sensor> sensors) {
    for (const Sensor& sensor : sensors) {
        if (column_of(plan, sensor.role)) continue;
        const std::size_t anchor = column_of(plan, Role::power).value_or(0);
        std::optional<std::size_t> best;
        const auto distance = [&](std::size_t c) { return c > anchor ? c - anchor : anchor - c; };
        for (std::size_t c = 2; c < header.size(); ++c) {
            // A temperature and a power may have one name; the unit tells them apart.
            const bool watts = header[c].ends_with("[W]");
            if (without_unit(header[c]) != sensor.name || watts != (sensor.role == Role::power)) continue;
            if (!best || distance(c) < distance(*best)) best = c;
        }
        if (!best) continue;
        plan.columns[*best].role = sensor.role;
        apply_unit(normal_name(header[*best]).unit, plan.columns[*best]);
    }
}

bool complete(const TablePlan& plan) {
    return column_of(plan, Role::temp) && column_of(plan, Role::power);
}

TablePlan plan_of(const std::vector<std::string>& header, std::span<const Sensor> sensors,
                  const char* device) {
    TablePlan plan;
    plan.only_device = device;
    for (const std::string& name : header) {
        PlannedColumn column;
        column.role = name.empty() ? Role::ignored : Role::other;
        column.name = name;
        plan.columns.push_back(column);
    }
    plan.columns[0].role = Role::time;
    plan.columns[1].role = Role::ignored;
    assign(plan, header, sensors);
    return plan;
}

// Never one device's heat beside the other's power: the one that has both, else each with what it has.
std::vector<TablePlan> plans_of(const std::vector<std::string>& header) {
    TablePlan gpu = plan_of(header, kGpu, "gpu");
    TablePlan cpu = plan_of(header, kCpu, "cpu");
    if (complete(gpu)) return {gpu};
    const bool gpu_says = column_of(gpu, Role::temp) || column_of(gpu, Role::power);
    const bool cpu_says = column_of(cpu, Role::temp) || column_of(cpu, Role::power);
    if (complete(cpu) || !gpu_says) return {cpu};
    return cpu_says ? std::vector<TablePlan>{gpu, cpu} : std::vector<TablePlan>{gpu};
}

// "28.9.2026", "9/28/2026", "2026-09-28" -> the three numbers as they stand; false: no date.
bool date_parts(std::string_view date, int (&parts)[3]) {
    const char* at = date.data();
    const char* const end = at + date.size();
    for (int i = 0; i < 3; ++i) {
        if (i > 0 && at != end) ++at;  // the separator
        const auto [stop, error] = std::from_chars(at, end, parts[i]);
        if (error != std::errc{} || parts[i] < 0 || parts[i] > 9999) return false;
        at = stop;
    }
    return at == end;
}

// Which number is the day: with dots the first one; with slashes the second, unless some row shows that it is
// the first.
bool day_first(Table table, const std::string& where) {
    Record cells;
    bool dots = false;
    while (table.next(cells, where)) {
        int parts[3];
        if (!date_parts(cells[0], parts)) continue;
        dots = dots || cells[0].find('.') != std::string_view::npos;
        if (parts[0] > 12 && parts[0] <= 31) return true;
        if (dots) return true;
    }
    return false;
}

std::string iso_time(std::string_view date, std::string_view time, bool day_is_first) {
    int p[3];
    if (!date_parts(date, p)) return {};
    if (p[0] > 31) return fmt::format("{:04}-{:02}-{:02} {:0>8}", p[0], p[1], p[2], time);
    const int day = day_is_first ? p[0] : p[1];
    const int month = day_is_first ? p[1] : p[0];
    // "9:05:00.123" -> "09:05:00.123"
    return fmt::format("{:04}-{:02}-{:02} {}{}", p[2], month, day, time.find(':') == 1 ? "0" : "", time);
}

Telemetry read_device(Table table, const TablePlan& plan, bool day_is_first, const Source& source) {
    Clock clock(source.options.time_zone);
    TelemetryRows rows(table.header(), plan, clock, source.where);
    Record cells;
    std::string when;
    while (table.next(cells, source.where)) {
        if (cells[0].empty()) continue;  // below the last header stand the sensors' sources
        when = iso_time(cells[0], cells[1], day_is_first);
        cells[0] = when;
        rows.add(cells, table.line());
    }
    return rows.finish(table.skipped());
}

}  // namespace

std::string refuse_hwinfo_csv(const Source& source) {
    return Table::open(source.text, is_header) ? ""
                                               : "no header Date, Time and sensors with their units in []";
}

Telemetry read_hwinfo_csv(const Source& source) {
    const std::string text = from_cp1252(source.text);
    std::optional<Table> table = Table::open(text, is_header);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_hwinfo_csv(source));
    const bool day_is_first = day_first(*table, source.where);
    std::vector<Telemetry> devices;
    for (const TablePlan& plan : plans_of(table->header()))
        devices.push_back(read_device(*table, plan, day_is_first, source));
    return concatenate(std::move(devices));
}

}  // namespace rle::formats
