// The names of sensors and rails are those of the board, in capitals or not; powers are whole mW, the load of
// the GPU is "GPU". Local times.
#include "formats/telemetry/jtop_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "formats/table.hpp"
#include "formats/telemetry/jetson_rails.hpp"
#include "formats/telemetry/row_pieces.hpp"
#include "formats/text/encoding.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr double kWattsPerMilliwatt = 1e-3;
constexpr std::string_view kTemp = "temp ", kPower = "power ", kTotal = "power tot";

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::optional<std::size_t> column_called(const std::vector<std::string>& header, std::string_view name) {
    const auto it = std::find_if(header.begin(), header.end(), [&](const auto& cell) {
        return cell.size() == name.size() && lower(cell) == name;
    });
    return it == header.end() ? std::nullopt : std::optional(static_cast<std::size_t>(it - header.begin()));
}

bool is_header(const std::vector<std::string>& header) {
    const auto has = [&](std::string_view prefix) {
        return std::any_of(header.begin(), header.end(),
                           [&](const auto& cell) { return lower(cell).starts_with(prefix); });
    };
    const bool of_jtop = column_called(header, "uptime") || column_called(header, "nvp model") ||
                         column_called(header, "jetson_clocks");
    return of_jtop && column_called(header, "time") && has(kTemp) && has(kPower);
}

template <std::size_t n>
std::optional<std::size_t> first_rail(const std::vector<std::string>& header,
                                      const std::string_view (&rails)[n]) {
    for (const std::string_view rail : rails) {
        if (const auto at = column_called(header, std::string(kPower) + lower(rail))) return at;
    }
    return column_called(header, kTotal);
}

TablePlan plan_of(const std::vector<std::string>& header) {
    TablePlan plan;
    plan.only_device = "gpu";
    for (const std::string& name : header) {
        PlannedColumn column;
        column.role = name.empty() ? Role::ignored : Role::other;
        column.name = name;
        plan.columns.push_back(column);
    }
    const auto call = [&](const std::optional<std::size_t>& at, const char* name, double scale) {
        if (!at) return;
        plan.columns[*at].name = name;
        plan.columns[*at].scale = scale;
        plan.columns[*at].numeric = true;
    };
    const auto assign = [&](const std::optional<std::size_t>& at, Role role) {
        if (at) plan.columns[*at].role = role;
    };
    const std::optional<std::size_t> power = first_rail(header, kGpuRails);
    call(column_called(header, "temp cpu"), "cpu_temp_c", 1.0);
    call(first_rail(header, kModuleRails), "module_power_w", kWattsPerMilliwatt);
    call(power, "power_w", kWattsPerMilliwatt);
    assign(column_called(header, "time"), Role::time);
    assign(column_called(header, "temp gpu"), Role::temp);
    assign(column_called(header, "gpu"), Role::util);
    assign(power, Role::power);
    if (power) plan.warnings.push_back(fmt::format("power_w is that of '{}'", quotable(header[*power])));
    return plan;
}

OpenRows open_log(const Source& source) {
    std::optional<Table> table = Table::open(source.text, is_header);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_jtop_csv(source));
    TablePlan plan = plan_of(table->header());
    return {rows_of(std::move(*table), source), std::move(plan)};
}

}  // namespace

std::string refuse_jtop_csv(const Source& source) {
    return Table::open(source.text, is_header) ? "" : "no header such as: time,uptime,GPU,Temp GPU,Power TOT";
}

Telemetry read_jtop_csv(const Source& source) {
    return read_rows(open_log(source), source);
}

std::unique_ptr<TelemetryPieces> open_jtop_csv(const Source& source) {
    return row_pieces(open_log(source), source);
}

}  // namespace rle::formats
