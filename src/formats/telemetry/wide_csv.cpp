// People's own loggers, W&B's system metrics (system.gpu.0.powerWatts), nvitop's collector
// (cuda:0 (gpu:0)/temperature (C)/mean). A row of the table becomes one of each device.
#include "formats/telemetry/wide_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "formats/source_table.hpp"
#include "formats/telemetry/row_pieces.hpp"
#include "formats/telemetry/telemetry_names.hpp"
#include "formats/telemetry/vendor_columns.hpp"
#include "formats/telemetry/wide_rows.hpp"
#include "formats/text/date_order.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words;
    while (!name.empty()) {
        const std::size_t end = std::min(name.find('_'), name.size());
        words.emplace_back(name.substr(0, end));
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return words;
}

bool is_number(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), is_digit);
}

// Takes "gpu0", or "gpu" and "0", out of the words, and gives the number; empty: they are not there.
std::string take_mark(std::vector<std::string>& words, std::string_view kind) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!words[i].starts_with(kind)) continue;
        const bool apart = words[i].size() == kind.size() && i + 1 < words.size();
        const std::string number = apart ? words[i + 1] : words[i].substr(kind.size());
        if (!is_number(number)) continue;
        const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
        words.erase(at, at + (apart ? 2 : 1));
        return number;
    }
    return {};
}

// One device's reading in a column of its own.
struct DeviceColumn {
    std::string device;
    Role role = Role::other;
    std::size_t rank = 0;
    std::string unit;
};

// A look before the work: every line of every file's beginning comes by here.
bool names_a_device(const std::string& header) {
    constexpr std::array<std::string_view, 2> kKinds{"gpu", "cuda"};
    const auto alike = [](char a, char b) { return (a | 0x20) == b; };
    return std::any_of(kKinds.begin(), kKinds.end(), [&](std::string_view kind) {
        return std::search(header.begin(), header.end(), kind.begin(), kind.end(), alike) != header.end();
    });
}

// "gpu0_temp", "GPU 1 power [W]", "temperature_gpu0", "system.gpu.0.gpu"
std::optional<DeviceColumn> device_column(const std::string& header) {
    if (!names_a_device(header)) return std::nullopt;
    ColumnName name = normal_name(header);
    std::vector<std::string> words = words_of(name.name);
    if (words.empty()) return std::nullopt;
    if (words.front() == "system") words.erase(words.begin());
    if (!words.empty() && words.back() == "mean") words.pop_back();  // beside min and max
    std::string number = take_mark(words, "gpu");
    const std::string of_cuda = take_mark(words, "cuda");
    if (number.empty()) number = of_cuda;
    if (number.empty() || words.empty()) return std::nullopt;
    name.name = fmt::format("{}", fmt::join(words, "_"));
    DeviceColumn column{"gpu" + number, Role::util, 0, {}};
    if (name.name == "gpu") return column;  // W&B's name for the utilisation
    split_unit_off(name);
    const std::optional<KnownName> known = known_name(name.name);
    if (!known || !is_reading(known->role)) return std::nullopt;
    column.role = known->role;
    column.rank = known->rank;
    column.unit = name.unit;
    return column;
}

// A device and the columns of its readings, best first.
using Devices = std::map<std::string, std::map<Role, std::vector<std::pair<std::size_t, std::size_t>>>>;

Devices devices_of(const std::vector<std::string>& header) {
    Devices devices;
    for (std::size_t c = 0; c < header.size(); ++c) {
        if (const auto column = device_column(header[c]))
            devices[column->device][column->role].emplace_back(column->rank, c);
    }
    std::erase_if(devices, [](const auto& device) {
        return !device.second.contains(Role::temp) && !device.second.contains(Role::power);
    });
    for (auto& [device, roles] : devices) {
        for (auto& [role, columns] : roles) std::sort(columns.begin(), columns.end());
    }
    return devices;
}

// With one device it is wide only where no other column has a temperature or a power.
bool is_header(const std::vector<std::string>& header) {
    const std::size_t devices = header.size() > 1 ? devices_of(header).size() : 0;
    if (devices == 0) return false;
    const auto roles = find_roles(normal_names(header));
    const bool timed = roles.contains(Role::time) || roles.contains(Role::t_s);
    return timed && (devices > 1 || (!roles.contains(Role::temp) && !roles.contains(Role::power)));
}

Wide wide_of(const Table& table) {
    Wide wide;
    for (const auto& [device, roles] : devices_of(table.header())) {
        wide.devices.push_back(device);
        auto& columns = wide.columns.emplace_back();
        for (std::size_t r = 0; r < kWideReadings.size(); ++r) {
            const auto found = roles.find(kWideReadings[r]);
            if (found == roles.end()) continue;
            std::vector<std::size_t> candidates;
            for (const auto& [rank, c] : found->second) candidates.push_back(c);
            columns[r] = first_with_numbers(table, candidates);
        }
    }
    return wide;
}

// The readings of one kind, which must have one unit.
PlannedColumn planned_reading(std::size_t r, const Wide& wide, const std::vector<std::string>& header,
                              const Source& source, std::vector<std::string>& warnings) {
    PlannedColumn planned;
    std::optional<std::string> unit;
    for (const auto& columns : wide.columns) {
        if (!columns[r]) continue;
        planned.role = kWideReadings[r];
        const std::string& name = header[*columns[r]];
        const std::string own = device_column(name)->unit;
        if (unit && *unit != own)
            throw Error(
                ErrorKind::failed, source.where,
                fmt::format("column '{}' has another unit than that of another device", quotable(name)),
                "give each device the same units");
        if (!unit && !apply_unit(own, planned))
            warnings.push_back(fmt::format("column '{}': the unit '{}' is not known; taken as ours",
                                           quotable(name), quotable(own)));
        unit = own;
    }
    return planned;
}

TablePlan plan_of(const Table& table, const Wide& wide, const Source& source) {
    const std::vector<std::string>& header = table.header();
    TablePlan plan;
    std::map<std::string, int> uses;
    for (const std::string& name : header) {
        PlannedColumn column;
        column.role = name.empty() ? Role::ignored : Role::other;
        const int nth = ++uses[name];
        column.name = nth == 1 ? name : fmt::format("{}_{}", name, nth);
        plan.columns.push_back(column);
    }
    const auto roles = find_roles(normal_names(header));
    for (const Role role : {Role::time, Role::t_s}) {
        if (const auto found = roles.find(role); found != roles.end())
            plan.columns[found->second.front()].role = role;
    }
    plan_devices(wide, plan);
    for (std::size_t r = 0; r < kWideReadings.size(); ++r)
        plan.columns.push_back(planned_reading(r, wide, header, source, plan.warnings));
    if (const auto time = roles.find(Role::time); time != roles.end()) {
        const FoundDates dates = find_dates(table, time->second.front(), source);
        if (!dates.doubtful.empty() && !roles.contains(Role::t_s)) refuse_doubtful_dates(dates, source);
        plan.date_order = dates.order;
    }
    return plan;
}

OpenRows open_rows(const Source& source) {
    std::optional<Table> table = open_table(source, is_header);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_wide_csv(source));
    Wide wide = wide_of(*table);
    TablePlan plan = plan_of(*table, wide, source);
    plan.start_us = source.options.start_us;
    return {wide_rows(std::move(*table), std::move(wide), source), std::move(plan)};
}

}  // namespace

std::string refuse_wide_csv(const Source& source) {
    return open_table(source, is_header) ? ""
                                         : "no header with a time and columns such as gpu0_temp, gpu1_temp";
}

Telemetry read_wide_csv(const Source& source) {
    return read_rows(open_rows(source), source);
}

std::unique_ptr<TelemetryPieces> open_wide_csv(const Source& source) {
    return row_pieces(open_rows(source), source);
}

}  // namespace rle::formats
