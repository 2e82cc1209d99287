// Tables of a vendor's column names: what each is to us. Readers of vendor formats hold one and make their
// plan from it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/registry.hpp"
#include "formats/telemetry_table.hpp"

namespace rle::formats {

struct VendorColumn {
    std::string_view theirs;
    Role role;
    std::string_view ours;  ///< name of a carried column
    double scale = 1.0;
};

/// A plan for `header` by the first entry of `known` that names each column; unknown columns are carried
/// under their own name. Of two columns for temperature, power or utilisation the one that stands earlier in
/// `known` goes, the other one is carried.
TablePlan plan_by_names(const std::vector<std::string>& header, std::span<const VendorColumn> known,
                        const ReadOptions& options);

}  // namespace rle::formats
