// CPU temperature from the kernel's hardware monitoring chips (/sys/class/hwmon;
// Documentation/hwmon/sysfs-interface).
#pragma once

#include <memory>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

/// Null where no chip of a CPU is there.
std::unique_ptr<Source> probe_hwmon(const SysRoot& root, std::vector<Missing>& missing);

}  // namespace rle::sensors
