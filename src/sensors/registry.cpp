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

using Sources = std::vector<std::unique_ptr<Source>>;

// A kind of source of which there is one or none.
template <std::unique_ptr<Source> (*probe)(const SysRoot&, std::vector<Missing>&)>
Sources one(const SysRoot& root, std::vector<Missing>& missing) {
    Sources sources;
    if (auto source = probe(root, missing)) sources.push_back(std::move(source));
    return sources;
}

constexpr std::array kSources{
    SourceEntry{"nvml", "NVIDIA GPUs by way of the driver's NVML", probe_nvml},
    SourceEntry{"amdgpu", "AMD GPUs from /sys/class/drm", one<probe_amdgpu>},
    SourceEntry{"proc", "CPU utilisation from /proc/stat", one<probe_proc_stat>},
    SourceEntry{"hwmon", "CPU temperature from /sys/class/hwmon (coretemp, k10temp, ...)", one<probe_hwmon>},
    SourceEntry{"rapl", "CPU power and energy from /sys/class/powercap", one<probe_rapl>},
    SourceEntry{"power_supply", "the machine's power on battery, from /sys/class/power_supply",
                one<probe_power_supply>},
    SourceEntry{"thermal", "temperatures from /sys/class/thermal", one<probe_thermal_zones>},
};

}  // namespace

std::span<const SourceEntry> source_table() {
    return kSources;
}

Probed probe_all(const SysRoot& root) {
    Probed probed;
    for (const SourceEntry& entry : kSources) {
        for (auto& source : entry.probe(root, probed.missing)) probed.sources.push_back(std::move(source));
    }
    return probed;
}

}  // namespace rle::sensors
