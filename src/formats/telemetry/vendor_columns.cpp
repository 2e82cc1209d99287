#include "formats/telemetry/vendor_columns.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "formats/text/numbers.hpp"

namespace rle::formats {
namespace {

std::optional<std::size_t> column_called(const std::vector<std::string>& header, std::string_view name) {
    const auto it = std::find(header.begin(), header.end(), name);
    return it == header.end() ? std::nullopt : std::optional(static_cast<std::size_t>(it - header.begin()));
}

bool is_one_alone(Role role) {
    return role != Role::other && role != Role::ignored;
}

// Of the columns that may play a role, the one that does.
std::map<Role, std::size_t> chosen_columns(const std::vector<std::string>& header,
                                           std::span<const VendorColumn> known, const Table* table) {
    std::map<Role, std::vector<std::size_t>> candidates;
    for (const VendorColumn& entry : known) {
        const std::optional<std::size_t> at = column_called(header, entry.theirs);
        if (at && is_one_alone(entry.role)) candidates[entry.role].push_back(*at);
    }
    std::map<Role, std::size_t> chosen;
    for (const auto& [role, columns] : candidates)
        chosen[role] =
            table != nullptr && is_reading(role) ? first_with_numbers(*table, columns) : columns.front();
    return chosen;
}

}  // namespace

bool has_numbers(const Table& table, std::size_t column) {
    const std::vector<std::string> cells = table.next_cells(column);
    return std::any_of(cells.begin(), cells.end(), [](const std::string& cell) {
        return parse_with_unit(cell).kind == CellKind::number;
    });
}

std::size_t first_with_numbers(const Table& table, const std::vector<std::size_t>& columns) {
    if (columns.size() < 2) return columns.front();
    const auto it = std::find_if(columns.begin(), columns.end(),
                                 [&](std::size_t column) { return has_numbers(table, column); });
    return it == columns.end() ? columns.front() : *it;
}

TablePlan plan_by_names(const std::vector<std::string>& header, std::span<const VendorColumn> known,
                        const ReadOptions& options, const Table* table) {
    TablePlan plan;
    plan.start_us = options.start_us;
    plan.step_s = options.step_seconds;
    for (const std::string& name : header) {
        PlannedColumn column;
        column.role = name.empty() ? Role::ignored : Role::other;
        column.name = name;
        plan.columns.push_back(column);
    }
    const std::map<Role, std::size_t> chosen = chosen_columns(header, known, table);
    for (const VendorColumn& entry : known) {
        const std::optional<std::size_t> at = column_called(header, entry.theirs);
        if (!at || (is_one_alone(entry.role) && chosen.at(entry.role) != *at)) continue;
        PlannedColumn& column = plan.columns[*at];
        column.role = entry.role;
        column.scale = entry.scale;
        column.numeric = entry.role == Role::other;
        if (!entry.ours.empty()) column.name = entry.ours;
    }
    return plan;
}

}  // namespace rle::formats
