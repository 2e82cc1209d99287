// The training beside the sensors: a command of our own, or a process and a log of somebody else's; what they
// print, and how they end.
//
// Nothing is started before start(), and what was started is ended with this object at the latest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "cli/collect.hpp"
#include "cli/record_child.hpp"
#include "cli/record_followed.hpp"
#include "cli/record_progress.hpp"
#include "cli/record_training.hpp"
#include "cli/screen.hpp"
#include "rlecouple/session.hpp"

namespace rle::cli {

/// One moment on the session's two clocks.
struct Moment {
    double t_s = 0.0;          ///< since the session's start
    std::int64_t wall_us = 0;  ///< UTC, since 1970
};

class RecordedTraining {
  public:
    /// Finds the command, or what is to be followed, and starts nothing. `line` is taken away before
    /// something is shown on `screen`. Throws Error{failed} where the command, the process or the log is not
    /// there, Error{usage} where --grad-pattern is no pattern.
    RecordedTraining(const CollectOptions& options, Screen& screen, LiveLine& line);

    /// Whether there is any training, of whichever kind.
    bool any() const { return !told_.command.empty() || log_ || followed_; }
    /// Records into `folder` from now on.
    void open(const std::filesystem::path& folder);
    /// Starts the command, where there is one; not twice.
    void start();
    /// Whether the command was started and has not been seen to end.
    bool runs() const { return child_ && !gone_; }

    /// Readable when there is output; -1 where none can come.
    int output_fd() const { return child_ ? child_->output_fd() : -1; }
    /// Readable when the followed process has ended; -1 where there is none.
    int followed_fd() const { return followed_ ? followed_->fd() : -1; }
    /// Whether a log has to be looked at now and then: nothing tells that it grew.
    bool polled() const { return log_.has_value(); }
    /// When stop() turns into SIGKILL, ns of the monotonic clock; missing where nothing is waited for.
    std::optional<std::int64_t> kill_at_ns() const { return kill_at_ns_; }

    void take_output(const Moment& now);
    void read_log(const Moment& now);
    bool followed_ended() const { return followed_ && followed_->ended(); }
    /// True once, when the command has just ended: its last output is read then, and its status kept.
    bool just_ended(const Moment& now);
    /// Ends the command: with `signal`, and with SIGKILL after a grace period.
    void stop(int signal);
    /// Ends it at once, and forgets it.
    void drop() { child_.reset(); }
    void sync();

    /// The steps so far; null where no training is recorded.
    const TrainingRecord* record() const { return record_ ? &*record_ : nullptr; }
    /// There was a command to start, and the recording ended before it was.
    bool never_started() const { return !told_.command.empty() && !followed_ && !started_; }
    /// For session.json.
    const TrainingProcess& told() const { return told_; }
    /// --train-log named a file that never was there.
    bool log_never_appeared() const { return log_ && !log_->appeared(); }
    /// Whether a line of the training's stands unfinished on the terminal.
    bool line_begun() const { return record_ && show_ && !record_->at_line_start(); }

  private:
    void take(const std::string& bytes, const Moment& now);
    void show(std::string_view bytes);

    Screen& screen_;
    LiveLine& line_;
    formats::TrainingLineParser parser_;
    TrainingProcess told_;
    std::optional<FollowedLog> log_;
    std::optional<FollowedProcess> followed_;
    std::optional<TrainingRecord> record_;
    std::optional<Child> child_;
    bool started_ = false;
    bool gone_ = false;
    const bool show_;
    std::optional<std::int64_t> kill_at_ns_;
};

}  // namespace rle::cli
