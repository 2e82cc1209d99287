// Bytes of a file -> UTF-8 text: gzip unpacked, byte-order marks dropped, UTF-16 (what PowerShell redirects
// into) converted.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rle::formats {

/// Throws Error{failed} naming `where` on a damaged gzip file. Bytes that are plain text come back as they
/// are.
std::string decode(std::string bytes, const std::string& where);

inline constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
/// decode() would give back these bytes, but for the mark.
bool is_plain(std::string_view bytes);

/// decode() for what comes in blocks and is too large to be held at once.
class Unpacker {
  public:
    explicit Unpacker(std::string where);
    ~Unpacker();
    Unpacker(const Unpacker&) = delete;
    Unpacker& operator=(const Unpacker&) = delete;

    /// What can be said of the bytes so far is appended to `out`. Throws as decode() does.
    void add(std::string_view bytes, std::string& out);
    /// After the last byte.
    void finish(std::string& out);

  private:
    enum class Form { unknown, utf8, utf16_little, utf16_big };
    struct Gunzip;

    void unpack(std::string_view bytes, std::string& out);
    void text(std::string_view bytes, std::string& out);
    void begin_text(std::string& out);
    void append_utf16(std::string_view bytes, bool last, std::string& out);

    std::string where_;
    std::string head_;  ///< bytes that wait for others, to be told or to be whole
    bool packing_known_ = false;
    Form form_ = Form::unknown;
    std::unique_ptr<Gunzip> gunzip_;
};

bool is_ascii(std::string_view text);
/// At most `bytes` of a text for a message, with "..." where it was cut, never within a character.
std::string beginning_of(std::string_view text, std::size_t bytes);
/// A cell for a message: UTF-8 whatever it was, and not all of it where it is long.
std::string quotable(std::string_view cell);

/// Windows-1252 -> UTF-8; what is valid UTF-8 already comes back as it is.
std::string from_cp1252(std::string_view bytes);

}  // namespace rle::formats
