#include "cli/table.hpp"

#include <algorithm>

namespace rle::cli {

std::vector<std::string> all_names(const Frame& frame) {
    std::vector<std::string> names = frame.names;
    names.insert(names.end(), frame.unread.begin(), frame.unread.end());
    std::sort(names.begin(), names.end());
    return names;
}

Frame with_columns(const Frame& table, const std::vector<std::string>& names) {
    Frame part;
    part.t_s = table.t_s;
    part.unread = table.unread;
    part.device = table.device;
    part.only_device = table.only_device;
    part.modelled = table.modelled;
    part.warnings = table.warnings;
    for (std::size_t c = 0; c < table.names.size(); ++c) {
        if (std::find(names.begin(), names.end(), table.names[c]) == names.end()) {
            part.unread.push_back(table.names[c]);
            continue;
        }
        part.names.push_back(table.names[c]);
        part.columns.push_back(table.columns[c]);
    }
    return part;
}

std::optional<std::vector<double>> ColumnUses::take(const std::string& name) {
    if (const auto use = uses_.find(name); use != uses_.end()) uses_.erase(use);
    const auto found = std::find(frame_.names.begin(), frame_.names.end(), name);
    if (found == frame_.names.end()) return std::nullopt;
    std::vector<double>& column = frame_.columns[static_cast<std::size_t>(found - frame_.names.begin())];
    if (uses_.count(name) > 0) return column;
    return std::move(column);
}

}  // namespace rle::cli
