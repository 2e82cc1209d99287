#include "sensors/nvml_library.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "rlecouple/telemetry.hpp"

namespace rle::sensors {
namespace {

// nvmlReturn_t
constexpr int kSuccess = 0;
constexpr int kInvalidArgument = 2;
constexpr int kNotSupported = 3;
constexpr int kFunctionNotFound = 13;
constexpr int kVersionMismatch = 18;          // of library and kernel module
constexpr int kArgumentVersionMismatch = 25;  // of a structure
constexpr int kDeprecated = 26;

constexpr unsigned kTemperatureGpu = 0;           // nvmlTemperatureSensors_t
constexpr unsigned kThresholdSlowdown = 1;        // nvmlTemperatureThresholds_t
constexpr unsigned kClockSm = 1;                  // nvmlClockType_t
constexpr unsigned kUnknownArchitecture = ~0U;    // NVML_DEVICE_ARCH_UNKNOWN
constexpr unsigned kFieldViolationPower = 74;     // NVML_FI_DEV_PERF_POLICY_POWER, ns; 75 is thermal
constexpr unsigned kFieldMemoryTemperature = 82;  // NVML_FI_DEV_MEMORY_TEMP, degC
constexpr unsigned kFieldEnergy = 83;             // NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION, mJ
constexpr unsigned kFieldPowerAverage = 185;      // NVML_FI_DEV_POWER_AVERAGE, mW
constexpr unsigned kFieldPowerInstant = 186;      // NVML_FI_DEV_POWER_INSTANT, mW
constexpr unsigned kFieldSlowdownMargin = 194;    // NVML_FI_DEV_TEMPERATURE_SLOWDOWN_TLIMIT, degC
constexpr double kHottestLimit = 150.0;           // degC; beyond, a limit is none

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
struct Temperature {  // nvmlTemperature_v1_t
    unsigned version;
    unsigned sensor;
    int celsius;
};
struct MarginTemperature {  // nvmlMarginTemperature_v1_t
    unsigned version;
    int celsius;
};
// How NVML tells versions of a structure apart.
template <typename Struct>
constexpr unsigned kFirstVersion = sizeof(Struct) | 1U << 24U;

struct FieldValue {  // nvmlFieldValue_t
    unsigned id;
    unsigned scope;  // of power: 0 is the GPU, without the memory or the module around it
    long long timestamp;
    long long latency_us;
    unsigned value_type;
    int result;
    union {
        double real;
        unsigned integer;
        int signed_integer;
        unsigned long long longer;
        long long signed_longer;
        unsigned short shorter;
    } value;
};
static_assert(sizeof(FieldValue) == 40 && sizeof(Utilization) == 8 && sizeof(Memory) == 24 &&
              sizeof(ViolationTime) == 16);

// By nvmlValueType_t.
double number_of(const FieldValue& field) {
    switch (field.value_type) {
        case 0:
            return field.value.real;
        case 1:
            return field.value.integer;
        case 2:  // unsigned long, which has 64 bits here
        case 3:
            return static_cast<double>(field.value.longer);
        case 4:
            return static_cast<double>(field.value.signed_longer);
        case 5:
            return field.value.signed_integer;
        case 6:
            return field.value.shorter;
        default:
            return kMissing;
    }
}

bool never_supported(int code) {
    return code == kNotSupported || code == kFunctionNotFound || code == kInvalidArgument ||
           code == kArgumentVersionMismatch || code == kDeprecated;
}

std::optional<double> scaled(std::optional<double> value, double scale) {
    return value ? std::optional(*value * scale) : std::nullopt;
}

using Text = std::array<char, 96>;

}  // namespace

std::shared_ptr<NvmlLibrary> NvmlLibrary::open(const std::string& file, Refusal& why) {
    std::shared_ptr<NvmlLibrary> library(new NvmlLibrary);
    library->library_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library->library_ == nullptr) {
        why = {"libnvidia-ml.so.1 is not there",
               "install the driver's library: Debian's libnvidia-ml1, or NVIDIA's installer"};
        return nullptr;
    }
    const auto init = reinterpret_cast<int (*)()>(library->find("nvmlInit_v2"));
    const int code = init != nullptr ? init() : kFunctionNotFound;
    if (code == kSuccess) return library;
    why = {"NVML cannot be initialised: " + library->error_text(code),
           code == kVersionMismatch
               ? "the driver was updated beneath a loaded module: reboot, or load it anew"
               : "does nvidia-smi work?"};
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
    if (code == kSuccess) return;
    handle_ = nullptr;
    last_error_ = library_->error_text(code);
}

void* NvmlDevice::function(const char* name) {
    const auto [it, is_new] = functions_.try_emplace(name, nullptr);
    if (is_new) it->second = library_->find(name);
    return it->second;
}

void NvmlDevice::note(const std::string& what, int code) {
    unsupported_ = never_supported(code);
    last_error_ = code == kSuccess ? std::string{} : what + ": " + library_->error_text(code);
}

// Calls `function(device, out...)`, whose arguments are those of the NVML documentation.
template <typename... Out>
bool NvmlDevice::call(const char* name, Out... out) {
    if (handle_ == nullptr) return false;
    const auto get = reinterpret_cast<int (*)(void*, Out...)>(function(name));
    const int code = get != nullptr ? get(handle_, out...) : kFunctionNotFound;
    note(name, code);
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
    for (const char* limit : {"nvmlDeviceGetEnforcedPowerLimit", "nvmlDeviceGetPowerManagementLimit",
                              "nvmlDeviceGetPowerManagementDefaultLimit"}) {
        if (call(limit, &mw) && mw > 0) return mw * kMilli;
    }
    return std::nullopt;
}

// The distance to the hottest temperature that the device is made to work at, degC.
std::optional<double> NvmlDevice::margin_c() {
    MarginTemperature margin{kFirstVersion<MarginTemperature>, 0};
    if (!call("nvmlDeviceGetMarginTemperature", &margin)) return std::nullopt;
    return margin.celsius;
}

std::optional<double> NvmlDevice::slowdown_temp_c() {
    unsigned celsius = 0;
    const bool told = call("nvmlDeviceGetTemperatureThreshold", kThresholdSlowdown, &celsius);
    if (told && celsius > 0 && celsius <= kHottestLimit) return celsius;
    const auto now = temp_c();
    const auto margin = margin_c();
    if (!now || !margin) return std::nullopt;
    // The slowdown begins at a margin that is negative: so far beyond.
    const double limit = *now + *margin - field(kFieldSlowdownMargin).value_or(0.0);
    return limit > 0.0 && limit <= kHottestLimit ? std::optional(limit) : std::nullopt;
}

std::optional<unsigned> NvmlDevice::architecture() {
    unsigned number = 0;
    if (!call("nvmlDeviceGetArchitecture", &number) || number == kUnknownArchitecture) return std::nullopt;
    return number;
}

bool NvmlDevice::divided() {
    unsigned current = 0, pending = 0;
    return call("nvmlDeviceGetMigMode", &current, &pending) && current == 1;
}

void NvmlDevice::begin_sample() {
    sampled_.reset();
    reasons_.reset();
}

std::optional<double> NvmlDevice::temp_c() {
    unsigned celsius = 0;
    if (call("nvmlDeviceGetTemperature", kTemperatureGpu, &celsius)) return celsius;
    if (!unsupported_) return std::nullopt;
    Temperature temperature{kFirstVersion<Temperature>, kTemperatureGpu, 0};  // what follows it
    if (!call("nvmlDeviceGetTemperatureV", &temperature)) return std::nullopt;
    return temperature.celsius;
}

std::optional<double> NvmlDevice::power_usage_w() {
    unsigned mw = 0;
    if (!call("nvmlDeviceGetPowerUsage", &mw)) return std::nullopt;
    return mw * kMilli;
}

std::optional<double> NvmlDevice::take(unsigned id, const Field& field) {
    const bool number = field.result != kSuccess || !std::isnan(field.value);
    note("field " + std::to_string(id), number ? field.result : kNotSupported);
    if (field.result != kSuccess || !number) return std::nullopt;
    return field.value;
}

std::optional<double> NvmlDevice::field(unsigned id) {
    FieldValue value{};
    value.id = id;
    if (!call("nvmlDeviceGetFieldValues", 1, &value)) return std::nullopt;
    return take(id, {value.result, number_of(value)});
}

bool NvmlDevice::read_sampled() {
    std::array<FieldValue, kSampled.size()> values{};
    for (std::size_t i = 0; i < kSampled.size(); ++i) values[i].id = kSampled[i];
    if (!call("nvmlDeviceGetFieldValues", static_cast<int>(values.size()), values.data())) return false;
    std::array<Field, kSampled.size()> fields;
    for (std::size_t i = 0; i < kSampled.size(); ++i) fields[i] = {values[i].result, number_of(values[i])};
    sampled_ = fields;
    return true;
}

std::optional<double> NvmlDevice::sampled(unsigned id) {
    if (!sampled_ && !read_sampled()) return std::nullopt;
    const auto at = std::find(kSampled.begin(), kSampled.end(), id) - kSampled.begin();
    return take(id, (*sampled_)[static_cast<std::size_t>(at)]);
}

std::optional<double> NvmlDevice::memory_temp_c() {
    const auto celsius = sampled(kFieldMemoryTemperature);
    if (celsius && *celsius > 0.0) return celsius;
    if (celsius) unsupported_ = true;  // memory without a sensor is told to be at 0 degC
    return std::nullopt;
}

std::optional<double> NvmlDevice::power_instant_w() {
    return scaled(sampled(kFieldPowerInstant), kMilli);
}

std::optional<double> NvmlDevice::power_average_w() {
    return scaled(sampled(kFieldPowerAverage), kMilli);
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
    if (call("nvmlDeviceGetTotalEnergyConsumption", &mj)) return static_cast<double>(mj) * kMilli;
    return unsupported_ ? scaled(field(kFieldEnergy), kMilli) : std::nullopt;
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
    if (reasons_) return *reasons_;
    unsigned long long bits = 0;
    // The name since driver 535, and the one before.
    bool known = call("nvmlDeviceGetCurrentClocksEventReasons", &bits);
    if (!known && unsupported_) known = call("nvmlDeviceGetCurrentClocksThrottleReasons", &bits);
    reasons_ = known ? std::optional(static_cast<double>(bits)) : std::nullopt;
    return *reasons_;
}

std::optional<double> NvmlDevice::violation_s(Violation kind) {
    const auto policy = static_cast<unsigned>(kind);
    ViolationTime time{};
    if (call("nvmlDeviceGetViolationStatus", policy, &time))
        return static_cast<double>(time.violation_ns) * kNano;
    return unsupported_ ? scaled(field(kFieldViolationPower + policy), kNano) : std::nullopt;
}

}  // namespace rle::sensors
