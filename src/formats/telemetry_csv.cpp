// Any CSV of telemetry with one row a sample: our telemetry.csv, the RLE monitor's, and whatever names its
// columns plainly.
#include "formats/telemetry_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "formats/date_order.hpp"
#include "formats/encoding.hpp"
#include "formats/numbers.hpp"
#include "formats/row_pieces.hpp"
#include "formats/vendor_columns.hpp"
#include "rlecouple/error.hpp"

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
    {"cpu_temp_c", Role::temp},
    {"cpu_temp", Role::temp},
    {"cpu_temperature", Role::temp},
    {"power_w", Role::power},
    {"power", Role::power},
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
    {"cpu_util_pct", Role::util},
    {"cpu_util", Role::util},
    {"cpu_percent", Role::util},
    {"load_pct", Role::util},
    {"usage", Role::util},
    {"gpu_load", Role::util},
    {"cpu_load", Role::util},
};

// Columns that we carry, and that later stages look for under one name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRenamed{
    {{"gpu_fan_pct", "fan_pct"},
     {"fan_speed_pct", "fan_pct"},
     {"fan_speed", "fan_pct"},
     {"fan", "fan_pct"},
     {"gpu_clock_mhz", "clock_mhz"}}};

using Names = std::vector<ColumnName>;

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

// "power_draw_mw" is power_draw in mW.
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

// The columns that may play each role, by the order of preference.
std::map<Role, std::vector<std::size_t>> find_roles(const Names& names) {
    std::map<Role, std::vector<std::size_t>> found;
    for (const Alias& alias : kAliases) {
        for (std::size_t c = 0; c < names.size(); ++c) {
            if (names[c].name == alias.name) found[alias.role].push_back(c);
        }
    }
    return found;
}

// One of temperature and power is enough: what needs the other is missing then, and said to be.
std::string what_is_missing(const std::vector<std::string>& header) {
    const auto roles = find_roles(normal_names(header));
    std::vector<std::string> missing;
    if (!roles.contains(Role::time) && !roles.contains(Role::t_s))
        missing.emplace_back("a time (timestamp or t_s)");
    if (!roles.contains(Role::temp) && !roles.contains(Role::power))
        missing.emplace_back("temp_c or power_w");
    return fmt::format("{}", fmt::join(missing, ", "));
}

bool is_header(const std::vector<std::string>& header) {
    return what_is_missing(header).empty();
}

// A whole number, by which a device may be called.
bool is_index(const std::string& cell) {
    const std::optional<double> number = parse_number(cell);
    return cell.empty() || (number && *number >= 0.0 && *number == std::trunc(*number));
}

// What may as well count the rows, or, as "gpu" does in some logs, tell how busy one is.
bool is_doubtful(std::string_view name) {
    return name == "gpu" || name == "serial" || name == "id" || name == "rank" || name == "local_rank";
}

// Values of which each comes again, one after the other.
bool takes_turns(const std::vector<std::string>& cells) {
    const std::size_t n = std::set<std::string>(cells.begin(), cells.end()).size();
    if (n < 2 || cells.size() < 2 * n) return false;
    std::size_t changes = 0, again = 0;
    for (std::size_t i = 1; i < cells.size(); ++i) {
        changes += cells[i] != cells[i - 1] ? 1 : 0;
        again += i >= n && cells[i] == cells[i - n] ? 1 : 0;
    }
    return 10 * again >= 9 * (cells.size() - n) && 10 * changes >= 9 * (cells.size() - 1);
}

// All rows of one value, then all of the next.
bool lies_in_blocks(const std::vector<std::string>& cells) {
    const std::set<std::string> values(cells.begin(), cells.end());
    std::size_t blocks = 1;
    for (std::size_t i = 1; i < cells.size(); ++i) blocks += cells[i] != cells[i - 1] ? 1 : 0;
    return values.size() > 1 && cells.size() >= 2 * values.size() && blocks == values.size();
}

// What may as well be a model, a machine that is the same in all rows, or a phase of the work.
bool is_label(std::string_view name) {
    return name == "name" || name == "gpu_name" || name == "hostname" || name == "host" || name == "node";
}

bool names_devices(const Table& table, std::size_t column, const ColumnName& name) {
    if (!is_doubtful(name.name) && !is_label(name.name)) return true;
    const std::vector<std::string> cells = table.next_cells(column);
    const bool numbers = std::any_of(cells.begin(), cells.end(), [](const std::string& cell) {
        return parse_with_unit(cell).kind == CellKind::number;
    });
    if (numbers && !std::all_of(cells.begin(), cells.end(), is_index)) return false;
    return name.unit.empty() && (takes_turns(cells) || (!is_label(name.name) && lies_in_blocks(cells)));
}

std::string device_by_names(const Names& names) {
    for (const std::string_view kind : {"gpu", "cpu"}) {
        for (const ColumnName& name : names) {
            if (name.name.find(kind) != std::string::npos) return std::string(kind);
        }
    }
    return "device0";
}

std::string name_of_carried(const std::string& header, const ColumnName& name, const Names& all) {
    for (const auto& [theirs, ours] : kRenamed) {
        const bool free = std::none_of(all.begin(), all.end(),
                                       [&, &taken = ours](const auto& n) { return n.name == taken; });
        if (name.name == theirs && free) return std::string(ours);
    }
    return header;
}

std::string_view unit_of(Role role) {
    return role == Role::temp ? "degC" : role == Role::power ? "W" : "%";
}

// A flag that is written as words gives way to one of numbers, of the same name.
void make_flags(const Table& table, const Names& names, TablePlan& plan) {
    for (std::size_t c = 0; c < names.size(); ++c) {
        const bool ours = plan.columns[c].name == "throttle";
        if ((!ours && names[c].name != "throttle_status") || plan.columns[c].role != Role::other) continue;
        const std::vector<std::string> cells = table.next_cells(c);
        const auto is_number = [](const std::string& cell) { return parse_number(cell).has_value(); };
        const auto is_flag = [](const std::string& cell) { return !flag_in_words(cell).empty(); };
        if (std::any_of(cells.begin(), cells.end(), is_number) ||
            std::none_of(cells.begin(), cells.end(), is_flag))
            continue;
        if (ours) plan.columns[c].role = Role::ignored;
        if (!ours &&
            std::any_of(names.begin(), names.end(), [](auto& name) { return name.name == "throttle"; }))
            continue;
        plan.columns[c].throttle = flag_in_words;
    }
}

// Of the columns that may play a role; missing: none of them does.
std::optional<std::size_t> chosen_column(const Table& table, const Names& names, Role role,
                                         const std::vector<std::size_t>& candidates) {
    if (is_reading(role)) return first_with_numbers(table, candidates);
    if (role != Role::device) return candidates.front();
    const auto it = std::find_if(candidates.begin(), candidates.end(),
                                 [&](std::size_t c) { return names_devices(table, c, names[c]); });
    return it == candidates.end() ? std::nullopt : std::optional(*it);
}

// A device that is called by a number needs a word in front.
std::string prefix_of_devices(const Table& table, std::size_t column, const std::string& name) {
    constexpr std::array<std::string_view, 7> kByIndex{"index", "gpu_index", "gpu_idx", "gpu_id",
                                                       "gpu",   "card",      "deviceid"};
    if (is_doubtful(name)) return name;
    if (std::find(kByIndex.begin(), kByIndex.end(), name) == kByIndex.end()) return {};
    const std::vector<std::string> cells = table.next_cells(column);
    return std::all_of(cells.begin(), cells.end(), is_index) ? "gpu" : "";
}

// As if every column were carried.
TablePlan plan_to_carry(const std::vector<std::string>& header, const Names& names) {
    TablePlan plan;
    std::map<std::string, int> uses;
    for (std::size_t c = 0; c < header.size(); ++c) {
        PlannedColumn column;
        column.role = header[c].empty() ? Role::ignored : Role::other;
        column.name = name_of_carried(header[c], names[c], names);
        if (const int nth = ++uses[column.name]; nth > 1) column.name += fmt::format("_{}", nth);
        plan.columns.push_back(column);
    }
    return plan;
}

TablePlan plan_of(const Table& table) {
    const std::vector<std::string>& header = table.header();
    const Names names = normal_names(header);
    TablePlan plan = plan_to_carry(header, names);
    plan.only_device = device_by_names(names);
    for (const auto& [role, candidates] : find_roles(names)) {
        const std::optional<std::size_t> c = chosen_column(table, names, role, candidates);
        if (!c) continue;
        plan.columns[*c].role = role;
        if (!apply_unit(names[*c].unit, plan.columns[*c]) && is_reading(role)) {
            plan.warnings.push_back(fmt::format("column '{}': the unit '{}' is not known; taken as {}",
                                                quotable(header[*c]), quotable(names[*c].unit),
                                                unit_of(role)));
        }
        if (role == Role::device) plan.device_prefix = prefix_of_devices(table, *c, names[*c].name);
    }
    make_flags(table, names, plan);
    return plan;
}

DateOrder date_order_of(const Table& table, const TablePlan& plan, const Source& source) {
    const auto time = std::find_if(plan.columns.begin(), plan.columns.end(),
                                   [](const PlannedColumn& column) { return column.role == Role::time; });
    if (time == plan.columns.end()) return DateOrder::unknown;
    const FoundDates dates = find_dates(table, static_cast<std::size_t>(time - plan.columns.begin()), source);
    const bool counts_too = std::any_of(plan.columns.begin(), plan.columns.end(),
                                        [](const PlannedColumn& column) { return column.role == Role::t_s; });
    if (!dates.doubtful.empty() && !counts_too) refuse_doubtful_dates(dates, source);
    return dates.order;
}

OpenRows open_table(const Source& source) {
    std::optional<Table> table = Table::open(source.text, is_header);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_telemetry_csv(source));
    TablePlan plan = plan_of(*table);
    plan.date_order = date_order_of(*table, plan, source);
    return {rows_of(std::move(*table), source), std::move(plan)};
}

}  // namespace

std::string refuse_telemetry_csv(const Source& source) {
    if (Table::open(source.text, is_header)) return {};
    CsvScanner scanner(source.text, guess_separator(source.text));
    Record first;
    scanner.next(first);
    return describe_missing("for " + what_is_missing({first.begin(), first.end()}), source.text);
}

Telemetry read_telemetry_csv(const Source& source) {
    return read_rows(open_table(source), source);
}

std::unique_ptr<TelemetryPieces> open_telemetry_csv(const Source& source) {
    return row_pieces(open_table(source), source);
}

}  // namespace rle::formats
