// THE table of live sources. The order is the order of preference: the first source to give a quantity of a
// device gives it.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

struct SourceEntry {
    std::string_view name;
    std::string_view summary;  ///< what it gives, from where
    /// What can be read, and into `missing` what is there but cannot.
    std::vector<std::unique_ptr<Source>> (*probe)(const SysRoot& root, std::vector<Missing>& missing);
};

std::span<const SourceEntry> source_table();

/// What a machine offers.
struct Probed {
    std::vector<std::unique_ptr<Source>> sources;  ///< in the order of preference
    std::vector<Missing> missing;                  ///< what is there but cannot be read
};

/// Asks every source of the table.
Probed probe_all(const SysRoot& root);

}  // namespace rle::sensors
