// Whole files in, whole files out. Output is written beside its place and renamed when complete.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "formats/io/shown_file.hpp"

namespace rle::formats {

/// Throws Error{failed} for what the system refused (`error` is an errno), with a hint where there is one.
[[noreturn]] void fail_of_system(const std::string& where, int error, const std::string& doing);

/// After a write that failed with EAGAIN (who shares a pipe with us may have made it one that does not
/// block): waits until the descriptor takes bytes, or an error. errno stays as it is.
void wait_for_room(int fd);

/// The text of a file, "-" for stdin; gzip is unpacked, a byte-order mark dropped. Throws Error{failed} (no
/// such file, a directory, no permission, empty) with a hint. `name` is for messages, where the path is not.
std::string read_text(const std::string& path, const std::string& name = {});

/// The text of a file that stays where it is and is looked at through a window that moves on. Where it is cut
/// short meanwhile, see shown_file.hpp.
class MappedText {
  public:
    /// Missing for what cannot be looked at so, or is not plain text: a pipe, an empty file, gzip, UTF-16.
    /// Throws Error{failed} as read_text does where the file cannot be opened.
    static std::optional<MappedText> open(const std::string& path, const std::string& name = {});
    ~MappedText();
    MappedText(MappedText&&) noexcept;

    std::string_view text() const;
    /// Gives back the memory of what lies before `position`; looking there again costs time only.
    void forget_before(std::size_t position) { forgotten_ = forget(forgotten_, position); }
    /// Likewise of what lies between; how far that went comes back, to go on from. For several threads at a
    /// time.
    std::size_t forget(std::size_t from, std::size_t position) const;
    /// Throws Error{failed} where the file is shorter now than it was: what was read of its last page may
    /// have been zeros.
    void check_length() const;

  private:
    MappedText(const std::string& path, int file, char* bytes, std::size_t size);

    std::string path_;
    int file_;
    char* bytes_;
    std::size_t size_;
    std::size_t forgotten_ = 0;
    ShownFile shown_;
};

/// Writes `text` to `path` by way of a temporary file beside it; "-" writes to stdout. A folder that is not
/// there is made; a file that is replaced keeps its permissions. Throws Error{failed} on a full disk.
void write_text(const std::string& path, std::string_view text);

/// A file that is written piece by piece, likewise: nothing stands at `path` before commit(), and what was
/// not committed vanishes, with the folders that were made for it. What goes to stdout, a pipe or a device
/// has gone once it is written.
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
