#include "formats/vendor_columns.hpp"

#include <algorithm>

namespace rle::formats {

TablePlan plan_by_names(const std::vector<std::string>& header, std::span<const VendorColumn> known,
                        const ReadOptions& options) {
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
        const auto it = std::find(header.begin(), header.end(), entry.theirs);
        if (it == header.end()) continue;
        const bool taken = entry.role != Role::other && entry.role != Role::ignored &&
                           std::any_of(plan.columns.begin(), plan.columns.end(),
                                       [&](const PlannedColumn& c) { return c.role == entry.role; });
        if (taken) continue;
        PlannedColumn& column = plan.columns[static_cast<std::size_t>(it - header.begin())];
        column.role = entry.role;
        column.scale = entry.scale;
        column.numeric = entry.role == Role::other;
        if (!entry.ours.empty()) column.name = entry.ours;
    }
    return plan;
}

}  // namespace rle::formats
