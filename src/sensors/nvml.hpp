// NVIDIA GPUs by way of NVML: temperature, power (instant and average), utilisation, energy, clocks, memory,
// fan, throttling. Each GPU is a source of its own, read in a thread of its own: a call that takes long, or
// never comes back, concerns that GPU alone.
#pragma once

#include <memory>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

/// One source a GPU; none where there is no NVML or no device. The library is the machine's own; below
/// another root, usr/lib/libnvidia-ml.so.1.
std::vector<std::unique_ptr<Source>> probe_nvml(const SysRoot& root, std::vector<Missing>& missing);

}  // namespace rle::sensors
