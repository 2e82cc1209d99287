// What an alarm sets off: a program, a signal, or, on trial, neither.
//
// A program runs beside the watch and never holds it up; while one runs, the next is left out and counted.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "formats/documents/alarm_line.hpp"
#include "sensors/fd.hpp"

namespace rle::cli {

struct ActionOptions {
    std::string exec;                 ///< --exec; empty: none
    bool shell = false;               ///< --shell: hand it to /bin/sh
    std::vector<std::string> signal;  ///< --signal PID SIG; empty: none
    bool dry_run = false;             ///< --dry-run
};

/// The words of a command line, as a shell splits them: spaces, '...', "..." and backslashes; nothing is
/// expanded. Throws Error{usage} where a quote is not closed.
std::vector<std::string> split_words(const std::string& text);

/// "USR1", "SIGUSR1", "10" -> its number. Throws Error{usage}.
int signal_number(const std::string& name);

class Actions {
  public:
    /// Throws rle::Error where the program or the process is not there. With PID "child", `to_child` gets the
    /// signal.
    Actions(const ActionOptions& options, std::function<void(int)> to_child);
    ~Actions();
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;

    /// What an alarm sets off now, in words; empty: nothing.
    std::string announce() const;
    void set_off(const formats::AlarmFacts& facts);
    /// Looks whether the program has ended; warns where it failed.
    void look_after();
    std::uint64_t left_out() const { return left_out_; }

  private:
    void start(const formats::AlarmFacts& facts);
    void send();

    ActionOptions options_;
    std::vector<std::string> words_;
    std::string program_;
    int signal_ = 0;
    sensors::Fd target_;  // the process that gets the signal
    std::function<void(int)> to_child_;
    pid_t running_ = -1;
    std::uint64_t left_out_ = 0;
};

}  // namespace rle::cli
