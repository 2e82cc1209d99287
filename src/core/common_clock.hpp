// The one clock on which both streams are aligned.
#pragma once

#include <string>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle {

struct CommonClock {
    std::string name;                       ///< "t_s" or "timestamp"
    std::vector<double> telemetry_s;        ///< time of each telemetry row, s; NaN where it has none
    std::vector<double> training_s;         ///< time of each training row, s; NaN where it has none
    std::int64_t origin_wall_us = kNoTime;  ///< wall clock at time 0; kNoTime where none is known
    std::vector<std::string> warnings;
};

/// The monotonic `t_s` where both streams carry it and mean the same by it, else the wall clock. Throws
/// Error{insufficient_data} where the streams have no clock in common.
CommonClock common_clock(const Telemetry& telemetry, const Training* training, double clock_offset_s);

}  // namespace rle
