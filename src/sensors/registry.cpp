#include "sensors/registry.hpp"

#include <array>

#include "sensors/amdgpu.hpp"
#include "sensors/hwmon.hpp"
#include "sensors/nvml.hpp"
#include "sensors/power_supply.hpp"
#include "sensors/proc_stat.hpp"
#include "sensors/rapl.hpp"
#include "sensors/thermal_zone.hpp"

namespace rle::sensors {
namespace {

constexpr std::array kSources{
    SourceEntry{"nvml", "NVIDIA GPUs by way of the driver's NVML", probe_nvml},
    SourceEntry{"amdgpu", "AMD GPUs from /sys/class/drm", probe_amdgpu},
    SourceEntry{"proc", "CPU utilisation from /proc/stat", probe_proc_stat},
    SourceEntry{"hwmon", "CPU temperature from /sys/class/hwmon (coretemp, k10temp, ...)", probe_hwmon},
    SourceEntry{"rapl", "CPU power and energy from /sys/class/powercap", probe_rapl},
    SourceEntry{"power_supply", "the machine's power on battery, from /sys/class/power_supply",
                probe_power_supply},
    SourceEntry{"thermal", "temperatures from /sys/class/thermal", probe_thermal_zones},
};

}  // namespace

std::span<const SourceEntry> source_table() {
    return kSources;
}

Probed probe_all(const SysRoot& root) {
    Probed probed;
    for (const SourceEntry& entry : kSources) {
        if (auto source = entry.probe(root, probed.missing)) probed.sources.push_back(std::move(source));
    }
    return probed;
}

}  // namespace rle::sensors
