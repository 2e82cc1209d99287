// A recording that goes on while the test looks at it, to be ended by a signal.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "session_folder.hpp"

namespace rle::test {

class Background {
  public:
    /// Runs rlecouple with stdout and stderr in `log`.
    Background(std::vector<std::string> args, const std::filesystem::path& log) {
        args.insert(args.begin(), RLE_BINARY);
        pid_ = fork();
        if (pid_ != 0) return;
        const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(fd, 1);
        dup2(fd, 2);
        std::vector<char*> argv;
        for (std::string& arg : args) argv.push_back(arg.data());
        argv.push_back(nullptr);
        execv(argv[0], argv.data());
        _exit(127);
    }
    ~Background() {
        if (pid_ > 0) end(SIGKILL);
    }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    void send(int signal) const { kill(pid_, signal); }
    /// Its exit code, 128 + n where signal n ended it.
    int wait() {
        int status = 0;
        while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        exited_ = WIFEXITED(status);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    /// Whether it ended by itself, and by no signal.
    bool exited() const { return exited_; }
    int end(int signal) {
        send(signal);
        return wait();
    }

  private:
    pid_t pid_ = -1;
    bool exited_ = false;
};

/// Whether a process still does anything: a zombie that nobody has reaped does not.
inline bool runs(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(file, text)) return false;
    const std::size_t name_end = text.rfind(") ");
    return name_end != std::string::npos && text[name_end + 2] != 'Z';
}

inline std::size_t count_lines(const std::filesystem::path& path) {
    return std::filesystem::exists(path) ? lines_of(read_file(path)).size() : 0;
}

}  // namespace rle::test
