// Temperatures from thermal zones (/sys/class/thermal): edge and mobile devices, and CPUs without a hwmon
// chip.
#pragma once

#include <memory>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

/// Null where no zone is known to measure a CPU or a GPU.
std::unique_ptr<Source> probe_thermal_zones(const SysRoot& root, std::vector<Missing>& missing);

}  // namespace rle::sensors
