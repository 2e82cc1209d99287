// A column is called "SOURCE:SENSOR", a sensor of the temperatures and powers "LABEL,NTH" (s-tui's
// helper_functions.py and sources/*.py): the kernel's label, without blanks and with capitals in the
// temperatures, as it is in the powers. Local times in whole seconds, an underscore behind the date.
#include "formats/telemetry/s_tui_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "formats/table.hpp"
#include "formats/telemetry/row_pieces.hpp"
#include "formats/telemetry/wide_rows.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

// Labels of what measures a whole processor, the number taken off; of the temperatures the first kind that is
// there counts. k10temp's Tctl has an offset on some processors, Tdie has none.
constexpr std::array<std::string_view, 4> kTemps{"packageid", "tdie", "tctl", "cputhermal"};
constexpr std::array<std::string_view, 2> kPowers{"package", "esocket"};

struct Sensor {
    std::string label;   ///< small letters alone
    unsigned order = 0;  ///< the number in the label, or which of several of one label
};

unsigned number_of(std::string_view digits) {
    unsigned number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

// "PackageId1,0" -> "packageid", 1; "Tctl,1" -> "tctl", 1
Sensor sensor_of(std::string_view name) {
    const std::size_t comma = std::min(name.rfind(','), name.size());
    Sensor sensor;
    std::string digits;
    for (const char c : name.substr(0, comma)) {
        if (is_digit(c)) digits.push_back(c);
        if (c >= 'A' && c <= 'Z') sensor.label.push_back(static_cast<char>(c - 'A' + 'a'));
        if (c >= 'a' && c <= 'z') sensor.label.push_back(c);
    }
    if (digits.empty()) digits = name.substr(std::min(comma + 1, name.size()));
    sensor.order = number_of(digits);
    return sensor;
}

// The columns "SOURCE:..." of sensors of that kind, in the order of the processors.
std::vector<std::size_t> columns_of(const std::vector<std::string>& header, std::string_view source,
                                    std::string_view kind) {
    std::map<unsigned, std::size_t> found;
    for (std::size_t c = 0; c < header.size(); ++c) {
        const std::string_view name = header[c];
        if (!name.starts_with(source)) continue;
        const Sensor sensor = sensor_of(name.substr(source.size()));
        if (sensor.label == kind) found.try_emplace(sensor.order, c);
    }
    std::vector<std::size_t> columns;
    for (const auto& [order, c] : found) columns.push_back(c);
    return columns;
}

template <std::size_t n>
std::vector<std::size_t> first_of(const std::vector<std::string>& header, std::string_view source,
                                  const std::array<std::string_view, n>& kinds) {
    for (const std::string_view kind : kinds) {
        if (auto columns = columns_of(header, source, kind); !columns.empty()) return columns;
    }
    return {};
}

bool is_header(const std::vector<std::string>& header) {
    const auto has = [&](std::string_view source) {
        return std::any_of(header.begin(), header.end(),
                           [&](const std::string& name) { return name.starts_with(source); });
    };
    return header.front() == "Time" && (has("Temp:") || has("Power:")) && (has("Util:") || has("Frequency:"));
}

// One processor is "cpu"; of several the nth heat is beside the nth power, and the load that of all.
Wide wide_of(const std::vector<std::string>& header) {
    const std::vector<std::size_t> temps = first_of(header, "Temp:", kTemps);
    const std::vector<std::size_t> powers = first_of(header, "Power:", kPowers);
    const auto load = std::find(header.begin(), header.end(), "Util:Avg");
    const std::size_t n = std::max({temps.size(), powers.size(), std::size_t{1}});
    Wide wide;
    for (std::size_t i = 0; i < n; ++i) {
        wide.devices.push_back(n == 1 ? "cpu" : "cpu" + std::to_string(i));
        auto& [temp, power, util] = wide.columns.emplace_back();
        if (i < temps.size()) temp = temps[i];
        if (i < powers.size()) power = powers[i];
        if (load != header.end()) util = static_cast<std::size_t>(load - header.begin());
    }
    return wide;
}

TablePlan plan_of(const std::vector<std::string>& header, const Wide& wide) {
    TablePlan plan;
    for (const std::string& name : header) {
        PlannedColumn column;
        column.role = Role::other;
        column.name = name == "Frequency:Avg" ? "clock_mhz" : name;
        plan.columns.push_back(column);
    }
    plan.columns.front().role = Role::time;
    plan_devices(wide, plan);
    for (std::size_t r = 0; r < kWideReadings.size(); ++r) {
        PlannedColumn reading;
        const bool any = std::any_of(wide.columns.begin(), wide.columns.end(),
                                     [&](const auto& columns) { return columns[r].has_value(); });
        if (any) reading.role = kWideReadings[r];
        plan.columns.push_back(reading);
    }
    return plan;
}

OpenRows open_log(const Source& source) {
    std::optional<Table> table = Table::open(source.text, is_header);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_s_tui_csv(source));
    Wide wide = wide_of(table->header());
    TablePlan plan = plan_of(table->header(), wide);
    return {wide_rows(std::move(*table), std::move(wide), source), std::move(plan)};
}

}  // namespace

std::string refuse_s_tui_csv(const Source& source) {
    return Table::open(source.text, is_header) ? "" : "no header such as: Time,Util:Avg,Temp:...,Power:...";
}

Telemetry read_s_tui_csv(const Source& source) {
    return read_rows(open_log(source), source);
}

std::unique_ptr<TelemetryPieces> open_s_tui_csv(const Source& source) {
    return row_pieces(open_log(source), source);
}

}  // namespace rle::formats
