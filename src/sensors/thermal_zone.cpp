#include "sensors/thermal_zone.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

#include "sensors/file_source.hpp"

namespace rle::sensors {
namespace {

constexpr double kMilli = 1e-3;

// What a zone's type begins with (in lower case) and the device it stands for, best first.
struct ZoneType {
    std::string_view prefix;
    std::string_view device;
};
constexpr std::array kTypes{
    ZoneType{"x86_pkg_temp", "cpu"}, ZoneType{"cpu", "cpu"},  ZoneType{"soc", "cpu"},
    ZoneType{"bigcore", "cpu"},      ZoneType{"tcpu", "cpu"}, ZoneType{"gpu", "gpu"},
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// The lowest trip point at which the kernel slows the device down.
std::optional<double> limit_of(const SysRoot& root, const std::string& zone) {
    std::optional<double> lowest;
    for (const std::string& name : root.list(zone)) {
        const std::size_t tail = name.rfind("_type");
        if (name.rfind("trip_point_", 0) != 0 || tail == std::string::npos) continue;
        if (root.text(zone + "/" + name).value_or("") != "passive") continue;
        const auto temp = root.number(zone + "/" + name.substr(0, tail) + "_temp");
        if (temp && *temp > 0.0 && (!lowest || *temp * kMilli < *lowest)) lowest = *temp * kMilli;
    }
    return lowest;
}

std::vector<std::string> zones_of(const SysRoot& root, const ZoneType& type) {
    std::vector<std::string> zones;
    for (const std::string& name : root.list("/sys/class/thermal")) {
        if (name.rfind("thermal_zone", 0) != 0) continue;
        const std::string zone = "/sys/class/thermal/" + name;
        if (lower(root.text(zone + "/type").value_or("")).rfind(type.prefix, 0) != 0) continue;
        if (root.number(zone + "/temp")) zones.push_back(zone);
    }
    return zones;
}

void add_zones(FileSource& source, const SysRoot& root, const ZoneType& type,
               const std::vector<std::string>& zones) {
    DeviceInfo device;
    device.name = device.kind = std::string(type.device);
    device.temp_limit_c = limit_of(root, zones.front());
    source.add_device(device);
    std::vector<std::string> paths;
    for (const std::string& zone : zones) paths.push_back(zone + "/temp");
    Channel channel{.device = device.name, .column = "temp_c", .source = "thermal:" + paths.front()};
    source.add(channel, paths, kMilli);
}

}  // namespace

std::unique_ptr<Source> probe_thermal_zones(const SysRoot& root, std::vector<Missing>&) {
    auto source = std::make_unique<FileSource>(root);
    std::string_view done;
    for (const ZoneType& type : kTypes) {
        if (type.device == done) continue;
        const std::vector<std::string> zones = zones_of(root, type);
        if (zones.empty()) continue;
        add_zones(*source, root, type, zones);
        done = type.device;
    }
    if (source->channels().empty()) return nullptr;
    return source;
}

}  // namespace rle::sensors
