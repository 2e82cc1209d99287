// Names of the temporary files that stand on the disk now, so that a signal that ends the program can take
// them along.
#pragma once

#include <string>

namespace rle::formats {

/// Remembers a file from its making until the object goes. Beyond eight at a time, none is remembered.
class Unfinished {
  public:
    Unfinished() = default;
    explicit Unfinished(const std::string& path);
    ~Unfinished();
    Unfinished(Unfinished&& other) noexcept;
    Unfinished& operator=(Unfinished&& other) noexcept;

  private:
    int slot_ = -1;
};

/// Removes them all. May be called from a signal handler.
void remove_unfinished() noexcept;

}  // namespace rle::formats
