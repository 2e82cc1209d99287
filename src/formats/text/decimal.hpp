// A double -> the shortest decimal text that reads back as it, and plain decimal text -> a double: the two
// inner loops of every table that is read or written.
//
// Invariants: what write_shortest writes is, character for character, what std::to_chars would write but for
// whole numbers, which are never written with an exponent; what read_plain accepts, std::from_chars reads as
// the same double. Whatever is out of the ordinary is left to those two.
#pragma once

#include <string_view>

namespace rle::formats {

inline constexpr std::size_t kLongestNumber = 32;  ///< characters that write_shortest may need

/// Writes `value` (not NaN) at `to` and returns the end.
char* write_shortest(char* to, double value);

/// "-12", "0.5", "61.25": up to 15 digits, at most one point, nothing else. False, and `value` as it
/// was: not so plain. (An optional would be put together in memory, which costs as much as the digits.)
bool read_plain(std::string_view text, double& value);

}  // namespace rle::formats
