#include "sensors/amdgpu.hpp"

#include <string_view>

#include "sensors/file_source.hpp"

namespace rle::sensors {
namespace {

constexpr double kMilli = 1e-3;
constexpr double kMicro = 1e-6;
constexpr double kPerMiB = 1.0 / (1024.0 * 1024.0);
constexpr double kPercentOf255 = 100.0 / 255.0;  // pwm1 runs from 0 to 255

struct Card {
    std::string device;  // "/sys/class/drm/card0/device"
    std::string hwmon;   // "/sys/class/drm/card0/device/hwmon/hwmon3"
};

std::vector<Card> find_cards(const SysRoot& root) {
    std::vector<Card> cards;
    for (const std::string& name : root.list("/sys/class/drm")) {
        // "card0", not its connectors "card0-DP-1"
        if (name.rfind("card", 0) != 0 || name.find('-') != std::string::npos) continue;
        const std::string device = "/sys/class/drm/" + name + "/device";
        if (root.text(device + "/vendor").value_or("") != "0x1002") continue;
        for (const std::string& chip : root.list(device + "/hwmon")) {
            if (root.text(device + "/hwmon/" + chip + "/name").value_or("") != "amdgpu") continue;
            cards.push_back({device, device + "/hwmon/" + chip});
            break;
        }
    }
    return cards;
}

// The edge of the die, as every generation but the latest accelerators has it; there, the junction.
std::string temperature_stem(const SysRoot& root, const std::string& hwmon) {
    for (const std::string_view wanted : {"edge", "junction"}) {
        for (const char* stem : {"/temp1", "/temp2", "/temp3"}) {
            if (root.text(hwmon + stem + "_label").value_or("") == wanted) return hwmon + stem;
        }
    }
    return root.exists(hwmon + "/temp1_input") ? hwmon + "/temp1" : std::string{};
}

class Builder {
  public:
    Builder(const SysRoot& root, FileSource& source) : root_(root), source_(source) {}

    void add_card(const Card& card, const std::string& name) {
        const std::string temperature = temperature_stem(root_, card.hwmon);
        DeviceInfo device;
        device.name = name;
        device.kind = "gpu";
        device.model = root_.text(card.device + "/product_name").value_or("");
        if (device.model.empty()) device.model = "AMD " + root_.text(card.device + "/device").value_or("GPU");
        device.driver = "amdgpu";
        device.uuid = root_.text(card.device + "/unique_id").value_or(card.device);
        if (const auto cap = root_.number(card.hwmon + "/power1_cap")) device.rated_power_w = *cap * kMicro;
        if (const auto limit = root_.number(temperature + "_crit")) device.temp_limit_c = *limit * kMilli;
        source_.add_device(device);
        if (!temperature.empty()) add(name, "temp_c", temperature + "_input", kMilli, 1.0);
        if (!add(name, "power_w", card.hwmon + "/power1_average", kMicro, {})) {
            add(name, "power_w", card.hwmon + "/power1_input", kMicro, {});
        }
        add(name, "util_pct", card.device + "/gpu_busy_percent", 1.0, 1.0);
        add(name, "fan_pct", card.hwmon + "/pwm1", kPercentOf255, kPercentOf255);
        add(name, "clock_mhz", card.hwmon + "/freq1_input", kMicro, 1.0);
        add(name, "mem_used_mib", card.device + "/mem_info_vram_used", kPerMiB, {});
    }

  private:
    bool add(const std::string& device, const char* column, const std::string& path, double scale,
             std::optional<double> resolution) {
        if (!root_.number(path)) return false;
        Channel channel;
        channel.device = device;
        channel.column = column;
        channel.source = "amdgpu:" + path;
        channel.resolution = resolution;
        source_.add(channel, {path}, scale);
        return true;
    }

    const SysRoot& root_;
    FileSource& source_;
};

}  // namespace

std::unique_ptr<Source> probe_amdgpu(const SysRoot& root, std::vector<Missing>&) {
    const std::vector<Card> cards = find_cards(root);
    if (cards.empty()) return nullptr;
    auto source = std::make_unique<FileSource>(root);
    Builder builder(root, *source);
    for (std::size_t i = 0; i < cards.size(); ++i) {
        builder.add_card(cards[i], cards.size() == 1 ? "gpu" : "gpu" + std::to_string(i));
    }
    return source;
}

}  // namespace rle::sensors
