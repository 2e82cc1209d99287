// Ticks at absolute deadlines start + k / hz on the monotonic clock: nothing that happens between two ticks
// moves the next.
//
// A tick whose deadline has gone by when the caller comes back is skipped and counted, never made up for in a
// burst.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

namespace rle::sensors {

inline constexpr std::int64_t kSecondNs = 1'000'000'000;

/// Nanoseconds of CLOCK_MONOTONIC.
std::int64_t monotonic_ns();
/// UTC microseconds since 1970.
std::int64_t wall_us();

class Ticker {
  public:
    /// The first tick is at `start_ns`.
    Ticker(double hz, std::int64_t start_ns) : hz_(hz), start_ns_(start_ns) {}

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
    std::mutex mutex_;
    std::condition_variable stopped_cv_;
    bool stopped_ = false;
    std::uint64_t next_ = 0;
    std::uint64_t missed_ = 0;
};

}  // namespace rle::sensors
