#include "formats/vendor_columns.hpp"

#include <algorithm>
#include <optional>

#include "formats/numbers.hpp"

namespace rle::formats {
namespace {

std::optional<std::size_t> column_called(const std::vector<std::string>& header, std::string_view name) {
    const auto it = std::find(header.begin(), header.end(), name);
    return it == header.end() ? std::nullopt : std::optional(static_cast<std::size_t>(it - header.begin()));
}

bool is_one_alone(Role role) {
    return role != Role::other && role != Role::ignored;
}

// Of those that may play the role.
std::size_t chosen_column(const std::vector<std::string>& header, std::span<const VendorColumn> known,
                          Role role, const Table* table) {
    std::vector<std::size_t> columns;
    for (const VendorColumn& entry : known) {
        const std::optional<std::size_t> at = column_called(header, entry.theirs);
        if (at && entry.role == role) columns.push_back(*at);
    }
    const bool reading = role == Role::temp || role == Role::power || role == Role::util;
    return table != nullptr && reading ? first_with_numbers(*table, columns) : columns.front();
}

}  // namespace

std::size_t first_with_numbers(const Table& table, const std::vector<std::size_t>& columns) {
    if (columns.size() < 2) return columns.front();
    const auto has_numbers = [&](std::size_t column) {
        const std::vector<std::string> cells = table.next_cells(column);
        return std::any_of(cells.begin(), cells.end(), [](const std::string& cell) {
            return parse_with_unit(cell).kind == CellKind::number;
        });
    };
    const auto it = std::find_if(columns.begin(), columns.end(), has_numbers);
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
    for (const VendorColumn& entry : known) {
        const std::optional<std::size_t> at = column_called(header, entry.theirs);
        if (!at || (is_one_alone(entry.role) && chosen_column(header, known, entry.role, table) != *at))
            continue;
        PlannedColumn& column = plan.columns[*at];
        column.role = entry.role;
        column.scale = entry.scale;
        column.numeric = entry.role == Role::other;
        if (!entry.ours.empty()) column.name = entry.ours;
    }
    return plan;
}

}  // namespace rle::formats
