// CPU utilisation from /proc/stat: the share of time that all CPUs together were not idle since an earlier
// reading.
#pragma once

#include <memory>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

/// Null where there is no /proc/stat.
std::unique_ptr<Source> probe_proc_stat(const SysRoot& root, std::vector<Missing>& missing);

}  // namespace rle::sensors
