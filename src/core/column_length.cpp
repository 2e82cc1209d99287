#include "core/column_length.hpp"

#include <fmt/format.h>

#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle {

void check_length(const std::string& where, std::string_view column, std::size_t values, std::size_t rows) {
    if (values == 0 || values == rows) return;
    throw Error(
        ErrorKind::failed, where,
        fmt::format("{} has {}, the table {}", column, counted(values, "value"), counted(rows, "row")));
}

}  // namespace rle
