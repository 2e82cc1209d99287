// CPU power and energy from the RAPL counters that the kernel shows in /sys/class/powercap (Intel, and AMD
// since Zen).
//
// The counters hold microjoules and wrap around at max_energy_range_uj; power is what they rose by since an
// earlier reading.
#pragma once

#include <memory>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

/// Null where there are no counters or they cannot be read; `missing` says which and what to do.
std::unique_ptr<Source> probe_rapl(const SysRoot& root, std::vector<Missing>& missing);

}  // namespace rle::sensors
