// Files that are looked at through memory. Where another program cuts one short meanwhile, what lies behind
// its new end is no memory any more, and looking there raises SIGBUS: the end of the program, with one line
// that names the file.
#pragma once

#include <cstddef>
#include <string>

namespace rle::formats {

/// Remembers which memory shows which file until the object goes. Beyond sixteen at a time, none is
/// remembered.
class ShownFile {
  public:
    ShownFile() = default;
    ShownFile(const void* begin, std::size_t size, const std::string& path);
    ~ShownFile();
    ShownFile(ShownFile&& other) noexcept;
    ShownFile& operator=(ShownFile&& other) noexcept;

  private:
    int slot_ = -1;
};

/// What is wrong with a file that was cut short, and what to do.
inline constexpr const char* kCutShort = "was cut short while it was read";
inline constexpr const char* kCutShortHint = "run again when nothing writes to it";

/// From now on SIGBUS from such a file ends the program as an error does, with exit code 1, one line on
/// stderr and without the files that were being written.
void explain_cut_files() noexcept;

}  // namespace rle::formats
