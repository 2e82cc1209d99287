#include "sensors/nvml.hpp"

#include <cstdint>
#include <functional>

#include "rlecouple/quantities.hpp"
#include "sensors/nvml_library.hpp"
#include "sensors/patient.hpp"

namespace rle::sensors {
namespace {

constexpr double kPatience = 0.25;

// Power changes every 100 ms. What an averaged reading lags behind a step of power was measured on an H100
// PCIe (0.485 to 0.514 s) and an RTX 3090 (0.597 to 0.613 s), the instant one on the H100 (0.024 to 0.097 s);
// other devices are taken to be alike.
constexpr double kPowerPeriod = 0.1;
constexpr double kInstantDelay = 0.06, kInstantDelaySd = 0.03;
constexpr double kAverageDelay = 0.55, kAverageDelaySd = 0.06;
constexpr double kAmpere = 7;

using Reading = std::function<std::optional<double>(NvmlDevice&)>;

std::optional<double> throttle_flag(NvmlDevice& device) {
    const auto bits = device.event_reasons();
    if (!bits) return std::nullopt;
    return (static_cast<std::uint64_t>(*bits) & kNvidiaThrottling) != 0 ? 1.0 : 0.0;
}

// Power as nvidia-smi's power.draw has it is an average from Ampere on; GA100 is the exception.
bool usage_is_average(NvmlDevice& device) {
    const std::string name = device.name();
    const bool ga100 = name.find("A100") != std::string::npos || name.find("A30") != std::string::npos ||
                       name.find("A800") != std::string::npos;
    return device.architecture().value_or(0.0) >= kAmpere && !ga100;
}

class Nvml final : public Source {
  public:
    explicit Nvml(const std::shared_ptr<NvmlLibrary>& library) {
        const unsigned count = library->device_count();
        const std::string driver = "NVIDIA " + library->driver_version();
        gpus_.reserve(count);
        for (unsigned index = 0; index < count; ++index) {
            gpus_.emplace_back(library, index);
            add_device(gpus_.back(), count == 1 ? "gpu" : "gpu" + std::to_string(index), driver);
            add_channels(index);
        }
    }

    void read(const Instant&, std::span<double> values) override {
        problem_.clear();
        for (std::size_t i = 0; i < readings_.size(); ++i) {
            NvmlDevice& gpu = gpus_[gpu_of_[i]];
            if (const auto value = readings_[i](gpu))
                values[i] = *value;
            else if (problem_.empty())
                problem_ = channels_[i].device + ": NVML: " + gpu.last_error();
        }
    }

    std::string problem() const override { return problem_; }

  private:
    void add_device(NvmlDevice& gpu, const std::string& name, const std::string& driver) {
        DeviceInfo device;
        device.name = name;
        device.kind = "gpu";
        device.model = gpu.name();
        device.driver = driver;
        device.uuid = gpu.uuid();
        device.rated_power_w = gpu.power_limit_w();
        device.temp_limit_c = gpu.slowdown_temp_c();
        devices_.push_back(device);
    }

    // What the device does not support is no channel; what fails this once is one.
    Channel* add(unsigned gpu, const char* column, const char* source, Reading reading) {
        if (!reading(gpus_[gpu]) && gpus_[gpu].unsupported()) return nullptr;
        Channel channel;
        channel.device = devices_[gpu].name;
        channel.column = column;
        channel.source = std::string("nvml:") + source;
        readings_.push_back(std::move(reading));
        gpu_of_.push_back(gpu);
        channels_.push_back(channel);
        return &channels_.back();
    }

    static void describe(Channel* channel, std::optional<double> resolution, std::optional<double> period_s) {
        if (channel == nullptr) return;
        channel->resolution = resolution;
        channel->update_period_s = period_s;
    }

    static void delay(Channel* channel, double delay_s, double sd_s) {
        if (channel == nullptr) return;
        channel->delay_s = delay_s;
        channel->delay_sd_s = sd_s;
    }

    void add_channels(unsigned gpu) {
        describe(add(gpu, "temp_c", "temperature", &NvmlDevice::temp_c), 1.0, std::nullopt);
        add_power(gpu);
        // The driver samples whether kernels ran; the reading is renewed every 0.2 to 0.6 s.
        describe(add(gpu, "util_pct", "utilization", &NvmlDevice::util_pct), 1.0, 0.4);
        describe(add(gpu, "fan_pct", "fan", &NvmlDevice::fan_pct), 1.0, std::nullopt);
        describe(add(gpu, "energy_j", "total energy", &NvmlDevice::energy_j), 1e-3, kPowerPeriod);
        describe(add(gpu, "clock_mhz", "clock SM", &NvmlDevice::clock_mhz), 1.0, std::nullopt);
        add(gpu, "mem_used_mib", "memory", &NvmlDevice::mem_used_mib);
        add(gpu, "throttle", "event reasons", throttle_flag);
        add(gpu, "throttle_reasons", "event reasons", &NvmlDevice::event_reasons);
        // A flag that is looked at now and then misses what lies between; these count all of it.
        add(gpu, "throttle_power_s", "violation",
            [](NvmlDevice& d) { return d.violation_s(Violation::power); });
        add(gpu, "throttle_thermal_s", "violation",
            [](NvmlDevice& d) { return d.violation_s(Violation::thermal); });
    }

    void add_power(unsigned gpu) {
        Channel* power = add(gpu, "power_w", "power.draw.instant", &NvmlDevice::power_instant_w);
        if (power != nullptr) {
            delay(power, kInstantDelay, kInstantDelaySd);
        } else {
            power = add(gpu, "power_w", "power.draw", &NvmlDevice::power_usage_w);
            if (usage_is_average(gpus_[gpu])) delay(power, kAverageDelay, kAverageDelaySd);
        }
        describe(power, 1e-3, kPowerPeriod);
        Channel* average = add(gpu, "power_average_w", "power.draw.average", &NvmlDevice::power_average_w);
        describe(average, 1e-3, kPowerPeriod);
        delay(average, kAverageDelay, kAverageDelaySd);
    }

    std::vector<NvmlDevice> gpus_;
    std::vector<Reading> readings_;
    std::vector<std::size_t> gpu_of_;
    std::string problem_;
};

}  // namespace

std::unique_ptr<Source> probe_nvml(const SysRoot& root, std::vector<Missing>& missing) {
    std::string why;
    const std::string file =
        root.is_machine() ? "libnvidia-ml.so.1" : root.locate("/usr/lib/libnvidia-ml.so.1").string();
    const auto library = NvmlLibrary::open(file, why);
    if (!library) {
        // A machine with NVIDIA's kernel module should have the library, too.
        if (root.exists("/proc/driver/nvidia/version")) {
            missing.push_back(
                {"gpu", "", why,
                 "install the driver's library: Debian's libnvidia-ml1, or NVIDIA's installer"});
        }
        return nullptr;
    }
    auto nvml = std::make_unique<Nvml>(library);
    if (nvml->channels().empty()) return nullptr;
    return make_patient(std::move(nvml), kPatience);
}

}  // namespace rle::sensors
