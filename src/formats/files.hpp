// Whole files in, whole files out. Output is written beside its place and renamed when complete.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rle::formats {

/// The text of a file, "-" for stdin; gzip is unpacked, a byte-order mark dropped. Throws Error{failed} (no
/// such file, a directory, no permission, empty) with a hint.
std::string read_text(const std::string& path);

/// Writes `text` to `path` by way of a temporary file beside it; "-" writes to stdout. Throws Error{failed}
/// on a full disk.
void write_text(const std::string& path, std::string_view text);

}  // namespace rle::formats
