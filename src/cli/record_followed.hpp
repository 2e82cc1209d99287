// A training that somebody else started: the log that it writes, and the process itself.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sensors/fd.hpp"

namespace rle::cli {

/// A growing file, from where it ended when the following began; also across rotation (another file of that
/// name) and truncation.
class FollowedLog {
  public:
    explicit FollowedLog(std::filesystem::path path);

    /// The whole lines that the file begins with, at most 16 KiB of them; among them may be a header.
    std::string beginning() const;
    /// Appends what has been written since the last call, of one file: to be called until there is nothing.
    /// True where it is the beginning of a file, so that a line begun before it will never be finished.
    bool read_new(std::string& into);
    /// There has been such a file.
    bool appeared() const { return appeared_; }

  private:
    void read_rest(std::string& into);
    bool replaced() const;

    std::filesystem::path path_;
    sensors::Fd fd_;
    off_t offset_ = 0;
    bool appeared_ = false;
};

/// A process that is not our child.
class FollowedProcess {
  public:
    /// Throws Error{failed} where there is no such process.
    explicit FollowedProcess(pid_t pid);

    /// Readable when it has ended.
    int fd() const { return fd_.get(); }
    bool ended() const;
    /// Its command line.
    const std::vector<std::string>& command() const { return command_; }

  private:
    sensors::Fd fd_;
    std::vector<std::string> command_;
};

}  // namespace rle::cli
