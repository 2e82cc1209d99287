// Runs a program and keeps what it printed, for tests of the real binary.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rle::test {

struct Finished {
    int exit_code = -1;  ///< 128 + n where signal n ended it, as a shell has it
    std::string out;
    std::string err;
};

/// Runs `argv[0]` (searched in PATH) with `input` on stdin; `env` holds "NAME=value" additions.
Finished run(const std::vector<std::string>& argv, const std::string& input = {},
             const std::vector<std::string>& env = {});

/// Runs the rlecouple that was just built.
Finished rlecouple(std::vector<std::string> args, const std::string& input = {},
                   const std::vector<std::string>& env = {});

/// A new empty folder that is removed with the object.
class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const { return path_; }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace rle::test
