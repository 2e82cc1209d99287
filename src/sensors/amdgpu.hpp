// AMD GPUs by way of sysfs: /sys/class/drm/cardN/device and the hwmon chip below it
// (Documentation/gpu/amdgpu/thermal).
#pragma once

#include <memory>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

/// Null where there is no AMD GPU.
std::unique_ptr<Source> probe_amdgpu(const SysRoot& root, std::vector<Missing>& missing);

}  // namespace rle::sensors
