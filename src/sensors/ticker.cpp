#include "sensors/ticker.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <system_error>

namespace rle::sensors {
namespace {

int or_throw(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

}  // namespace

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

Ticker::Ticker(double hz, std::int64_t start_ns)
    : hz_(hz),
      start_ns_(start_ns),
      timer_(or_throw(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
      stop_(or_throw(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

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
    const std::int64_t deadline = deadline_ns(next_);
    itimerspec when{};
    when.it_value.tv_sec = deadline / kSecondNs;
    when.it_value.tv_nsec = deadline % kSecondNs;
    or_throw(timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr), "timerfd_settime");
    std::array<pollfd, 2> fds{pollfd{stop_.get(), POLLIN, 0}, pollfd{timer_.get(), POLLIN, 0}};
    while (poll(fds.data(), fds.size(), -1) < 0) {
        if (errno != EINTR) or_throw(-1, "poll");
    }
    if (fds[0].revents != 0) return std::nullopt;
    return next_++;
}

void Ticker::stop() {
    eventfd_write(stop_.get(), 1);
}

}  // namespace rle::sensors
