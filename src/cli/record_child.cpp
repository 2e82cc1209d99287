#include "cli/record_child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "rlecouple/error.hpp"
#include "sensors/sysroot.hpp"

namespace rle::cli {
namespace {

using sensors::Fd;

[[noreturn]] void cannot(const std::string& program, const std::string& what, int error) {
    throw Error(ErrorKind::failed, program, what + ": " + sensors::errno_text(error));
}

void give_default_signals() {
    for (int number = 1; number < 32; ++number) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const char* path, char* const* argv, int output, int report, pid_t parent) {
    setsid();
    ioctl(output, TIOCSCTTY, 0);       // fails where the output is a pipe, which is as well
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // we may be killed with -9
    if (getppid() != parent) _exit(127);
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    give_default_signals();
    execv(path, argv);
    const int error = errno;
    if (write(report, &error, sizeof error) < 0) _exit(126);
    _exit(127);
}

// A terminal that passes bytes through as they are, as wide as ours.
void prepare_terminal(int fd) {
    termios mode{};
    if (tcgetattr(fd, &mode) == 0) {
        cfmakeraw(&mode);
        tcsetattr(fd, TCSANOW, &mode);
    }
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        size.ws_row = 24;
        size.ws_col = 100;
    }
    ioctl(fd, TIOCSWINSZ, &size);
}

bool executable_file(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::filesystem::path find_program(const std::string& program, const std::string& where) {
    if (program.find('/') != std::string::npos) {
        if (executable_file(program)) return program;
        const bool there = access(program.c_str(), F_OK) == 0;
        throw Error(ErrorKind::failed, program, there ? "is not an executable file" : "no such program",
                    there ? "chmod +x, or name its interpreter: python3 " + program
                          : "see what stands behind " + where);
    }
    const char* path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    while (true) {
        const std::size_t colon = rest.find(':');
        const std::filesystem::path folder(rest.substr(0, colon));
        if (!program.empty() && executable_file(folder / program)) return folder / program;
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    throw Error(ErrorKind::failed, program, "command not found", "see what stands behind " + where);
}

void Child::open_terminal(Fd& far_end) {
    output_.reset(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    std::array<char, 128> name{};
    if (output_ && grantpt(output_.get()) == 0 && unlockpt(output_.get()) == 0 &&
        ptsname_r(output_.get(), name.data(), name.size()) == 0) {
        far_end.reset(open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    }
    if (far_end) {
        prepare_terminal(far_end.get());
    } else {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) cannot("pipe", "cannot be made", errno);
        output_.reset(ends[0]);
        far_end.reset(ends[1]);
    }
    fcntl(output_.get(), F_SETFL, O_NONBLOCK);
}

Child::Child(const std::vector<std::string>& argv) {
    const std::filesystem::path path = find_program(argv.front());
    std::vector<char*> arguments;
    for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    Fd far_end;
    open_terminal(far_end);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) cannot(argv.front(), "cannot be started", errno);
    Fd report(ends[0]), report_in(ends[1]);
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) cannot(argv.front(), "cannot be started", errno);
    if (pid_ == 0) become(path.c_str(), arguments.data(), far_end.get(), report_in.get(), parent);
    report_in.reset();
    int error = 0;
    if (read(report.get(), &error, sizeof error) == sizeof error) {
        waitpid(pid_, nullptr, 0);
        ended_ = true;
        cannot(argv.front(), "cannot be executed", error);
    }
}

Child::~Child() {
    if (pid_ < 0) return;
    // Until it is reaped, its number (and that of its group) belongs to nobody else.
    ::kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

bool Child::read_output(std::string& into) {
    std::array<char, 65536> buffer;
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got > 0) into.append(buffer.data(), static_cast<std::size_t>(got));
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return true;
    // The far end is closed: 0 from a pipe, EIO from a terminal. Ours stays open: closing it would hang up on
    // a process that has closed its output and goes on, if only to its exit (SIGHUP to a session's leader).
    silent_ = true;
    return false;
}

void Child::send(int signal) {
    ::kill(-pid_, signal);
}

void Child::send_alone(int signal) {
    ::kill(pid_, signal);
}

bool Child::ended() {
    if (ended_) return true;
    siginfo_t info{};
    const auto id = static_cast<id_t>(pid_);
    if (waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return false;
    ended_ = true;
    if (info.si_code == CLD_EXITED)
        exit_status_ = info.si_status;
    else
        signal_ = info.si_status;
    return true;
}

}  // namespace rle::cli
