// Columns of one table have one length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rle {

/// Throws Error{failed} where a column has neither `rows` values nor none at all.
void check_length(const std::string& where, std::string_view column, std::size_t values, std::size_t rows);

}  // namespace rle
