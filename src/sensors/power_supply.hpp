// Power of the whole machine from /sys/class/power_supply: what its batteries give while it runs on them.
//
// It is not the CPU's power and never stands for it: the column is system_power_w. On mains there is no
// reading, for a charger does not tell what it delivers.
#pragma once

#include <memory>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

/// Null where there is no battery that tells of its power.
std::unique_ptr<Source> probe_power_supply(const SysRoot& root, std::vector<Missing>& missing);

}  // namespace rle::sensors
