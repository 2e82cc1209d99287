// Memory that text is formatted into: room is asked for a row at a time and filled through a bare pointer.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace rle::formats {

class TextBuffer {
  public:
    /// Where `size` more characters may be written; finish with end_at().
    char* room(std::size_t size) {
        if (capacity_ - used_ < size) grow(size);
        return bytes_.get() + used_;
    }
    /// What was written ends here, within the room that was asked for last.
    void end_at(const char* end) { used_ = static_cast<std::size_t>(end - bytes_.get()); }

    std::string_view text() const { return {bytes_.get(), used_}; }
    void clear() { used_ = 0; }

  private:
    void grow(std::size_t size) {
        capacity_ = std::max(2 * capacity_, used_ + size);
        std::unique_ptr<char[]> larger(new char[capacity_]);  // make_unique would fill it with zeros
        if (used_ > 0) std::memcpy(larger.get(), bytes_.get(), used_);
        bytes_ = std::move(larger);
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t used_ = 0;
};

}  // namespace rle::formats
