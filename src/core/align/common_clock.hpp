// The one clock on which both streams are aligned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/align/microsecond_counts.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {

/// What the times of one stream say of its clocks; rows may come in any order.
class ClockFacts {
  public:
    void add(std::int64_t wall_us, double t_s);
    /// t_s starts again in mid-stream, and is no clock of the whole of it.
    void restarts() { restarted_ = true; }

    bool restarted() const { return restarted_; }
    bool monotonic() const { return monotonic_; }
    /// The first wall clock time; kNoTime where there is none.
    std::int64_t earliest_us() const { return earliest_us_; }
    /// The wall clock at t_s = 0, as each row that has both tells it. They differ, because wall clocks are
    /// stepped.
    const MicrosecondCounts& origins() const { return origins_; }
    std::optional<std::int64_t> origin_us() const;  ///< their median

  private:
    bool monotonic_ = false;
    bool restarted_ = false;
    std::int64_t earliest_us_ = kNoTime;
    MicrosecondCounts origins_;
};

struct CommonClock {
    bool by_t_s = false;
    std::int64_t origin_wall_us = kNoTime;  ///< wall clock at time 0; kNoTime where none is known
    double training_offset_s = 0.0;         ///< added to the training log's times
    std::vector<std::string> warnings;

    std::string name() const { return by_t_s ? "t_s" : "timestamp"; }
    /// Time of a row, s; NaN where it has none.
    double telemetry_s(std::int64_t wall_us, double t_s) const;
    double training_s(std::int64_t wall_us, double t_s) const {
        return telemetry_s(wall_us, t_s) + training_offset_s;
    }
};

/// The monotonic `t_s` where both streams carry it and mean the same by it, else the wall clock; `training`
/// may be null. Throws Error{insufficient_data} where the streams have no clock in common.
CommonClock common_clock(const ClockFacts& telemetry, const ClockFacts* training, double clock_offset_s);

}  // namespace rle
