#include "sensors/hwmon.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sensors/file_source.hpp"

namespace rle::sensors {
namespace {

constexpr double kMilli = 1e-3;

// Chips that measure a CPU, and the label of the reading that stands for the whole package, best first.
struct Chip {
    std::string_view name;
    std::array<std::string_view, 2> labels;
    double resolution_c;
};
constexpr std::array kChips{
    Chip{"coretemp", {"Package id", ""}, 1.0},  // Intel
    Chip{"k10temp", {"Tdie", "Tctl"}, 0.125},   // AMD; Tctl may carry an offset for the fan's sake
    Chip{"zenpower", {"Tdie", "Tctl"}, 0.125}, Chip{"cpu_thermal", {"", ""}, 0.001},  // Arm boards
    Chip{"via_cputemp", {"", ""}, 1.0},
};

struct Found {
    const Chip* chip = nullptr;
    std::vector<std::string> stems;  // "/sys/class/hwmon/hwmon2/temp1", one a package
};

std::string stem_of_package(const SysRoot& root, const std::string& folder, const Chip& chip) {
    const std::vector<std::string> names = root.list(folder);
    for (const std::string_view wanted : chip.labels) {
        for (const std::string& name : names) {
            const std::size_t tail = name.rfind("_input");
            if (name.rfind("temp", 0) != 0 || tail == std::string::npos) continue;
            const std::string stem = folder + "/" + name.substr(0, tail);
            const std::string label = root.text(stem + "_label").value_or("");
            if (wanted.empty() || label.rfind(wanted, 0) == 0) return stem;
        }
    }
    return {};
}

Found find_chip(const SysRoot& root) {
    Found best;
    for (const std::string& name : root.list("/sys/class/hwmon")) {
        const std::string folder = "/sys/class/hwmon/" + name;
        const std::string chip_name = root.text(folder + "/name").value_or("");
        const auto chip =
            std::find_if(kChips.begin(), kChips.end(), [&](const Chip& c) { return c.name == chip_name; });
        if (chip == kChips.end()) continue;
        const std::string stem = stem_of_package(root, folder, *chip);
        if (stem.empty()) continue;
        if (best.chip == nullptr || &*chip < best.chip) best = {&*chip, {}};
        if (best.chip == &*chip) best.stems.push_back(stem);
    }
    return best;
}

}  // namespace

std::unique_ptr<Source> probe_hwmon(const SysRoot& root, std::vector<Missing>& missing) {
    const Found found = find_chip(root);
    if (found.chip == nullptr) return nullptr;
    std::vector<std::string> paths;
    for (const std::string& stem : found.stems) paths.push_back(stem + "_input");
    if (!root.number(paths.front())) {
        SysFile file(root, paths.front());
        file.number();
        missing.push_back({"cpu", "temp_c", file.problem(), "see the kernel's log: dmesg"});
        return nullptr;
    }
    auto source = std::make_unique<FileSource>(root);
    DeviceInfo cpu;
    cpu.name = cpu.kind = "cpu";
    cpu.driver = std::string(found.chip->name);
    if (const auto limit = root.number(found.stems.front() + "_crit")) cpu.temp_limit_c = *limit * kMilli;
    source->add_device(cpu);
    Channel channel{.device = "cpu", .column = "temp_c", .source = "hwmon:" + paths.front()};
    channel.resolution = found.chip->resolution_c;
    source->add(channel, paths, kMilli);
    return source;
}

}  // namespace rle::sensors
