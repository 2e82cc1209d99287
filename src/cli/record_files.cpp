#include "cli/record_files.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "rlecouple/error.hpp"
#include "sensors/sysroot.hpp"

namespace rle::cli {
namespace {

// What a session folder may hold (docs/formats.md).
constexpr std::array kSessionFiles{"session.json", "telemetry.csv", "training.csv", "train.out",
                                   "aligned.csv",  "align.json",    "balance.json", "correlation.json",
                                   "predict.json", "report.html",   "report.md",    "summary.json"};

[[noreturn]] void fail_writing(const std::string& where, const std::string& what, int error) {
    const char* hint = error == ENOSPC || error == EDQUOT
                           ? "free some space; what was recorded so far is intact"
                       : error == EFBIG  ? "raise the limit (ulimit -f); what was recorded so far is intact"
                       : error == EACCES ? "choose another folder with -o"
                                         : "";
    throw Error(ErrorKind::failed, where, what + ": " + sensors::errno_text(error), hint);
}

// A lock by fcntl(2), which the system drops with the process and which tells whose it is.
void lock_whole(int fd) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    ::fcntl(fd, F_SETLK, &lock);  // a file system without locks must do without
}

void refuse_while_recorded(const std::filesystem::path& folder) {
    const sensors::Fd fd(::open((folder / "telemetry.csv").c_str(), O_RDONLY | O_CLOEXEC));
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (!fd || ::fcntl(fd.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return;
    throw Error(ErrorKind::failed, folder.string(),
                fmt::format("is being recorded by process {}", lock.l_pid),
                "choose another folder with -o, or end that recording first");
}

// A file of a session's may be somebody's own, put there for the analysis: it goes by --force alone, as a
// session does.
[[noreturn]] void refuse_to_replace(const std::filesystem::path& folder, const std::string& name) {
    const bool recorded = name == "session.json" || name == "telemetry.csv";
    throw Error(ErrorKind::failed, folder.string(),
                recorded ? "holds a session already" : "holds a " + name + ", which is a session's",
                "choose another folder with -o, or --force to replace it");
}

}  // namespace

AppendFile::AppendFile(const std::filesystem::path& path)
    : shown_(path.string()),
      fd_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
    if (!fd_) fail_writing(shown_, "cannot create", errno);
    lock_whole(fd_.get());
}

void AppendFile::append(std::string_view record) {
    ssize_t written = ::write(fd_.get(), record.data(), record.size());
    while (written < 0 && errno == EINTR) written = ::write(fd_.get(), record.data(), record.size());
    if (written == static_cast<ssize_t>(record.size())) {
        size_ += written;
        return;
    }
    const int error = written < 0 ? errno : ENOSPC;
    if (written > 0 && ::ftruncate(fd_.get(), size_) != 0) fail_writing(shown_, "a torn last line", errno);
    fail_writing(shown_, "cannot write", error);
}

void AppendFile::sync() {
    if (synced_ == size_) return;
    // A pipe or a device cannot be synced; that is no failure.
    if (::fdatasync(fd_.get()) != 0 && errno != EINVAL && errno != EROFS)
        fail_writing(shown_, "cannot write", errno);
    synced_ = size_;
}

void prepare_session_folder(const std::filesystem::path& folder, bool replace) {
    std::error_code error;
    if (std::filesystem::exists(folder, error) && !std::filesystem::is_directory(folder, error)) {
        throw Error(ErrorKind::failed, folder.string(), "is a file, not a folder",
                    "choose another name with -o");
    }
    refuse_while_recorded(folder);
    for (const char* name : kSessionFiles) {
        if (!std::filesystem::exists(folder / name, error)) continue;
        if (!replace) refuse_to_replace(folder, name);
        std::filesystem::remove(folder / name, error);
    }
    std::filesystem::create_directories(folder, error);
    if (error) fail_writing(folder.string(), "cannot make the folder", error.value());
}

std::string fresh_session_name() {
    return fmt::format("rlecouple-{:%Y%m%dT%H%M%S}Z", fmt::gmtime(std::time(nullptr)));
}

}  // namespace rle::cli
