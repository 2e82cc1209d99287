#include "cli/record_followed.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "rlecouple/error.hpp"
#include "sensors/sysroot.hpp"

namespace rle::cli {

FollowedLog::FollowedLog(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code error;
    if (std::filesystem::is_directory(path_, error)) {
        throw Error(ErrorKind::failed, "--train-log " + path_.string(), "is a folder, not a file");
    }
    fd_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd_ && errno != ENOENT) {
        throw Error(ErrorKind::failed, "--train-log " + path_.string(), sensors::errno_text(errno));
    }
    // What it holds already was written before the recording: nobody knows when.
    if (fd_) offset_ = ::lseek(fd_.get(), 0, SEEK_END);
    appeared_ = static_cast<bool>(fd_);
}

std::string FollowedLog::beginning() const {
    std::string text(16'384, '\0');
    const ssize_t got = fd_ ? ::pread(fd_.get(), text.data(), text.size(), 0) : 0;
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    text.resize(text.rfind('\n') + 1);
    return text;
}

void FollowedLog::read_rest(std::string& into) {
    std::array<char, 65536> buffer;
    while (true) {
        const ssize_t got = ::pread(fd_.get(), buffer.data(), buffer.size(), offset_);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return;
        into.append(buffer.data(), static_cast<std::size_t>(got));
        offset_ += got;
    }
}

bool FollowedLog::replaced() const {
    struct stat now {};
    struct stat ours {};
    if (::stat(path_.c_str(), &now) != 0 || ::fstat(fd_.get(), &ours) != 0) return false;
    return now.st_ino != ours.st_ino || now.st_dev != ours.st_dev;
}

bool FollowedLog::read_new(std::string& into) {
    bool anew = false;
    if (fd_) {
        struct stat ours {};
        if (::fstat(fd_.get(), &ours) == 0 && ours.st_size < offset_) {
            offset_ = 0;
            anew = true;
        }
        const bool moved = replaced();  // asked first: what is written until then is still read below
        read_rest(into);
        if (!moved) return anew;
        fd_.reset();
        if (!into.empty()) return anew;
    }
    fd_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    offset_ = 0;
    if (fd_) read_rest(into);
    appeared_ = appeared_ || fd_;
    return static_cast<bool>(fd_);
}

FollowedProcess::FollowedProcess(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
    const std::string where = "--pid " + std::to_string(pid);
    if (!fd_) {
        if (errno == ENOSYS) throw Error(ErrorKind::failed, where, "needs Linux 5.3 or later");
        throw Error(ErrorKind::failed, where,
                    errno == ESRCH ? "no such process" : sensors::errno_text(errno));
    }
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
    for (std::string argument; std::getline(file, argument, '\0');) command_.push_back(argument);
}

bool FollowedProcess::ended() const {
    pollfd waiting{fd_.get(), POLLIN, 0};
    return poll(&waiting, 1, 0) > 0;
}

}  // namespace rle::cli
