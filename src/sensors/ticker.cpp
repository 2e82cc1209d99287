#include "sensors/ticker.hpp"

#include <sys/prctl.h>
#include <time.h>

#include <chrono>
#include <cmath>

namespace rle::sensors {

std::int64_t monotonic_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * kSecondNs + now.tv_nsec;
}

std::int64_t wall_us() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

std::int64_t Ticker::deadline_ns(std::uint64_t k) const {
    return start_ns_ + std::llround(static_cast<double>(k) / hz_ * static_cast<double>(kSecondNs));
}

std::optional<std::uint64_t> Ticker::next() {
    const std::int64_t now = monotonic_ns();
    // The first tick is never missed: the start may lie a moment back.
    while (next_ > 0 && deadline_ns(next_) <= now) {
        ++next_;
        ++missed_;
    }
    // One system call a tick. By default the kernel may wake us 50 us late, to save it an interrupt.
    if (next_ == 0) prctl(PR_SET_TIMERSLACK, 1);
    const std::chrono::steady_clock::time_point deadline{std::chrono::nanoseconds(deadline_ns(next_))};
    std::unique_lock lock(mutex_);
    if (stopped_cv_.wait_until(lock, deadline, [&] { return stopped_; })) return std::nullopt;
    return next_++;
}

void Ticker::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    stopped_cv_.notify_all();
}

}  // namespace rle::sensors
