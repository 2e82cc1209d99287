// The rows of a table in the order of time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rle {

/// The rows in strictly ascending time: sorted, of equal times the first; rows without a time are left out.
/// Missing: all rows, as they are. What was sorted or left out is added to the warnings.
std::optional<std::vector<std::size_t>> rows_in_time(const std::vector<double>& t_s,
                                                     std::vector<std::string>& warnings);

}  // namespace rle
