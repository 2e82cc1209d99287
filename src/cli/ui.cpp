#include "cli/ui.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

std::vector<std::string>& stored_command_line() {
    static std::vector<std::string> arguments;
    return arguments;
}

std::vector<std::string>& stored_process() {
    static std::vector<std::string> arguments;
    return arguments;
}

}  // namespace

void tell(std::string_view text) {
    sigset_t pipe_signal, before, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    while (!text.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written < 0 && errno != EINTR) break;
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    if (sigismember(&pending, SIGPIPE) == 0) {  // take back what this call raised
        const timespec at_once{};
        while (sigtimedwait(&pipe_signal, nullptr, &at_once) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void keep_standard_descriptors() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest free number is this one. What should be read is opened to be written, and the reverse.
        [[maybe_unused]] const int opened = ::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
    }
}

bool stdout_holds() {
    std::cout.flush();
    return std::cout.good() && std::fflush(stdout) == 0;
}

void print_error(std::string_view line) {
    tell(fmt::format("rlecouple: {}\n", line));
}

void print_warning(std::string_view line) {
    tell(fmt::format("rlecouple: warning: {}\n", line));
}

void print_warnings(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) print_warning(line);
}

void say(std::string_view text, bool stdout_is_data) {
    if (stdout_is_data) return tell(text);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw Error(ErrorKind::failed, "stdout", "cannot write");
    }
}

bool fancy(int fd) {
    const char* const no_color = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    const bool plain = terminal != nullptr && std::string_view(terminal) == "dumb";
    return isatty(fd) != 0 && !plain && (no_color == nullptr || *no_color == '\0');
}

std::string bold(std::string_view text) {
    return fancy(STDOUT_FILENO) ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

std::vector<std::string> remember_command_line(int argc, char** argv) {
    std::vector<std::string>& all = stored_command_line();
    all.assign(argv, argv + argc);
    const auto dashes = std::find(all.begin(), all.end(), "--");
    if (dashes != all.end()) stored_process().assign(dashes + 1, all.end());
    return {all.empty() ? all.begin() : all.begin() + 1, dashes};
}

const std::vector<std::string>& command_line() {
    return stored_command_line();
}

const std::vector<std::string>& trailing_process() {
    return stored_process();
}

}  // namespace rle::cli
