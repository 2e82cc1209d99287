// A stand-in for NVIDIA's libnvidia-ml.so.1: two GPUs whose readings stand in the file that RLE_FAKE_NVML
// names, read again at each call ("temp=50", "lost=1", ...), so that a test can change them. Built twice;
// FAKE_NVML_OLD leaves out what old drivers lack.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

namespace {

constexpr int kSuccess = 0, kInvalid = 2, kNotSupported = 3, kNoPermission = 4, kWrongVersion = 25,
              kLost = 15, kUnknown = 999;

std::string text_setting(const std::string& key, const std::string& otherwise) {
    const char* path = std::getenv("RLE_FAKE_NVML");
    std::ifstream file(path != nullptr ? path : "");
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(key + "=", 0) == 0) return line.substr(key.size() + 1);
    }
    return otherwise;
}

double setting(const std::string& key, double otherwise) {
    const std::string text = text_setting(key, "");
    return text.empty() ? otherwise : std::stod(text);
}

void wait_s(double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

int offset(void* device) {
    return static_cast<int>(reinterpret_cast<std::size_t>(device) - 1) * 10;
}

// What every call on a device does first; the second device's readings are ten higher.
int begin(void* device) {
    if (setting("hang_s", 0) > 0) wait_s(setting("hang_s", 0));
    const bool slow = setting("slow_gpu", -1) == offset(device) / 10;
    if (slow) wait_s(setting("slow_s", 0));
    if (setting("lost", 0) != 0) return kLost;
    return device == nullptr ? kInvalid : kSuccess;
}

template <typename T>
int give(void* device, T* out, const std::string& key, double otherwise) {
    const int code = begin(device);
    if (code != kSuccess) return code;
    const double value = setting(key, otherwise);
    if (value < 0) return kNotSupported;
    *out = static_cast<T>(value + offset(device));
    return kSuccess;
}

}  // namespace

struct Utilization {
    unsigned gpu, memory;
};
struct Memory {
    unsigned long long total, free, used;
};
struct ViolationTime {
    unsigned long long reference_us, violation_ns;
};
struct FieldValue {
    unsigned id, scope;
    long long timestamp, latency_us;
    unsigned type;
    int result;
    union {
        double real;
        unsigned integer;
        int signed_integer;
        unsigned long long longer;
    } value;
};
struct Temperature {
    unsigned version, sensor;
    int celsius;
};
struct Margin {
    unsigned version;
    int celsius;
};

extern "C" {

int nvmlInit_v2() {
    return static_cast<int>(setting("init", 0));
}
int nvmlShutdown() {
    return kSuccess;
}
const char* nvmlErrorString(int code) {
    return code == kNotSupported   ? "Not Supported"
           : code == kLost         ? "GPU is lost"
           : code == 9             ? "Driver Not Loaded"
           : code == 18            ? "Driver/library version mismatch"
           : code == kNoPermission ? "Insufficient Permissions"
                                   : "Error";
}
int nvmlSystemGetDriverVersion(char* text, unsigned size) {
    std::snprintf(text, size, "550.00");
    return kSuccess;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
    *count = static_cast<unsigned>(setting("count", 2));
    return kSuccess;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
    if (setting("refused_gpu", -1) == index) return kNoPermission;
    *device = reinterpret_cast<void*>(static_cast<std::size_t>(index) + 1);
    return kSuccess;
}
int nvmlDeviceGetName(void*, char* text, unsigned size) {
    std::snprintf(text, size, "%s", text_setting("name", "Fake GPU").c_str());
    return kSuccess;
}
int nvmlDeviceGetUUID(void* device, char* text, unsigned size) {
    std::snprintf(text, size, "GPU-%d", offset(device));
    return kSuccess;
}
int nvmlDeviceGetEnforcedPowerLimit(void*, unsigned* mw) {
    *mw = 300'000;
    return setting("enforced", 1) != 0 ? kSuccess : kNotSupported;
}
int nvmlDeviceGetPowerManagementDefaultLimit(void*, unsigned* mw) {
    *mw = 350'000;
    return kSuccess;
}
int nvmlDeviceGetTemperatureThreshold(void*, unsigned kind, unsigned* celsius) {
    *celsius = kind == 1 ? static_cast<unsigned>(setting("slowdown", 90)) : 99;
    return setting("slowdown", 90) >= 0 ? kSuccess : kNotSupported;
}
int nvmlDeviceGetArchitecture(void*, unsigned* number) {
    *number = static_cast<unsigned>(setting("architecture", 9));
    return kSuccess;
}
int nvmlDeviceGetMigMode(void*, unsigned* current, unsigned* pending) {
    *current = *pending = static_cast<unsigned>(setting("mig", 0));
    return kSuccess;
}
int nvmlDeviceGetTemperature(void* device, unsigned, unsigned* celsius) {
    return give(device, celsius, "temp", 50);
}
int nvmlDeviceGetPowerUsage(void* device, unsigned* mw) {
    return give(device, mw, "usage_mw", 200'000);
}
int nvmlDeviceGetUtilizationRates(void* device, Utilization* out) {
    return give(device, &out->gpu, "util", 80);
}
int nvmlDeviceGetFanSpeed(void* device, unsigned* percent) {
    return give(device, percent, "fan", -1);
}
int nvmlDeviceGetClockInfo(void* device, unsigned kind, unsigned* mhz) {
    return kind == 1 ? give(device, mhz, "clock", 1500) : kUnknown;
}
int nvmlDeviceGetMemoryInfo(void* device, Memory* out) {
    return give(device, &out->used, "memory", 2097152);
}

#ifndef FAKE_NVML_OLD
int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* mj) {
    return give(device, mj, "energy_mj", 123'456);
}
int nvmlDeviceGetCurrentClocksEventReasons(void* device, unsigned long long* bits) {
    const int code = begin(device);
    *bits = static_cast<unsigned long long>(setting("reasons", 0));
    return code;
}
int nvmlDeviceGetViolationStatus(void* device, unsigned kind, ViolationTime* out) {
    return give(device, &out->violation_ns, kind == 0 ? "power_ns" : "thermal_ns",
                kind == 0 ? 2'500'000'000 : 0);
}
// As the documentation has it: each value with a result and a type of its own.
int nvmlDeviceGetFieldValues(void* device, int count, FieldValue* values) {
    const int code = begin(device);
    for (int i = 0; code == kSuccess && i < count; ++i) {
        FieldValue& field = values[i];
        field.result = kSuccess;
        field.type = 1;
        if (field.id == 186 && setting("field_type", 1) == 3) {
            field.type = 3;
            field.value.longer = 250'000;
        } else if (field.id == 186) {
            field.value.integer = static_cast<unsigned>(setting("instant_mw", 250'000));
        } else if (field.id == 185 && setting("average", 1) != 0) {
            field.value.integer = 220'000;
        } else if (field.id == 82 && setting("memory_temp", -1) >= 0) {
            field.value.integer = static_cast<unsigned>(setting("memory_temp", -1));
        } else if (field.id == 194) {
            field.type = 5;
            field.value.signed_integer = -2;
        } else if (field.id == 74 || field.id == 83) {
            field.type = 3;
            field.value.longer = field.id == 74 ? 1'500'000'000 : 77'000;
        } else {
            field.result = kNotSupported;
        }
    }
    return code;
}
int nvmlDeviceGetTemperatureV(void* device, Temperature* out) {
    if (out->version != (sizeof(Temperature) | 1U << 24U) || out->sensor != 0) return kWrongVersion;
    out->celsius = 48 + offset(device);
    return begin(device);
}
int nvmlDeviceGetMarginTemperature(void*, Margin* out) {
    if (out->version != (sizeof(Margin) | 1U << 24U)) return kWrongVersion;
    out->celsius = 36;
    return kSuccess;
}
#endif
}
