#include "formats/io/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "formats/io/unfinished.hpp"
#include "formats/text/encoding.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

namespace fs = std::filesystem;

// umask() cannot ask without setting, and what other threads made meanwhile would be open to all: asked once,
// before there are any.
const mode_t kNewFile = [] {
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}();

[[noreturn]] void fail(const std::string& where, int error, const std::string& doing) {
    switch (error) {
        case ENOENT:
            throw Error(ErrorKind::failed, where, doing + ": no such file or folder", "check the path");
        case EISDIR:
            throw Error(ErrorKind::failed, where, doing + ": this is a folder", "name a file in it");
        case EACCES:
        case EPERM:
            throw Error(ErrorKind::failed, where, doing + ": permission denied", "check its mode and owner");
        case EROFS:
            throw Error(ErrorKind::failed, where, doing + ": read-only file system", "choose another folder");
        case EDQUOT:
        case ENOSPC:
            throw Error(ErrorKind::failed, where, doing + ": no space left",
                        "free some or choose another disk");
        default:
            throw Error(ErrorKind::failed, where, doing + ": " + std::strerror(error));
    }
}

class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    ~FileDescriptor() {
        if (fd_ > STDERR_FILENO) ::close(fd_);
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    int get() const { return fd_; }
    void open(int fd) { fd_ = fd; }
    int release() { return std::exchange(fd_, -1); }
    /// The last moment at which a file system may report a failed write.
    int close() {
        const int result = ::close(fd_);
        fd_ = -1;
        return result;
    }

  private:
    int fd_;
};

std::string read_all(int fd, const std::string& where) {
    struct stat info {};
    if (fstat(fd, &info) != 0) fail(where, errno, "cannot read");
    if (S_ISDIR(info.st_mode)) fail(where, EISDIR, "cannot read");
    std::string text;
    std::size_t used = 0;
    text.resize(S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) + 1 : 1U << 16U);
    for (;;) {
        if (used == text.size()) text.resize(text.size() * 2);
        const ssize_t got = ::read(fd, text.data() + used, text.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(where, errno, "cannot read");
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
    }
    text.resize(used);
    return text;
}

void write_all(int fd, std::string_view text, const std::string& where) {
    while (!text.empty()) {
        const ssize_t put = ::write(fd, text.data(), text.size());
        if (put < 0 && errno == EAGAIN) wait_for_room(fd);
        if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (put < 0) fail(where, errno, "cannot write");
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

}  // namespace

void wait_for_room(int fd) {
    const int error = errno;
    pollfd room{fd, POLLOUT, 0};
    ::poll(&room, 1, -1);
    errno = error;
}

void fail_of_system(const std::string& where, int error, const std::string& doing) {
    fail(where, error, doing);
}

std::string read_text(const std::string& path, const std::string& name) {
    const std::string where = !name.empty() ? name : path == "-" ? "stdin" : path;
    FileDescriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) fail(where, errno, "cannot read");
    std::string text = decode(read_all(file.get(), where), where);
    if (text.empty()) throw Error(ErrorKind::failed, where, "the file is empty");
    return text;
}

std::optional<MappedText> MappedText::open(const std::string& path, const std::string& name) {
    struct stat info {};
    if (path == "-") return std::nullopt;
    // A named pipe must be opened once only: closing it would end whoever writes into it.
    if (::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode)) return std::nullopt;
    const std::string& where = name.empty() ? path : name;
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) fail(where, errno, "cannot read");
    if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return std::nullopt;
    const auto size = static_cast<std::size_t>(info.st_size);
    void* const bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (bytes == MAP_FAILED) return std::nullopt;
    madvise(bytes, size, MADV_SEQUENTIAL);
    MappedText mapped(where, file.release(), static_cast<char*>(bytes), size);
    if (!is_plain(std::string_view(mapped.bytes_, size)) || mapped.text().empty()) return std::nullopt;
    return mapped;
}

MappedText::MappedText(const std::string& path, int file, char* bytes, std::size_t size)
    : path_(path), file_(file), bytes_(bytes), size_(size), shown_(bytes, size, path) {}

MappedText::MappedText(MappedText&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      bytes_(std::exchange(other.bytes_, nullptr)),
      size_(other.size_),
      forgotten_(other.forgotten_),
      shown_(std::move(other.shown_)) {}

MappedText::~MappedText() {
    shown_ = {};
    if (bytes_ != nullptr) munmap(bytes_, size_);
    if (file_ >= 0) ::close(file_);
}

void MappedText::check_length() const {
    struct stat info {};
    if (fstat(file_, &info) != 0 || static_cast<std::size_t>(info.st_size) >= size_) return;
    throw Error(ErrorKind::failed, path_, kCutShort, kCutShortHint);
}

std::string_view MappedText::text() const {
    const std::string_view all(bytes_, size_);
    return all.starts_with(kUtf8Mark) ? all.substr(kUtf8Mark.size()) : all;
}

std::size_t MappedText::forget(std::size_t from, std::size_t position) const {
    constexpr std::size_t kAtOnce = std::size_t{1} << 20U;  // a multiple of every page size
    const std::size_t begin = (from + kAtOnce - 1) / kAtOnce * kAtOnce, end = position / kAtOnce * kAtOnce;
    if (end <= begin) return from;
    madvise(bytes_ + begin, end - begin, MADV_DONTNEED);
    return end;
}

// Devices and pipes cannot be replaced by a rename: `beside` stays empty.
struct OutputFile::State {
    std::string where;
    fs::path target;
    std::string beside;
    mode_t mode = kNewFile;
    std::vector<fs::path> made;  // folders that were not there, the innermost first; until commit()
    Unfinished remembered;
    FileDescriptor file{-1};

    ~State() {
        if (!beside.empty()) ::unlink(beside.c_str());
        for (const fs::path& folder : made) ::rmdir(folder.c_str());  // one that holds something stays
    }
    void make_parents() {
        std::error_code error;
        for (fs::path folder = target.parent_path(); !folder.empty() && !fs::exists(folder, error);
             folder = folder.parent_path())
            made.push_back(folder);
        if (made.empty()) return;
        fs::create_directories(made.front(), error);
        if (error) fail(where, error.value(), "cannot make the folder " + made.front().string());
    }
    void open_in_place() {
        file.open(::open(target.c_str(), O_WRONLY | O_CLOEXEC));
        if (file.get() < 0) fail(where, errno, "cannot write");
    }
    void open_beside() {
        make_parents();
        std::string name = target.string() + ".XXXXXX";
        file.open(mkostemp(name.data(), O_CLOEXEC));
        if (file.get() < 0) fail(where, errno, "cannot write");
        beside = name;
        remembered = Unfinished(beside);
    }
};

OutputFile::OutputFile(const std::string& path) : state_(std::make_unique<State>()) {
    State& s = *state_;
    if (path == "-") {
        std::fflush(stdout);
        s.where = "stdout";
        s.file.open(STDOUT_FILENO);
        return;
    }
    s.where = path;
    s.target = path;
    std::error_code ignored;
    if (fs::is_symlink(s.target, ignored)) s.target = fs::weakly_canonical(s.target, ignored);
    const fs::file_status status = fs::status(s.target, ignored);
    if (fs::is_directory(status)) fail(path, EISDIR, "cannot write");
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        s.open_in_place();
    } else {
        if (fs::exists(status)) s.mode = static_cast<mode_t>(status.permissions()) & 0777;
        s.open_beside();
    }
}

OutputFile::~OutputFile() = default;
OutputFile::OutputFile(OutputFile&&) noexcept = default;

void OutputFile::write(std::string_view text) {
    write_all(state_->file.get(), text, state_->where);
}

void OutputFile::commit() {
    State& s = *state_;
    if (s.beside.empty()) return;
    if (fchmod(s.file.get(), s.mode) != 0 || s.file.close() != 0) fail(s.where, errno, "cannot write");
    if (std::rename(s.beside.c_str(), s.target.c_str()) != 0) fail(s.where, errno, "cannot write");
    s.beside.clear();
    s.made.clear();
    s.remembered = {};
}

void write_text(const std::string& path, std::string_view text) {
    OutputFile file(path);
    file.write(text);
    file.commit();
}

}  // namespace rle::formats
