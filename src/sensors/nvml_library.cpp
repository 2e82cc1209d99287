#include "sensors/nvml_library.hpp"

#include <dlfcn.h>

#include <array>

namespace rle::sensors {
namespace {

// nvmlReturn_t
constexpr int kSuccess = 0;
constexpr int kNotSupported = 3;
constexpr int kFunctionNotFound = 13;

constexpr unsigned kTemperatureGpu = 0;       // nvmlTemperatureSensors_t
constexpr unsigned kThresholdSlowdown = 1;    // nvmlTemperatureThresholds_t
constexpr unsigned kClockSm = 1;              // nvmlClockType_t
constexpr unsigned kFieldPowerAverage = 185;  // NVML_FI_DEV_POWER_AVERAGE
constexpr unsigned kFieldPowerInstant = 186;  // NVML_FI_DEV_POWER_INSTANT
constexpr unsigned kUnsignedInt = 1;          // nvmlValueType_t

constexpr double kMilli = 1e-3;
constexpr double kNano = 1e-9;
constexpr double kMiB = 1024.0 * 1024.0;

struct Utilization {  // nvmlUtilization_t
    unsigned gpu;
    unsigned memory;
};
struct Memory {  // nvmlMemory_t
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
};
struct ViolationTime {  // nvmlViolationTime_t
    unsigned long long reference_us;
    unsigned long long violation_ns;
};
struct FieldValue {  // nvmlFieldValue_t
    unsigned id;
    unsigned scope;
    long long timestamp;
    long long latency_us;
    unsigned value_type;
    int result;
    union {
        double real;
        unsigned integer;
        unsigned long long longer;
    } value;
};

using Text = std::array<char, 96>;

}  // namespace

std::shared_ptr<NvmlLibrary> NvmlLibrary::open(const std::string& file, std::string& why) {
    std::shared_ptr<NvmlLibrary> library(new NvmlLibrary);
    library->library_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library->library_ == nullptr) {
        why = "libnvidia-ml.so.1 is not there";
        return nullptr;
    }
    const auto init = reinterpret_cast<int (*)()>(library->find("nvmlInit_v2"));
    const int code = init != nullptr ? init() : kFunctionNotFound;
    if (code == kSuccess) return library;
    why = "NVML cannot be initialised: " + library->error_text(code);
    dlclose(library->library_);
    library->library_ = nullptr;
    return nullptr;
}

NvmlLibrary::~NvmlLibrary() {
    if (library_ == nullptr) return;
    if (const auto shutdown = reinterpret_cast<int (*)()>(find("nvmlShutdown"))) shutdown();
    dlclose(library_);
}

void* NvmlLibrary::find(const char* name) const {
    return dlsym(library_, name);
}

std::string NvmlLibrary::error_text(int code) const {
    const auto text = reinterpret_cast<const char* (*)(int)>(find("nvmlErrorString"));
    const char* words = text != nullptr ? text(code) : nullptr;
    return words != nullptr ? words : "error " + std::to_string(code);
}

unsigned NvmlLibrary::device_count() {
    unsigned count = 0;
    const auto get = reinterpret_cast<int (*)(unsigned*)>(find("nvmlDeviceGetCount_v2"));
    return get != nullptr && get(&count) == kSuccess ? count : 0;
}

std::string NvmlLibrary::driver_version() {
    Text text{};
    const auto get = reinterpret_cast<int (*)(char*, unsigned)>(find("nvmlSystemGetDriverVersion"));
    return get != nullptr && get(text.data(), text.size()) == kSuccess ? text.data() : "";
}

NvmlDevice::NvmlDevice(std::shared_ptr<NvmlLibrary> library, unsigned index) : library_(std::move(library)) {
    const auto get =
        reinterpret_cast<int (*)(unsigned, void**)>(library_->find("nvmlDeviceGetHandleByIndex_v2"));
    const int code = get != nullptr ? get(index, &handle_) : kFunctionNotFound;
    if (code != kSuccess) last_error_ = "device " + std::to_string(index) + ": " + library_->error_text(code);
}

// Calls `function(device, out...)`, whose arguments are those of the NVML documentation.
template <typename... Out>
bool NvmlDevice::call(const char* function, Out... out) {
    if (handle_ == nullptr) return false;
    const auto get = reinterpret_cast<int (*)(void*, Out...)>(library_->find(function));
    const int code = get != nullptr ? get(handle_, out...) : kFunctionNotFound;
    unsupported_ = code == kNotSupported || code == kFunctionNotFound;
    last_error_ =
        code == kSuccess ? std::string{} : std::string(function) + ": " + library_->error_text(code);
    return code == kSuccess;
}

std::string NvmlDevice::name() {
    Text text{};
    return call("nvmlDeviceGetName", text.data(), static_cast<unsigned>(text.size())) ? text.data() : "";
}

std::string NvmlDevice::uuid() {
    Text text{};
    return call("nvmlDeviceGetUUID", text.data(), static_cast<unsigned>(text.size())) ? text.data() : "";
}

std::optional<double> NvmlDevice::power_limit_w() {
    unsigned mw = 0;
    if (!call("nvmlDeviceGetEnforcedPowerLimit", &mw)) return std::nullopt;
    return mw * kMilli;
}

std::optional<double> NvmlDevice::slowdown_temp_c() {
    unsigned celsius = 0;
    if (!call("nvmlDeviceGetTemperatureThreshold", kThresholdSlowdown, &celsius)) return std::nullopt;
    return celsius;
}

std::optional<double> NvmlDevice::architecture() {
    unsigned number = 0;
    if (!call("nvmlDeviceGetArchitecture", &number)) return std::nullopt;
    return number;
}

std::optional<double> NvmlDevice::temp_c() {
    unsigned celsius = 0;
    if (!call("nvmlDeviceGetTemperature", kTemperatureGpu, &celsius)) return std::nullopt;
    return celsius;
}

std::optional<double> NvmlDevice::power_usage_w() {
    unsigned mw = 0;
    if (!call("nvmlDeviceGetPowerUsage", &mw)) return std::nullopt;
    return mw * kMilli;
}

std::optional<double> NvmlDevice::field(unsigned id) {
    FieldValue value{};
    value.id = id;
    if (!call("nvmlDeviceGetFieldValues", 1, &value)) return std::nullopt;
    if (value.result == kSuccess && value.value_type == kUnsignedInt) return value.value.integer;
    unsupported_ = value.result == kSuccess || value.result == kNotSupported;
    last_error_ = "field " + std::to_string(id) + ": " + library_->error_text(value.result);
    return std::nullopt;
}

std::optional<double> NvmlDevice::power_instant_w() {
    const auto mw = field(kFieldPowerInstant);
    if (!mw) return std::nullopt;
    return *mw * kMilli;
}

std::optional<double> NvmlDevice::power_average_w() {
    const auto mw = field(kFieldPowerAverage);
    if (!mw) return std::nullopt;
    return *mw * kMilli;
}

std::optional<double> NvmlDevice::util_pct() {
    Utilization utilization{};
    if (!call("nvmlDeviceGetUtilizationRates", &utilization)) return std::nullopt;
    return utilization.gpu;
}

std::optional<double> NvmlDevice::fan_pct() {
    unsigned percent = 0;
    if (!call("nvmlDeviceGetFanSpeed", &percent)) return std::nullopt;
    return percent;
}

std::optional<double> NvmlDevice::energy_j() {
    unsigned long long mj = 0;
    if (!call("nvmlDeviceGetTotalEnergyConsumption", &mj)) return std::nullopt;
    return static_cast<double>(mj) * kMilli;
}

std::optional<double> NvmlDevice::clock_mhz() {
    unsigned mhz = 0;
    if (!call("nvmlDeviceGetClockInfo", kClockSm, &mhz)) return std::nullopt;
    return mhz;
}

std::optional<double> NvmlDevice::mem_used_mib() {
    Memory memory{};
    if (!call("nvmlDeviceGetMemoryInfo", &memory)) return std::nullopt;
    return static_cast<double>(memory.used) / kMiB;
}

std::optional<double> NvmlDevice::event_reasons() {
    unsigned long long bits = 0;
    // The name until driver 535, and the one since.
    if (!call("nvmlDeviceGetCurrentClocksEventReasons", &bits) &&
        !call("nvmlDeviceGetCurrentClocksThrottleReasons", &bits)) {
        return std::nullopt;
    }
    return static_cast<double>(bits);
}

std::optional<double> NvmlDevice::violation_s(Violation kind) {
    ViolationTime time{};
    if (!call("nvmlDeviceGetViolationStatus", static_cast<unsigned>(kind), &time)) return std::nullopt;
    return static_cast<double>(time.violation_ns) * kNano;
}

}  // namespace rle::sensors
