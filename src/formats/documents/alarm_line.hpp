// A live alarm for programs: a line of JSON, variables of an environment, and the state of a watch as a
// Prometheus text file. A value that does not exist is null, unset, or left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle::formats {

/// What is known at the moment of an alarm.
struct AlarmFacts {
    std::string session;             ///< folder; empty where none is recorded
    double t_s = kMissing;           ///< of the step, seconds since the session's start
    std::int64_t wall_us = kNoTime;  ///< of the step, UTC microseconds
    double step = kMissing;
    double grad_norm = kMissing;
    double z = kMissing;       ///< robust score of grad_norm
    double median = kMissing;  ///< of the window that it was taken against
    double threshold = 0.0;
    std::uint64_t alarms = 0;  ///< this one included
    std::string device;        ///< whose readings follow; empty: none
    double rle = kMissing;     ///< of the last sample before the alarm, and so on
    double temp_c = kMissing;
    double power_w = kMissing;
    double util_pct = kMissing;
    std::optional<bool> collapse;
    std::vector<std::string> modelled = {};  ///< columns of the device that are estimates, not measured
    std::string action;                      ///< what was set off, in words; empty: nothing
};

/// One line of JSON, with its line end.
std::string alarm_line(const AlarmFacts& facts);
/// "RLE_Z=5.2", ...
std::vector<std::string> alarm_environment(const AlarmFacts& facts);
/// The last step and sample as the text format of Prometheus has them (node_exporter's textfile collector).
std::string prometheus_text(const AlarmFacts& now);

}  // namespace rle::formats
