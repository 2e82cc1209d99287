#include "sensors/nvml.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <functional>
#include <utility>

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
constexpr unsigned kAmpere = 7;

constexpr const char* kNoUtilOfDivided = "NVML tells no utilisation of a GPU that MIG divides";
constexpr const char* kUtilOfDividedFrom =
    "DCGM does (dcgmi dmon -e 1001): collect --source auto --source exec:CMD";

using Reading = std::function<std::optional<double>(NvmlDevice&)>;

std::optional<double> throttle_flag(NvmlDevice& device) {
    const auto bits = device.event_reasons();
    if (!bits) return std::nullopt;
    return (static_cast<std::uint64_t>(*bits) & kNvidiaThrottling) != 0 ? 1.0 : 0.0;
}

// "NVIDIA A30" and "A30X" hold "A30", "NVIDIA RTX A3000" does not.
bool holds_word(const std::string& name, const std::string& word) {
    const std::size_t at = name.find(word);
    if (at == std::string::npos) return false;
    const std::size_t end = at + word.size();
    return end == name.size() || std::isdigit(static_cast<unsigned char>(name[end])) == 0;
}

// Power as nvidia-smi's power.draw has it is an average from Ampere on; GA100 is the exception.
bool usage_is_average(NvmlDevice& device) {
    const std::string name = device.name();
    const bool ga100 = holds_word(name, "A100") || holds_word(name, "A30") || holds_word(name, "A800");
    return device.architecture().value_or(0) >= kAmpere && !ga100;
}

class NvmlGpu final : public Source {
  public:
    NvmlGpu(NvmlDevice gpu, const std::string& name, const std::string& driver) : gpu_(std::move(gpu)) {
        add_device(name, driver);
        add_channels();
    }

    void read(const Instant&, std::span<double> values) override {
        problem_.clear();
        gpu_.begin_sample();
        for (std::size_t i = 0; i < readings_.size(); ++i) {
            if (const auto value = readings_[i](gpu_))
                values[i] = *value;
            else if (problem_.empty())
                problem_ = devices_.front().name + ": NVML: " + gpu_.last_error();
        }
    }

    std::string problem() const override { return problem_; }

  private:
    void add_device(const std::string& name, const std::string& driver) {
        DeviceInfo device;
        device.name = name;
        device.kind = "gpu";
        device.model = gpu_.name();
        device.driver = driver;
        device.uuid = gpu_.uuid();
        device.rated_power_w = gpu_.power_limit_w();
        device.temp_limit_c = gpu_.slowdown_temp_c();
        devices_.push_back(device);
    }

    // What the device does not support is no channel; what fails this once is one.
    Channel* add(const char* column, const char* source, Reading reading) {
        if (!reading(gpu_) && gpu_.unsupported()) return nullptr;
        Channel channel;
        channel.device = devices_.front().name;
        channel.column = column;
        channel.source = std::string("nvml:") + source;
        readings_.push_back(std::move(reading));
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

    void add_channels() {
        describe(add("temp_c", "temperature", &NvmlDevice::temp_c), 1.0, std::nullopt);
        add_power();
        // The driver samples whether kernels ran; the reading is renewed every 0.2 to 0.6 s.
        describe(add("util_pct", "utilization", &NvmlDevice::util_pct), 1.0, 0.4);
        describe(add("mem_temp_c", "memory temperature", &NvmlDevice::memory_temp_c), 1.0, std::nullopt);
        describe(add("fan_pct", "fan", &NvmlDevice::fan_pct), 1.0, std::nullopt);
        describe(add("energy_j", "total energy", &NvmlDevice::energy_j), 1e-3, kPowerPeriod);
        describe(add("clock_mhz", "clock SM", &NvmlDevice::clock_mhz), 1.0, std::nullopt);
        add("mem_used_mib", "memory", &NvmlDevice::mem_used_mib);
        add("throttle", "event reasons", throttle_flag);
        add("throttle_reasons", "event reasons", &NvmlDevice::event_reasons);
        // A flag that is looked at now and then misses what lies between; these count all of it.
        add("throttle_power_s", "violation", [](NvmlDevice& d) { return d.violation_s(Violation::power); });
        add("throttle_thermal_s", "violation",
            [](NvmlDevice& d) { return d.violation_s(Violation::thermal); });
    }

    void add_power() {
        Channel* power = add("power_w", "power.draw.instant", &NvmlDevice::power_instant_w);
        if (power != nullptr) {
            delay(power, kInstantDelay, kInstantDelaySd);
        } else {
            power = add("power_w", "power.draw", &NvmlDevice::power_usage_w);
            if (usage_is_average(gpu_)) delay(power, kAverageDelay, kAverageDelaySd);
        }
        describe(power, 1e-3, kPowerPeriod);
        Channel* average = add("power_average_w", "power.draw.average", &NvmlDevice::power_average_w);
        describe(average, 1e-3, kPowerPeriod);
        delay(average, kAverageDelay, kAverageDelaySd);
    }

    NvmlDevice gpu_;
    std::vector<Reading> readings_;
    std::string problem_;
};

bool gives(const Source& source, const char* column) {
    return std::any_of(source.channels().begin(), source.channels().end(),
                       [&](const Channel& channel) { return channel.column == column; });
}

}  // namespace

std::vector<std::unique_ptr<Source>> probe_nvml(const SysRoot& root, std::vector<Missing>& missing) {
    NvmlLibrary::Refusal why;
    const std::string file =
        root.is_machine() ? "libnvidia-ml.so.1" : root.locate("/usr/lib/libnvidia-ml.so.1").string();
    const auto library = NvmlLibrary::open(file, why);
    if (!library) {
        // A machine with NVIDIA's kernel module should have the library, too.
        if (root.exists("/proc/driver/nvidia/version")) missing.push_back({"gpu", "", why.reason, why.hint});
        return {};
    }
    std::vector<std::unique_ptr<Source>> sources;
    const unsigned count = library->device_count();
    const std::string driver = "NVIDIA " + library->driver_version();
    for (unsigned index = 0; index < count; ++index) {
        const std::string name = count == 1 ? "gpu" : "gpu" + std::to_string(index);
        NvmlDevice device(library, index);
        if (!device.there()) {
            missing.push_back({name, "", "NVML: " + device.last_error(), "does nvidia-smi show it?"});
            continue;
        }
        const bool divided = device.divided();
        auto gpu = std::make_unique<NvmlGpu>(std::move(device), name, driver);
        if (gpu->channels().empty()) continue;
        if (divided && !gives(*gpu, "util_pct"))
            missing.push_back({name, "util_pct", kNoUtilOfDivided, kUtilOfDividedFrom});
        sources.push_back(make_patient(std::move(gpu), kPatience));
    }
    return sources;
}

}  // namespace rle::sensors
