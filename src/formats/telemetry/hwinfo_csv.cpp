// The GPU's sensors are read where the log has them, else the CPU's; all others are carried under their own
// names.
#include "formats/telemetry/hwinfo_csv.hpp"

#include <algorithm>

#include "formats/telemetry/row_pieces.hpp"
#include "formats/text/date_order.hpp"
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

// What tells that the device is held back, in columns of "Yes" and "No".
constexpr std::string_view kGpuHeldBack[] = {"Performance Limit - Power", "Performance Limit - Thermal"};
constexpr std::string_view kCpuHeldBack[] = {"Thermal Throttling", "Power Limit Exceeded"};

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

void make_flags(TablePlan& plan, std::span<const std::string_view> names) {
    for (PlannedColumn& column : plan.columns) {
        const bool held_back =
            column.name.ends_with("[Yes/No]") && std::any_of(names.begin(), names.end(), [&](auto name) {
                return column.name.find(name) != std::string::npos;
            });
        if (held_back) column.throttle = flag_in_words;
    }
}

TablePlan plan_of(const std::vector<std::string>& header, std::span<const Sensor> sensors,
                  std::span<const std::string_view> held_back, const char* device) {
    TablePlan plan;
    plan.only_device = device;
    for (const std::string& name : header) {
        PlannedColumn column;
        column.role = name.empty() ? Role::ignored : Role::other;
        column.name = name;
        plan.columns.push_back(column);
    }
    plan.columns[0].role = Role::ignored;
    plan.columns[1].role = Role::time;  // with the date in front of it
    assign(plan, header, sensors);
    make_flags(plan, held_back);
    return plan;
}

// Never one device's heat beside the other's power: the one that has both, else each with what it has.
std::vector<TablePlan> plans_of(const std::vector<std::string>& header) {
    TablePlan gpu = plan_of(header, kGpu, kGpuHeldBack, "gpu");
    TablePlan cpu = plan_of(header, kCpu, kCpuHeldBack, "cpu");
    if (complete(gpu)) return {gpu};
    const bool gpu_says = column_of(gpu, Role::temp) || column_of(gpu, Role::power);
    const bool cpu_says = column_of(cpu, Role::temp) || column_of(cpu, Role::power);
    if (complete(cpu) || !gpu_says) return {cpu};
    return cpu_says ? std::vector<TablePlan>{gpu, cpu} : std::vector<TablePlan>{gpu};
}

// Below the last header stand the sensors' sources, without a date.
class SensorRows : public TableRows {
  public:
    using TableRows::TableRows;

    bool next(Record& cells) override {
        while (TableRows::next(cells)) {
            if (!cells[0].empty()) return true;
        }
        return false;
    }
};

std::optional<Table> find_table(const Source& source) {
    return Table::open(source.text, is_header);
}

// With slashes HWiNFO has the month first, unless the file or the user says otherwise.
DateOrder date_order_of(const Table& table, const Source& source) {
    const DateOrder order = find_dates(table, 0, source).order;
    return order == DateOrder::unknown ? DateOrder::month_first : order;
}

// One for each device that is read; all go through the file on their own.
std::vector<OpenRows> open_devices(const Source& source) {
    const std::optional<Table> table = find_table(source);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_hwinfo_csv(source));
    const DateOrder order = date_order_of(*table, source);
    std::vector<OpenRows> devices;
    for (TablePlan& plan : plans_of(table->header())) {
        plan.date_order = order;
        devices.push_back({std::make_unique<SensorRows>(*table, source), std::move(plan)});
    }
    return devices;
}

}  // namespace

std::string refuse_hwinfo_csv(const Source& source) {
    return find_table(source) ? "" : "no header Date, Time and sensors with their units in []";
}

Telemetry read_hwinfo_csv(const Source& source) {
    std::vector<Telemetry> devices;
    for (OpenRows& device : open_devices(source)) devices.push_back(read_rows(std::move(device), source));
    return concatenate(std::move(devices));
}

std::unique_ptr<TelemetryPieces> open_hwinfo_csv(const Source& source) {
    std::vector<OpenRows> devices = open_devices(source);
    if (devices.size() > 1) return nullptr;  // one behind the other would not be in the order of time
    return row_pieces(std::move(devices.front()), source);
}

}  // namespace rle::formats
