// rocm-smi's headings as printed by its --csv; amd-smi's by amd-smi monitor --csv --watch, whose timestamp is
// an epoch.
#include "formats/telemetry/rocm_smi_csv.hpp"

#include <algorithm>

#include "formats/source_table.hpp"
#include "formats/telemetry/row_pieces.hpp"
#include "formats/telemetry/vendor_columns.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr VendorColumn kColumns[] = {
    {"timestamp", Role::time, ""},
    {"device", Role::device, ""},
    {"gpu", Role::device, ""},
    {"Temperature (Sensor edge) (C)", Role::temp, ""},
    {"Temperature (Sensor junction) (C)", Role::temp, ""},
    {"hotspot_temperature", Role::temp, ""},
    {"edge", Role::temp, ""},
    {"hotspot", Role::temp, ""},
    {"Temperature (Sensor memory) (C)", Role::other, "mem_temp_c"},
    {"memory_temperature", Role::other, "mem_temp_c"},
    {"Current Socket Graphics Package Power (W)", Role::power, ""},
    {"Average Graphics Package Power (W)", Role::power, ""},
    {"power_usage", Role::power, ""},
    {"socket_power", Role::power, ""},
    {"Max Graphics Package Power (W)", Role::other, "power_limit_w"},
    {"max_power", Role::other, "power_limit_w"},
    {"power_cap", Role::other, "power_limit_w"},
    {"GPU use (%)", Role::util, ""},
    {"gfx_util", Role::util, ""},
    {"gfx", Role::util, ""},
    {"gfx_activity", Role::util, ""},
    {"Fan speed (%)", Role::other, "fan_pct"},
    {"sclk clock speed:", Role::other, "clock_mhz"},
    {"gfx_clk", Role::other, "clock_mhz"},
    {"gfx_clock", Role::other, "clock_mhz"},
};

bool is_header(const std::vector<std::string>& header) {
    const auto has = [&](std::string_view name) {
        return std::find(header.begin(), header.end(), name) != header.end();
    };
    const bool rocm = has("device") && std::any_of(header.begin(), header.end(), [](const std::string& name) {
                          return name.find("Graphics Package Power (W)") != std::string::npos ||
                                 name.starts_with("Temperature (Sensor ");
                      });
    const bool heat = has("hotspot_temperature") || has("hotspot") || has("edge");
    return rocm || (has("gpu") && heat && (has("power_usage") || has("socket_power")));
}

OpenRows open_rows(const Source& source) {
    std::optional<Table> table = open_table(source, is_header);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_rocm_smi_csv(source));
    const std::vector<std::string>& header = table->header();
    TablePlan plan = plan_by_names(header, kColumns, source.options, &*table);
    plan.units_in_cells = true;
    plan.only_device = "gpu";
    for (std::size_t c = 0; c < header.size(); ++c) {
        if (header[c] == "throttle_status") plan.columns[c].throttle = flag_in_words;
    }
    if (std::find(header.begin(), header.end(), "device") == header.end()) plan.device_prefix = "gpu";
    return {rows_of(std::move(*table), source), std::move(plan)};
}

}  // namespace

std::string refuse_rocm_smi_csv(const Source& source) {
    return open_table(source, is_header) ? "" : "no header of rocm-smi's or amd-smi's";
}

Telemetry read_rocm_smi_csv(const Source& source) {
    return read_rows(open_rows(source), source);
}

std::unique_ptr<TelemetryPieces> open_rocm_smi_csv(const Source& source) {
    return row_pieces(open_rows(source), source);
}

}  // namespace rle::formats
