// Any CSV of telemetry with one row a sample: our telemetry.csv, the RLE monitor's, and whatever names its
// columns plainly.
#include "formats/telemetry/telemetry_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "formats/source_table.hpp"
#include "formats/telemetry/row_pieces.hpp"
#include "formats/telemetry/telemetry_names.hpp"
#include "formats/telemetry/vendor_columns.hpp"
#include "formats/text/date_order.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

// Columns that we carry, and that later stages look for under one name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRenamed{
    {{"gpu_fan_pct", "fan_pct"},
     {"fan_speed_pct", "fan_pct"},
     {"fan_speed", "fan_pct"},
     {"fan", "fan_pct"},
     {"gpu_clock_mhz", "clock_mhz"}}};

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

// Of every row a number, one more than that of the row above: what pandas writes in front of a table.
bool counts_rows(const std::vector<std::string>& cells) {
    constexpr std::size_t kMostDevices = 16;  // of one time, one below the other
    if (cells.size() <= kMostDevices) return false;
    for (std::size_t i = 1; i < cells.size(); ++i) {
        const std::optional<double> above = parse_number(cells[i - 1]), number = parse_number(cells[i]);
        if (!above || !number || *number != *above + 1.0) return false;
    }
    return true;
}

// What may as well be a model, a machine that is the same in all rows, or a phase of the work.
bool is_label(std::string_view name) {
    return name == "name" || name == "gpu_name" || name == "hostname" || name == "host" || name == "node";
}

bool names_devices(const Table& table, std::size_t column, const ColumnName& name) {
    const std::vector<std::string> cells = table.next_cells(column);
    if (!is_doubtful(name.name) && !is_label(name.name)) return !counts_rows(cells);
    const bool numbers = std::any_of(cells.begin(), cells.end(), [](const std::string& cell) {
        return parse_with_unit(cell).kind == CellKind::number;
    });
    if (numbers && !std::all_of(cells.begin(), cells.end(), is_index)) return false;
    return name.unit.empty() && (takes_turns(cells) || (!is_label(name.name) && lies_in_blocks(cells)));
}

using Roles = std::map<Role, std::vector<std::size_t>>;

// Does the table say this of that part of the machine, or of one that it does not name?
bool tells(const Table& table, const Names& names, const Roles& roles, Role role, Part part) {
    const auto candidates = roles.find(role);
    return candidates != roles.end() &&
           std::any_of(candidates->second.begin(), candidates->second.end(), [&](std::size_t c) {
               const Part own = part_of(names[c].name);
               return (own == part || own == Part::unknown) && has_numbers(table, c);
           });
}

// Never one part's heat beside the other's power: the GPU where both are told of it, else the CPU where both
// are, else the GPU. Unknown: only one of them is named.
Part chosen_part(const Table& table, const Names& names, const Roles& roles) {
    std::set<Part> named;
    for (const auto& [role, candidates] : roles) {
        for (const std::size_t c : candidates) {
            if (role == Role::temp || role == Role::power) named.insert(part_of(names[c].name));
        }
    }
    if (!named.contains(Part::gpu) || !named.contains(Part::cpu))
        return named.contains(Part::gpu) ? Part::gpu : named.contains(Part::cpu) ? Part::cpu : Part::unknown;
    const auto both = [&](Part part) {
        return tells(table, names, roles, Role::temp, part) && tells(table, names, roles, Role::power, part);
    };
    return !both(Part::gpu) && both(Part::cpu) ? Part::cpu : Part::gpu;
}

// Takes out the readings of the other part; of those that then lack, a warning.
void keep_part(Part part, const std::vector<std::string>& header, const Names& names, Roles& roles,
               std::vector<std::string>& warnings) {
    if (part == Part::unknown) return;
    const Part other = part == Part::gpu ? Part::cpu : Part::gpu;
    for (auto& [role, candidates] : roles) {
        if (!is_reading(role)) continue;
        const std::size_t first = candidates.front();
        std::erase_if(candidates, [&](std::size_t c) { return part_of(names[c].name) == other; });
        if (candidates.empty())
            warnings.push_back(
                fmt::format("column '{}' is not of the {}, whose readings are taken; it is carried",
                            quotable(header[first]), part == Part::gpu ? "GPU" : "CPU"));
    }
    std::erase_if(roles, [](const auto& entry) { return entry.second.empty(); });
}

std::string device_by_names(const Names& names, Part part) {
    if (part != Part::unknown) return part == Part::gpu ? "gpu" : "cpu";
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
    plan.warnings = describe_repeated(header, "of those read as one reading the first with numbers is taken");
    Roles roles = find_roles(names);
    const Part part = chosen_part(table, names, roles);
    keep_part(part, header, names, roles, plan.warnings);
    plan.only_device = device_by_names(names, part);
    for (const auto& [role, candidates] : roles) {
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

OpenRows open_rows(const Source& source) {
    std::optional<Table> table = open_table(source, is_header);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_telemetry_csv(source));
    TablePlan plan = plan_of(*table);
    plan.start_us = source.options.start_us;
    plan.date_order = date_order_of(*table, plan, source);
    return {rows_of(std::move(*table), source), std::move(plan)};
}

}  // namespace

std::string refuse_telemetry_csv(const Source& source) {
    if (open_table(source, is_header)) return {};
    return describe_missing("for " + what_is_missing(first_names(source)), source, "--columns");
}

Telemetry read_telemetry_csv(const Source& source) {
    return read_rows(open_rows(source), source);
}

std::unique_ptr<TelemetryPieces> open_telemetry_csv(const Source& source) {
    return row_pieces(open_rows(source), source);
}

}  // namespace rle::formats
