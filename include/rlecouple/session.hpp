// What is known about a session beside its samples: session.json as a plain struct.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rle {

/// One recorded device and what its driver says of it.
struct DeviceInfo {
    std::string name;    ///< as in the `device` column
    std::string kind;    ///< "gpu" or "cpu"
    std::string model;   ///< "NVIDIA H100 PCIe", "AMD EPYC 7763", ...
    std::string driver;  ///< driver and its version, where there is one
    std::string uuid;
    std::optional<double> rated_power_w;  ///< W; power limit of the device, or as given by --rated-power
    std::optional<double> temp_limit_c;   ///< degC; where it throttles, or as given by --temp-limit
    std::map<std::string, std::string>
        sources;                        ///< column -> where it is read ("hwmon:/sys/class/...", "model")
    std::vector<std::string> modelled;  ///< columns that are estimates, not measurements
    std::map<std::string, double> sensor_delay_s;     ///< column -> known delay of the reading, s
    std::map<std::string, double> sensor_delay_sd_s;  ///< column -> standard uncertainty of that delay, s
};

/// The wall clock against the monotonic one at one moment of the recording.
struct ClockOffset {
    double t_s = 0.0;          ///< monotonic seconds since the session's start
    std::int64_t wall_us = 0;  ///< UTC microseconds since 1970 at that moment
};

struct TrainingProcess {
    std::vector<std::string> command;  ///< argv; empty where no process was started
    std::string model;                 ///< --model, where given
    std::optional<int> exit_status;    ///< 0 to 255; missing while it runs, or where it was ended by a signal
    std::optional<int> signal;         ///< the signal that ended it
    bool stopped_by_us = false;        ///< it was ended because --duration was over or we were interrupted
};

struct SessionInfo {
    std::string name;
    std::string started;                        ///< RFC 3339, UTC, microseconds
    std::optional<std::int64_t> start_wall_us;  ///< the same, microseconds since 1970
    std::optional<double> duration_s;           ///< s recorded so far; missing while recording
    std::string operator_name;                  ///< who recorded it
    std::string host;
    std::string os;
    std::string mode = "both";            ///< gpu, cpu, both
    std::optional<double> sample_hz;      ///< Hz; missing where a session.json from elsewhere does not tell
    double ambient_c = 21.0;              ///< degC
    bool ambient_given = false;           ///< false: the default of 21 degC, which nobody measured
    std::optional<double> rated_power_w;  ///< --rated-power, W
    std::optional<double> temp_limit_c;   ///< --temp-limit, degC
    std::vector<DeviceInfo> devices;
    std::vector<ClockOffset> clock_offsets;
    std::optional<double> sync_every_s;  ///< what a power failure may cost of the recording, s
    std::uint64_t missed_ticks = 0;      ///< sampling instants that came too late to be taken
    std::uint64_t samples = 0;           ///< sampling instants recorded
    bool interrupted = false;            ///< by a signal
    bool finished = false;               ///< false: still recording, or killed
    TrainingProcess training;
    std::vector<std::string> command;  ///< the exact command line of rlecouple
    std::string tool_version;
    bool bare = false;  ///< read from a file that names no schema: taken for what it has
    std::vector<std::string> warnings;
};

}  // namespace rle
