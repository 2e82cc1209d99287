// A file as an input that can be read more than once.
//
// What cannot be looked at where it lies (stdin, a pipe, gzip, UTF-16) is unpacked once, block by block: in
// memory while it is small, else into a file without a name in a folder of the caller's choice, which goes
// with the Input.
#pragma once

#include <memory>
#include <string>

namespace rle::formats {

class Input {
  public:
    /// `path` as it is given, "-" for stdin. Throws Error{failed} as read_text does, and where the folder has
    /// no room.
    static Input open(const std::string& path, const std::string& folder);
    /// Not looked at before it is read.
    static Input as_it_is(const std::string& path);

    const std::string& name() const { return name_; }  ///< for messages
    const std::string& path() const { return path_; }  ///< to be opened, as often as needed

  private:
    class Spool;

    std::string name_, path_;
    std::shared_ptr<Spool> spool_;
};

}  // namespace rle::formats
