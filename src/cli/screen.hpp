// What is shown while something is recorded or watched.
//
// Invariant: nobody who shows something waits for who reads it. A terminal that was stopped (Ctrl-S) or a
// pipe that is not read delays neither samples, steps and alarms, nor the end.
#pragma once

#include <memory>
#include <string_view>
#include <thread>

namespace rle::cli {

class Screen {
  public:
    Screen();
    /// Waits for a moment only: what is not taken by then is lost.
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    /// Has `bytes` written to stdout or stderr, in the order of the calls. Where as much waits as a screen
    /// can want, or nobody reads there any more, they are not shown.
    void show(int fd, std::string_view bytes);
    /// Whether everything was taken.
    bool idle() const;
    /// Waits until it is.
    void finish();

  private:
    struct Shared;
    std::shared_ptr<Shared> shared_;  // with the thread, which may hang in a write for ever
    std::thread thread_;              // from the first bytes on
};

}  // namespace rle::cli
