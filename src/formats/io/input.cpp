#include "formats/io/input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "formats/io/files.hpp"
#include "formats/text/encoding.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20U;
constexpr std::size_t kMostInMemory = std::size_t{32} << 20U;

std::string path_of(int fd) {
    return fmt::format("/proc/self/fd/{}", fd);
}

// Closes what it opened; stdin is not ours.
struct Descriptor {
    int fd = -1;
    explicit Descriptor(int opened) : fd(opened) {}
    ~Descriptor() {
        if (fd > STDERR_FILENO) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

// Can be read where it lies, from its first byte on.
bool lies_open(int fd) {
    struct stat info {};
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return false;
    std::array<char, 3> head{};
    const ssize_t got = pread(fd, head.data(), head.size(), 0);
    if (got < 0 || lseek(fd, 0, SEEK_CUR) != 0) return false;
    return is_plain(std::string_view(head.data(), static_cast<std::size_t>(got)));
}

int open_nameless(const std::string& folder) {
    const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    std::string name = folder + "/rlecouple.XXXXXX";  // not every file system knows files without a name
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

std::string temporary_folder() {
    const char* const given = std::getenv("TMPDIR");
    return given != nullptr && *given != '\0' ? given : "/var/tmp";
}

}  // namespace

class Input::Spool {
  public:
    explicit Spool(const std::string& folder)
        : folder_(folder.empty() ? temporary_folder() : folder), fd_(memfd_create("rlecouple", MFD_CLOEXEC)) {
        if (fd_ < 0) move_to_disk();
    }
    ~Spool() {
        if (fd_ >= 0) ::close(fd_);
    }
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    int fd() const { return fd_; }
    std::size_t size() const { return size_; }

    void write(std::string_view text) {
        if (!on_disk_ && size_ + text.size() > kMostInMemory) move_to_disk();
        size_ += text.size();
        while (!text.empty()) {
            const ssize_t put = ::write(fd_, text.data(), text.size());
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) fail_of_system(folder_, errno, "cannot unpack the input into this folder");
            text.remove_prefix(static_cast<std::size_t>(put));
        }
    }

  private:
    void move_to_disk() {
        const int memory = fd_;
        fd_ = open_nameless(folder_);
        if (fd_ < 0) fail_of_system(folder_, errno, "cannot unpack the input into this folder");
        on_disk_ = true;
        if (memory < 0) return;
        const Descriptor closes(memory);
        std::string block(kBlock, '\0');
        std::size_t at = 0;
        for (ssize_t got = 1; got > 0; at += static_cast<std::size_t>(got)) {
            got = pread(memory, block.data(), block.size(), static_cast<off_t>(at));
            if (got < 0) fail_of_system(folder_, errno, "cannot unpack the input");
            size_ -= static_cast<std::size_t>(got);
            write(std::string_view(block).substr(0, static_cast<std::size_t>(got)));
        }
    }

    std::string folder_;
    int fd_;
    bool on_disk_ = false;
    std::size_t size_ = 0;
};

Input Input::as_it_is(const std::string& path) {
    Input input;
    input.name_ = path == "-" ? "stdin" : path;
    input.path_ = path;
    return input;
}

Input Input::open(const std::string& path, const std::string& folder) {
    Input input = as_it_is(path);
    const Descriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.fd < 0) fail_of_system(input.name_, errno, "cannot read");
    if (lies_open(file.fd)) {
        if (path == "-") input.path_ = path_of(STDIN_FILENO);
        return input;
    }
    const auto spool = std::make_shared<Spool>(folder);
    Unpacker unpacker(input.name_);
    std::string block(kBlock, '\0');
    std::string text;
    for (;;) {
        const ssize_t got = ::read(file.fd, block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_of_system(input.name_, errno, "cannot read");
        if (got == 0) break;
        text.clear();
        unpacker.add(std::string_view(block).substr(0, static_cast<std::size_t>(got)), text);
        spool->write(text);
    }
    text.clear();
    unpacker.finish(text);
    spool->write(text);
    if (spool->size() == 0) throw Error(ErrorKind::failed, input.name_, "the file is empty");
    input.spool_ = spool;
    input.path_ = path_of(spool->fd());
    return input;
}

}  // namespace rle::formats
