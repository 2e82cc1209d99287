// Logs whose lines are words between blanks, as monitors print them.
#pragma once

#include <string_view>
#include <vector>

namespace rle::formats {

/// Takes the next line off `rest` and puts its words, between any of `blanks`, into `words`; false at the end
/// of the text. `torn`: the line has no end.
bool next_words(std::string_view& rest, std::vector<std::string_view>& words, bool& torn,
                std::string_view blanks);

}  // namespace rle::formats
