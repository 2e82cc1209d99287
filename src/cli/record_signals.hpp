// While it lives, signals that end or concern a recording are read from a file descriptor instead of
// interrupting it.
#pragma once

#include <signal.h>

#include <optional>

#include "sensors/fd.hpp"

namespace rle::cli {

/// SIGINT, SIGTERM, SIGHUP and SIGCHLD in a descriptor; SIGPIPE and SIGXFSZ ignored, so that writes fail
/// instead. Made before any thread, so that all inherit the mask.
class RecordingSignals {
  public:
    RecordingSignals();
    ~RecordingSignals();
    RecordingSignals(const RecordingSignals&) = delete;
    RecordingSignals& operator=(const RecordingSignals&) = delete;

    int fd() const { return fd_.get(); }
    /// The next signal that came; never waits.
    std::optional<int> next();

  private:
    sigset_t before_{};
    struct sigaction pipe_before_ {};
    struct sigaction size_before_ {};
    sensors::Fd fd_;
};

}  // namespace rle::cli
