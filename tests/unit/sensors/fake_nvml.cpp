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

constexpr int kSuccess = 0, kInvalid = 2, kNotSupported = 3, kLost = 15, kUnknown = 999;

double setting(const std::string& key, double otherwise) {
    const char* path = std::getenv("RLE_FAKE_NVML");
    std::ifstream file(path != nullptr ? path : "");
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(key + "=", 0) == 0) return std::stod(line.substr(key.size() + 1));
    }
    return otherwise;
}

// What every call on a device does first; the second device's readings are ten higher.
int begin(void* device) {
    if (setting("hang_s", 0) > 0)
        std::this_thread::sleep_for(std::chrono::duration<double>(setting("hang_s", 0)));
    if (setting("lost", 0) != 0) return kLost;
    return device == nullptr ? kInvalid : kSuccess;
}

int offset(void* device) {
    return static_cast<int>(reinterpret_cast<std::size_t>(device) - 1) * 10;
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
    } value;
};

extern "C" {

int nvmlInit_v2() {
    return static_cast<int>(setting("init", 0));
}
int nvmlShutdown() {
    return kSuccess;
}
const char* nvmlErrorString(int code) {
    return code == kNotSupported ? "Not Supported"
           : code == kLost       ? "GPU is lost"
           : code == 9           ? "Driver Not Loaded"
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
    *device = reinterpret_cast<void*>(static_cast<std::size_t>(index) + 1);
    return kSuccess;
}
int nvmlDeviceGetName(void*, char* text, unsigned size) {
    std::snprintf(text, size, "Fake GPU");
    return kSuccess;
}
int nvmlDeviceGetUUID(void* device, char* text, unsigned size) {
    std::snprintf(text, size, "GPU-%d", offset(device));
    return kSuccess;
}
int nvmlDeviceGetEnforcedPowerLimit(void*, unsigned* mw) {
    *mw = 300'000;
    return kSuccess;
}
int nvmlDeviceGetTemperatureThreshold(void*, unsigned kind, unsigned* celsius) {
    *celsius = kind == 1 ? 90 : 99;
    return kSuccess;
}
int nvmlDeviceGetArchitecture(void*, unsigned* number) {
    *number = 9;
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
int nvmlDeviceGetFieldValues(void* device, int count, FieldValue* values) {
    const int code = begin(device);
    for (int i = 0; code == kSuccess && i < count; ++i) {
        values[i].type = 1;
        values[i].result = values[i].id == 185 || values[i].id == 186 ? kSuccess : kNotSupported;
        values[i].value.integer =
            static_cast<unsigned>(values[i].id == 186 ? setting("instant_mw", 250'000) : 220'000);
    }
    return code;
}
#endif
}
