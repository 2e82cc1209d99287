#include "formats/telemetry/word_rows.hpp"

#include "formats/text/words.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {

std::vector<std::string> first_header(std::string_view text, std::string_view blanks, HeaderOf header_of) {
    constexpr int kLines = 50;
    Record words;
    bool torn = false;
    for (int i = 0; i < kLines && next_words(text, words, torn, blanks); ++i) {
        if (auto header = header_of(words); !header.empty()) return header;
    }
    return {};
}

bool WordRows::next(Record& words) {
    for (bool torn = false; next_words(rest_, words, torn, blanks_);) {
        ++line_;
        if (words.empty() || !make_cells(words)) continue;
        if (!torn && words.size() == header_.size()) return true;
        ++skipped_[torn ? "torn_line" : "malformed_line"];
    }
    return false;
}

void WordRows::require_same_header(const std::vector<std::string>& again,
                                   const std::vector<std::string>& first) const {
    if (again == first) return;
    throw Error(ErrorKind::failed, source_.where, "another header in the middle of the file",
                "split it there");
}

}  // namespace rle::formats
