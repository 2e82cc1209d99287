#include "formats/text/words.hpp"

#include <algorithm>

namespace rle::formats {

bool next_words(std::string_view& rest, std::vector<std::string_view>& words, bool& torn,
                std::string_view blanks) {
    words.clear();
    if (rest.empty()) return false;
    const std::size_t end = rest.find('\n');
    torn = end == std::string_view::npos;
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(torn ? rest.size() : end + 1);
    while (true) {
        const std::size_t begin = line.find_first_not_of(blanks);
        if (begin == std::string_view::npos) return true;
        const std::size_t length = line.substr(begin).find_first_of(blanks);
        words.push_back(line.substr(begin, length));
        if (length == std::string_view::npos) return true;
        line.remove_prefix(begin + length);
    }
}

}  // namespace rle::formats
