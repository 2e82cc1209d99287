// Bytes of a file -> UTF-8 text: gzip unpacked, byte-order marks dropped, UTF-16 (what PowerShell redirects
// into) converted.
#pragma once

#include <string>
#include <string_view>

namespace rle::formats {

/// Throws Error{failed} naming `where` on a damaged gzip file. Bytes that are plain text come back as they
/// are.
std::string decode(std::string bytes, const std::string& where);

inline constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
/// decode() would give back these bytes, but for the mark.
bool is_plain(std::string_view bytes);

/// Windows-1252 -> UTF-8; what is valid UTF-8 already comes back as it is.
std::string from_cp1252(std::string_view bytes);

}  // namespace rle::formats
