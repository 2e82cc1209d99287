// The training process: in a process group of its own, printing to a terminal of its own so that it does not
// hold back lines.
//
// The group is ended with its leader: whatever the training started does not outlive the recording.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sensors/fd.hpp"

namespace rle::cli {

/// Where `program` lies, by PATH as a shell has it. Throws Error{failed} where it is not found or cannot be
/// executed; `where` is the option that named it.
std::filesystem::path find_program(const std::string& program, const std::string& where = "--");

class Child {
  public:
    /// Starts argv. Throws Error{failed} where that cannot be done.
    explicit Child(const std::vector<std::string>& argv);
    /// Kills what is left of the group.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// What it printed can be read here; -1 once all of it has been.
    int output_fd() const { return silent_ ? -1 : output_.get(); }
    /// Appends what is there to read now to `into`; false at the end of the output.
    bool read_output(std::string& into);

    /// To the whole group.
    void send(int signal);
    /// To the process itself: its workers may not know the signal, and die of it.
    void send_alone(int signal);
    /// Looks whether it has ended; true from then on.
    bool ended();
    std::optional<int> exit_status() const { return exit_status_; }
    std::optional<int> ended_by_signal() const { return signal_; }

  private:
    void open_terminal(sensors::Fd& far_end);

    pid_t pid_ = -1;
    sensors::Fd output_;
    bool silent_ = false;  // nobody has the far end of it any more
    bool ended_ = false;
    std::optional<int> exit_status_;
    std::optional<int> signal_;
};

}  // namespace rle::cli
