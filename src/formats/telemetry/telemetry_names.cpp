#include "formats/telemetry/telemetry_names.hpp"

#include <algorithm>
#include <array>

namespace rle::formats {
namespace {

struct Alias {
    std::string_view name;
    Role role;
};

// In the order of preference within a role: where a file has several, the first one of this list goes.
constexpr Alias kAliases[] = {
    {"timestamp", Role::time},
    {"timestamp_utc", Role::time},
    {"time", Role::time},
    {"ts", Role::time},
    {"datetime", Role::time},
    {"date_time", Role::time},
    {"date", Role::time},
    {"uhrzeit", Role::time},
    {"zeit", Role::time},
    {"wall_time", Role::time},
    {"query_time", Role::time},
    {"epoch", Role::time},
    {"t_s", Role::t_s},
    {"elapsed_s", Role::t_s},
    {"elapsed", Role::t_s},
    {"time_s", Role::t_s},
    {"seconds", Role::t_s},
    {"t", Role::t_s},
    {"device", Role::device},
    {"device_id", Role::device},
    {"deviceid", Role::device},
    {"device_name", Role::device},
    {"gpu_id", Role::device},
    {"gpu_index", Role::device},
    {"gpu_idx", Role::device},
    {"index", Role::device},
    {"uuid", Role::device},
    {"gpu_uuid", Role::device},
    {"pci_bus_id", Role::device},
    {"serial", Role::device},
    {"card", Role::device},
    {"gpu", Role::device},
    {"gpu_name", Role::device},
    {"name", Role::device},
    {"hostname", Role::device},
    {"host", Role::device},
    {"node", Role::device},
    {"local_rank", Role::device},
    {"rank", Role::device},
    {"id", Role::device},
    {"temp_c", Role::temp},
    {"temperature_c", Role::temp},
    {"temperature", Role::temp},
    {"degc", Role::temp},  // sadf's, whose TEMP counts the sensors
    {"temp", Role::temp},
    {"gpu_temp_c", Role::temp},
    {"gpu_temp", Role::temp},
    {"gpu_temperature", Role::temp},
    {"temperature_gpu", Role::temp},
    {"gpu_core_temperature", Role::temp},
    {"temp_gpu", Role::temp},
    {"cpu_temp_c", Role::temp},
    {"cpu_temp", Role::temp},
    {"cpu_temperature", Role::temp},
    {"temp_cpu", Role::temp},
    {"power_w", Role::power},
    {"power", Role::power},
    {"power_usage", Role::power},
    {"powerwatts", Role::power},
    {"watts", Role::power},
    {"power_watts", Role::power},
    {"power_draw_w", Role::power},
    {"power_draw", Role::power},
    {"gpu_power_w", Role::power},
    {"gpu_power", Role::power},
    {"gpu_power_draw", Role::power},
    {"cpu_power_w", Role::power},
    {"cpu_power", Role::power},
    {"package_power", Role::power},
    {"board_power_draw", Role::power},
    {"board_power", Role::power},
    {"util_pct", Role::util},
    {"util", Role::util},
    {"utilization_pct", Role::util},
    {"utilization", Role::util},
    {"utilisation", Role::util},
    {"gpu_util_pct", Role::util},
    {"gpu_util", Role::util},
    {"gpu_utilization", Role::util},
    {"utilization_gpu", Role::util},
    {"gpu_usage", Role::util},
    {"average_utilization_of_all_gpu_engines", Role::util},
    {"cpu_util_pct", Role::util},
    {"cpu_util", Role::util},
    {"cpu_percent", Role::util},
    {"load_pct", Role::util},
    {"usage", Role::util},
    {"gpu_load", Role::util},
    {"cpu_load", Role::util},
};

const Alias* find_alias(std::string_view name) {
    const auto it = std::find_if(std::begin(kAliases), std::end(kAliases),
                                 [&](const Alias& alias) { return alias.name == name; });
    return it == std::end(kAliases) ? nullptr : &*it;
}

bool is_unit_of(Role role, std::string_view unit) {
    constexpr std::array<std::string_view, 7> kTemp{"c", "celsius", "f", "fahrenheit", "k", "kelvin", "mc"};
    constexpr std::array<std::string_view, 6> kPower{"w", "watts", "mw", "milliwatts", "uw", "kw"};
    if (role == Role::temp) return std::find(kTemp.begin(), kTemp.end(), unit) != kTemp.end();
    if (role == Role::power) return std::find(kPower.begin(), kPower.end(), unit) != kPower.end();
    return role == Role::util && unit == "percent";
}

}  // namespace

void split_unit_off(ColumnName& column) {
    const std::size_t at = column.name.rfind('_');
    if (at == std::string::npos || !column.unit.empty() || find_alias(column.name) != nullptr) return;
    const std::string base = column.name.substr(0, at), unit = column.name.substr(at + 1);
    const Alias* const alias = find_alias(base);
    if (alias != nullptr && is_unit_of(alias->role, unit)) column = {base, unit};
}

Names normal_names(const std::vector<std::string>& header) {
    Names names;
    for (const std::string& cell : header) {
        names.push_back(normal_name(cell));
        split_unit_off(names.back());
    }
    return names;
}

std::map<Role, std::vector<std::size_t>> find_roles(const Names& names) {
    std::map<Role, std::vector<std::size_t>> found;
    for (const Alias& alias : kAliases) {
        for (std::size_t c = 0; c < names.size(); ++c) {
            if (names[c].name == alias.name) found[alias.role].push_back(c);
        }
    }
    return found;
}

std::optional<KnownName> known_name(std::string_view name) {
    const Alias* const alias = find_alias(name);
    if (alias == nullptr) return std::nullopt;
    return KnownName{alias->role, static_cast<std::size_t>(alias - std::begin(kAliases))};
}

Part part_of(std::string_view name) {
    const auto has = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
    if (has("gpu") || has("board_power")) return Part::gpu;
    return has("cpu") || has("package_power") ? Part::cpu : Part::unknown;
}

}  // namespace rle::formats
