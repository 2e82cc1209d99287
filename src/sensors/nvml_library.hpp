// NVIDIA's management library, opened at run time: the one place that knows its names, its types and its
// units.
//
// Every reading is missing where the library lacks the function, the device does not support it, or the call
// fails; last_error() then says why. Units are ours from here on. (NVML API Reference Guide; the declarations
// below are its binary interface.)
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rle::sensors {

class NvmlLibrary {
  public:
    /// Why the library is of no use.
    struct Refusal {
        std::string reason;
        std::string hint;
    };

    /// Opens and initialises `file`; null where it is not there or refuses, and `why` says so.
    static std::shared_ptr<NvmlLibrary> open(const std::string& file, Refusal& why);
    ~NvmlLibrary();
    NvmlLibrary(const NvmlLibrary&) = delete;
    NvmlLibrary& operator=(const NvmlLibrary&) = delete;

    unsigned device_count();
    std::string driver_version();

  private:
    friend class NvmlDevice;
    NvmlLibrary() = default;
    void* find(const char* name) const;
    std::string error_text(int code) const;

    void* library_ = nullptr;
};

/// Accumulated time in which the clocks were held down since the driver was loaded, s.
enum class Violation { power = 0, thermal = 1 };

/// One GPU; not one of the instances that MIG may divide it into. To be used by one thread at a time.
class NvmlDevice {
  public:
    NvmlDevice(std::shared_ptr<NvmlLibrary> library, unsigned index);

    /// Whether the driver lets us have it at all; last_error() says why not.
    bool there() const { return handle_ != nullptr; }
    std::string name();
    std::string uuid();
    std::optional<double> power_limit_w();
    /// Where the hardware slows down. From Ada on the driver may tell only how far off it is: then it is the
    /// sum of that and the present temperature.
    std::optional<double> slowdown_temp_c();
    /// 7 Ampere, 8 Ada, 9 Hopper, ...
    std::optional<unsigned> architecture();
    /// Whether it is divided into instances (MIG).
    bool divided();

    /// Forgets what several readings of one sample share.
    void begin_sample();
    std::optional<double> temp_c();
    std::optional<double> memory_temp_c();
    std::optional<double>
    power_usage_w();  ///< an average over 1 s from Ampere on (GA100 excepted), else instant
    std::optional<double> power_instant_w();
    std::optional<double> power_average_w();
    std::optional<double> util_pct();
    std::optional<double> fan_pct();
    std::optional<double> energy_j();   ///< since the driver was loaded
    std::optional<double> clock_mhz();  ///< of the streaming multiprocessors
    std::optional<double> mem_used_mib();
    std::optional<double> event_reasons();  ///< why the clocks are not higher: a set of bits
    std::optional<double> violation_s(Violation kind);

    /// Of the last reading that failed; empty after one that worked.
    const std::string& last_error() const { return last_error_; }
    /// Whether the last reading failed because there is no such thing, now and later.
    bool unsupported() const { return unsupported_; }

  private:
    struct Field {
        int result = 0;  ///< nvmlReturn_t
        double value = 0.0;
    };
    // Those that are read at every sample, in one call.
    static constexpr std::array<unsigned, 3> kSampled{82, 185, 186};

    template <typename... Out>
    bool call(const char* function, Out... out);
    void* function(const char* name);
    void note(const std::string& what, int code);
    std::optional<double> take(unsigned id, const Field& field);
    bool read_sampled();
    std::optional<double> sampled(unsigned id);
    std::optional<double> field(unsigned id);
    std::optional<double> margin_c();

    std::shared_ptr<NvmlLibrary> library_;
    void* handle_ = nullptr;
    std::map<std::string_view, void*> functions_;
    std::optional<std::array<Field, kSampled.size()>> sampled_;
    std::optional<std::optional<double>> reasons_;  // outer: asked in this sample
    std::string last_error_;
    bool unsupported_ = false;
};

}  // namespace rle::sensors
