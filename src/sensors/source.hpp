// What a live source is: a few channels of a few devices, read together.
//
// A source is probed once (registry.cpp has the table) and read at every sample. Behind it there are only our
// units: degC, W, %, J. A reading that cannot be had is NaN, never 0, and problem() says why.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rlecouple/session.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::sensors {

/// One quantity of one device, from one place.
struct Channel {
    std::string device;                  ///< name of one of the source's devices
    std::string column;                  ///< as in telemetry.csv: "temp_c", "power_w", ...
    std::string source;                  ///< where it is read: "hwmon:/sys/class/hwmon/hwmon2/temp1_input"
    std::optional<double> resolution{};  ///< smallest step, in the column's unit
    std::optional<double> update_period_s{};  ///< how often the hardware renews it, where that is known
    std::optional<double> delay_s{};          ///< known delay of the hardware's reading
    std::optional<double> delay_sd_s{};       ///< standard uncertainty of that delay
    std::optional<double> averaged_over_s{};  ///< a mean since the last reading, over at least this long
    bool modelled = false;                    ///< an estimate, not a measurement
};

/// A moment of reading. `earlier` holds what the sources read before this one gave, one value a channel of
/// the SensorSet.
struct Instant {
    double t_s = 0.0;
    std::span<const double> earlier;
    double spare_s = 0.25;  ///< how long a reading may keep the others waiting
};

class Source {
  public:
    virtual ~Source() = default;

    /// Starts a reading that takes its time, so that several go on at once; read() then waits for it.
    virtual void prepare(const Instant&) {}
    /// Reads every channel once; `values` has one place for each and comes filled with NaN.
    virtual void read(const Instant& now, std::span<double> values) = 0;
    /// Why something could not be read the last time; empty where all is well.
    virtual std::string problem() const { return {}; }

    /// The time at which it has given all that it ever will, s; missing where that never comes.
    virtual std::optional<double> ends_s() const { return std::nullopt; }

    const std::vector<Channel>& channels() const { return channels_; }
    /// What the source knows of its devices: name, kind, model, driver, limits.
    const std::vector<DeviceInfo>& devices() const { return devices_; }

  protected:
    std::vector<Channel> channels_;
    std::vector<DeviceInfo> devices_;
};

/// Something that a source would give but cannot, and what would help.
struct Missing {
    std::string device;  ///< "cpu", "gpu"
    std::string column;
    std::string reason;  ///< "/sys/class/powercap/intel-rapl:0/energy_uj: permission denied"
    std::string hint;    ///< "run as root, or ..."
};

/// The delay to take off a reading made `sample_hz` times a second; missing where nothing is known.
std::optional<double> total_delay_s(const Channel& channel, double sample_hz);

}  // namespace rle::sensors
