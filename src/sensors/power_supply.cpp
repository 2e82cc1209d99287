#include "sensors/power_supply.hpp"

#include <cmath>
#include <optional>
#include <string>

namespace rle::sensors {
namespace {

constexpr const char* kFolder = "/sys/class/power_supply/";
constexpr double kMicro = 1e-6;

// One battery: power_now in uW, or current_now (uA, in either sign) times voltage_now (uV).
class Battery {
  public:
    Battery(const SysRoot& root, const std::string& folder)
        : status_(root, folder + "/status"),
          power_(root, folder + "/power_now"),
          current_(root, folder + "/current_now"),
          voltage_(root, folder + "/voltage_now") {}

    /// W given; 0 where it rests, missing where it is charged or cannot be read.
    double watts() {
        const auto status = status_.text();
        if (!status) return kMissing;
        if (status->rfind("Discharging", 0) != 0) return status->rfind("Charging", 0) == 0 ? kMissing : 0.0;
        if (const auto power = power_.number()) return std::abs(*power) * kMicro;
        const auto current = current_.number();
        const auto voltage = voltage_.number();
        return current && voltage ? std::abs(*current * kMicro) * *voltage * kMicro : kMissing;
    }

    std::string problem() const { return status_.problem(); }

  private:
    SysFile status_, power_, current_, voltage_;
};

class PowerSupply final : public Source {
  public:
    PowerSupply(const SysRoot& root, const std::vector<std::string>& folders) {
        for (const std::string& folder : folders) batteries_.emplace_back(root, folder);
        DeviceInfo cpu;
        cpu.name = cpu.kind = "cpu";
        devices_.push_back(cpu);
        channels_.push_back(
            {.device = "cpu", .column = "system_power_w", .source = "power_supply:" + folders.front()});
    }

    // All batteries rest: the machine runs on mains, and nobody knows with what power.
    void read(const Instant&, std::span<double> values) override {
        double sum = 0.0;
        for (Battery& battery : batteries_) sum += battery.watts();
        if (sum > 0.0) values[0] = sum;
    }

    std::string problem() const override {
        for (const Battery& battery : batteries_) {
            if (!battery.problem().empty()) return battery.problem();
        }
        return {};
    }

  private:
    std::vector<Battery> batteries_;
};

}  // namespace

std::unique_ptr<Source> probe_power_supply(const SysRoot& root, std::vector<Missing>&) {
    std::vector<std::string> folders;
    for (const std::string& name : root.list(kFolder)) {
        const std::string folder = kFolder + name;
        if (root.text(folder + "/type").value_or("") != "Battery") continue;
        if (root.text(folder + "/scope").value_or("") == "Device") continue;  // a mouse's
        const bool tells = root.exists(folder + "/power_now") ||
                           (root.exists(folder + "/current_now") && root.exists(folder + "/voltage_now"));
        if (tells && root.exists(folder + "/status")) folders.push_back(folder);
    }
    if (folders.empty()) return nullptr;
    return std::make_unique<PowerSupply>(root, folders);
}

}  // namespace rle::sensors
