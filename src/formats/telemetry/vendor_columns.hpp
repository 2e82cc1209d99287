// Tables of a vendor's column names: what each is to us. Readers of vendor formats hold one and make their
// plan from it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/registry.hpp"
#include "formats/telemetry/telemetry_table.hpp"

namespace rle::formats {

struct VendorColumn {
    std::string_view theirs;
    Role role;
    std::string_view ours;  ///< name of a carried column
    double scale = 1.0;
};

/// A plan for `header` by the first entry of `known` that names each column; unknown columns are carried
/// under their own name. Of two columns for temperature, power or utilisation the one that stands earlier in
/// `known` goes, unless `table` is given and has numbers in the later one only; the other one is carried.
TablePlan plan_by_names(const std::vector<std::string>& header, std::span<const VendorColumn> known,
                        const ReadOptions& options, const Table* table = nullptr);

/// Is there a number in the column's next 1,000 lines?
bool has_numbers(const Table& table, std::size_t column);
/// The first of these columns in which the table has numbers; where none has, the first. `columns` is not
/// empty.
std::size_t first_with_numbers(const Table& table, const std::vector<std::size_t>& columns);

}  // namespace rle::formats
