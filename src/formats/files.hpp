// Whole files in, whole files out. Output is written beside its place and renamed when complete.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace rle::formats {

/// The text of a file, "-" for stdin; gzip is unpacked, a byte-order mark dropped. Throws Error{failed} (no
/// such file, a directory, no permission, empty) with a hint.
std::string read_text(const std::string& path);

/// Writes `text` to `path` by way of a temporary file beside it; "-" writes to stdout. Throws Error{failed}
/// on a full disk.
void write_text(const std::string& path, std::string_view text);

/// A file that is written piece by piece, likewise: nothing stands at `path` before commit(), and what was
/// not committed vanishes. What goes to stdout, a pipe or a device has gone once it is written.
class OutputFile {
  public:
    explicit OutputFile(const std::string& path);
    ~OutputFile();
    OutputFile(OutputFile&&) noexcept;

    void write(std::string_view text);
    void commit();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rle::formats
