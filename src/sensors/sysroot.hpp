// /sys and /proc below a root that is handed in, so that a test can point every source at a small fake
// machine.
//
// Paths are given as on the real machine ("/sys/class/hwmon"); the root is put in front of them here and
// nowhere else.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensors/fd.hpp"

namespace rle::sensors {

class SysRoot {
  public:
    explicit SysRoot(std::filesystem::path root = "/") : root_(std::move(root)) {}

    /// Whether this is the machine itself rather than a fake one.
    bool is_machine() const { return root_ == "/"; }
    /// Where `path` really lies.
    std::filesystem::path locate(std::string_view path) const;
    /// Names in a folder, "hwmon2" before "hwmon10"; empty where there is no such folder.
    std::vector<std::string> list(std::string_view folder) const;
    bool exists(std::string_view path) const;
    /// The text of a small file without its final white space; missing where it cannot be read.
    std::optional<std::string> text(std::string_view path) const;
    /// The first number of a small file.
    std::optional<double> number(std::string_view path) const;

  private:
    std::filesystem::path root_;
};

/// A file of numbers that is kept open and read again from its start at each sample. A file that vanishes is
/// looked for again at every read, so that a sensor may go and come back.
class SysFile {
  public:
    /// No more than `most_bytes` of it are read.
    SysFile(const SysRoot& root, std::string path, std::size_t most_bytes = 4096);

    const std::string& path() const { return path_; }
    /// Its beginning, as much as is read; missing where it cannot be read or is empty. Valid until the next
    /// call.
    std::optional<std::string_view> text();
    /// The first number in it.
    std::optional<double> number();
    /// errno of the last read that failed; 0 after one that worked.
    int error() const { return error_; }
    /// "/sys/...: permission denied"; empty after a read that worked.
    std::string problem() const;

  private:
    bool open();

    std::string path_;
    std::filesystem::path located_;
    Fd fd_;
    std::size_t most_bytes_;
    std::string buffer_;
    int error_ = 0;
};

/// The number at the start of `text`, after spaces; missing where there is none. Never looks at the locale.
std::optional<double> leading_number(std::string_view text);

/// "permission denied", "no such file or directory", ...
std::string errno_text(int error);

}  // namespace rle::sensors
