// Ticks at absolute deadlines start + k / hz on the monotonic clock: nothing that happens between two ticks
// moves the next.
//
// A tick whose deadline has gone by when the caller comes back is skipped and counted, never made up for in a
// burst.
#pragma once

#include <cstdint>
#include <optional>

#include "sensors/fd.hpp"

namespace rle::sensors {

inline constexpr std::int64_t kSecondNs = 1'000'000'000;

/// Nanoseconds of CLOCK_MONOTONIC.
std::int64_t monotonic_ns();
/// UTC microseconds since 1970.
std::int64_t wall_us();

class Ticker {
  public:
    /// The first tick is at `start_ns`. Throws std::system_error where the kernel gives no timer.
    Ticker(double hz, std::int64_t start_ns);

    /// Sleeps until the next deadline that is still ahead; its number k, or nothing once stop() was called.
    std::optional<std::uint64_t> next();
    /// Ends a next() that waits, from any thread.
    void stop();
    /// Deadlines that went by unused.
    std::uint64_t missed() const { return missed_; }
    std::int64_t deadline_ns(std::uint64_t k) const;

  private:
    double hz_;
    std::int64_t start_ns_;
    Fd timer_;
    Fd stop_;
    std::uint64_t next_ = 0;
    std::uint64_t missed_ = 0;
};

}  // namespace rle::sensors
