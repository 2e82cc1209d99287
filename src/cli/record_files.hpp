// The files of a recording: appended to, one write a record, so that a crash costs the record in flight and
// no other.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sensors/fd.hpp"

namespace rle::cli {

/// A file that only grows by whole records.
class AppendFile {
  public:
    /// Creates `path`; throws Error{failed} where it exists or cannot be made.
    explicit AppendFile(const std::filesystem::path& path);

    /// Writes `record` with one write(2). Where the disk takes only part of it, that part is cut off again
    /// and Error{failed} thrown: the file always ends with a whole record.
    void append(std::string_view record);
    /// Has the disk catch up (fdatasync), if anything was appended since the last time.
    void sync();

  private:
    std::string shown_;
    sensors::Fd fd_;
    off_t size_ = 0;
    off_t synced_ = 0;
};

/// Makes the folder, or takes one that holds no file of a session's and that nobody records into. With
/// `replace`, the files of a session in it are removed, and nothing else. Throws Error{failed}.
void prepare_session_folder(const std::filesystem::path& folder, bool replace);

/// "rlecouple-20261122T164500Z"
std::string fresh_session_name();

}  // namespace rle::cli
