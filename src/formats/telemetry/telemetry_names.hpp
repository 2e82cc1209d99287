// What columns of telemetry are usually called: names, whatever wrote them, made into roles.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/table.hpp"
#include "formats/telemetry/telemetry_table.hpp"

namespace rle::formats {

using Names = std::vector<ColumnName>;

/// The names of a header, with the unit that a name ends in taken off it.
Names normal_names(const std::vector<std::string>& header);
/// "power_draw_mw" is power_draw in mW.
void split_unit_off(ColumnName& column);

/// What a normal name means; of several columns for a role the lowest rank goes.
struct KnownName {
    Role role = Role::other;
    std::size_t rank = 0;
};
std::optional<KnownName> known_name(std::string_view name);

/// The columns that may play each role, by the order of preference.
std::map<Role, std::vector<std::size_t>> find_roles(const Names& names);

/// What a column is of, as far as its name says.
enum class Part { unknown, gpu, cpu };
Part part_of(std::string_view name);

}  // namespace rle::formats
