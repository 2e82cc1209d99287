// The table that a file holds, below its own header or under the names that the user gives its columns.
//
// Invariant: no row is taken for a header, and none is passed over as what stands in front of one unless it
// is counted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/registry.hpp"
#include "formats/table.hpp"

namespace rle::formats {

/// Missing: neither a line of the file nor the names given are a header. Throws Error{failed} where names
/// are given to a file that has a header of its own, or other than as many as its rows have cells.
std::optional<Table> open_table(const Source& source, const Table::IsHeader& is_header);

/// The names that the user gives, else the cells of the file's first line.
std::vector<std::string> first_names(const Source& source);

/// Why a file is no table with these columns: "no column power_w; found a, b, c", or what else is wrong.
/// `option` is the one that names the columns.
std::string describe_missing(const std::string& columns, const Source& source, std::string_view option);

}  // namespace rle::formats
