#include "formats/text/csv.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>

#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kBlock = 64;

// Which of 64 characters are line ends, quotes or separators: the lowest bit is the first.
std::uint64_t specials_of(const char* at, char separator) {
    std::uint64_t found = 0;
#ifdef __SSE2__
    const __m128i separators = _mm_set1_epi8(separator), quotes = _mm_set1_epi8('"'),
                  ends = _mm_set1_epi8('\n');
    for (std::size_t i = 0; i < kBlock; i += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
        const __m128i special =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, separators),
                         _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, ends)));
        found |= std::uint64_t{static_cast<std::uint16_t>(_mm_movemask_epi8(special))} << i;
    }
#else
    for (std::size_t i = 0; i < kBlock; ++i) {
        const bool special = at[i] == separator || at[i] == '"' || at[i] == '\n';
        found |= std::uint64_t{special} << i;
    }
#endif
    return found;
}

}  // namespace

std::size_t CsvScanner::end_of_line(std::size_t from) const {
    const std::size_t end = text_.find('\n', from);
    return end == std::string_view::npos ? text_.size() : end;
}

// Nothing but white space, or a comment, up to the end of the line.
bool CsvScanner::is_blank(std::size_t from) const {
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (from < text_.size() && is_space(text_[from])) ++from;
    if (from == text_.size() || text_[from] == '\n') return true;
    if (comment_ != '\0' && text_[from] == comment_) return true;
    return text_[from] == '\r' && (from + 1 == text_.size() || text_[from + 1] == '\n');
}

bool CsvScanner::next(Record& cells) {
    cells.clear();
    if (!unquoted_.empty()) unquoted_.clear();
    while (at_ < text_.size()) {
        line_ = next_line_;
        if (text_.substr(at_).starts_with(kUtf8Mark)) at_ += kUtf8Mark.size();  // of a file that was appended
        if (is_blank(at_)) {
            at_ = std::min(text_.size(), end_of_line(at_) + 1);
            ++next_line_;
            continue;
        }
        if (!plain_line(cells)) quoted_record(cells);
        return true;
    }
    return false;
}

// Of the block that begins at `block`; the end of the text counts as the end of a line.
std::uint64_t CsvScanner::specials(std::size_t block) const {
    if (text_.size() - block >= kBlock) return specials_of(text_.data() + block, separator_);
    std::array<char, kBlock> last;
    last.fill('\n');
    std::copy(text_.begin() + static_cast<std::ptrdiff_t>(block), text_.end(), last.begin());
    return specials_of(last.data(), separator_);
}

// Takes a line without quotes; false, and nothing taken, where it has one. A block is looked at once, though
// several lines may lie in it.
bool CsvScanner::plain_line(Record& cells) {
    if (!has_block_ || at_ < block_ || at_ - block_ >= kBlock) {
        block_ = at_;
        specials_ = specials(block_);
        has_block_ = true;
    }
    std::uint64_t left = specials_ & (~std::uint64_t{0} << (at_ - block_));
    for (std::size_t cell = at_;; left &= left - 1) {
        while (left == 0) {
            block_ += kBlock;
            left = specials_ = specials(block_);
        }
        const std::size_t at = block_ + static_cast<std::size_t>(std::countr_zero(left));
        const bool ends = at == text_.size() || text_[at] == '\n';
        if (!ends && text_[at] == '"') {
            cells.clear();
            met_quotes_ = true;
            return false;
        }
        std::string_view text(text_.data() + cell, at - cell);
        if (ends && text.ends_with('\r')) text.remove_suffix(1);
        if (!text.empty() && (text.front() <= ' ' || text.back() <= ' ')) text = trim(text);
        cells.push_back(text);
        cell = at + 1;
        if (!ends) continue;
        torn_ = at == text_.size();
        at_ = at + (torn_ ? 0 : 1);
        ++next_line_;
        return true;
    }
}

// Reads a quoted cell at at_. False: its quote is not closed within the record, and nothing was taken.
bool CsvScanner::quoted_cell(std::string_view& cell) {
    const std::size_t limit = quotes_span_lines_ ? text_.size() : end_of_line(at_);
    const std::size_t begin = at_ + 1;
    std::size_t doubled = 0;
    std::size_t close = begin;
    for (;; close += 2, ++doubled) {
        close = text_.find('"', close);
        if (close == std::string_view::npos || close >= limit) {
            quotes_span_lines_ = false;
            return false;
        }
        if (close + 1 >= text_.size() || text_[close + 1] != '"') break;
    }
    cell = text_.substr(begin, close - begin);
    next_line_ += static_cast<std::size_t>(std::count(cell.begin(), cell.end(), '\n'));
    if (doubled > 0) {
        std::string& plain = unquoted_.emplace_back();
        for (std::size_t i = 0; i < cell.size(); ++i) {
            plain.push_back(cell[i]);
            if (cell[i] == '"') ++i;
        }
        cell = plain;
    }
    at_ = close + 1;
    return true;
}

void CsvScanner::quoted_record(Record& cells) {
    const auto here = [&] { return at_ < text_.size() ? text_[at_] : '\n'; };
    torn_ = false;
    for (;;) {
        while (at_ < text_.size() && (here() == ' ' || (here() == '\t' && separator_ != '\t'))) ++at_;
        std::string_view cell;
        const std::size_t begin = at_;
        const bool quoted = here() == '"' && quoted_cell(cell);
        const std::size_t behind = at_;
        while (at_ < text_.size() && here() != separator_ && here() != '\n') ++at_;
        std::string_view rest = text_.substr(behind, at_ - behind);
        if (rest.ends_with('\r')) rest.remove_suffix(1);
        if (!quoted ||
            !trim(rest).empty()) {  // text behind a closing quote: the cell is not one that was quoted
            cell = trim(text_.substr(begin, behind + rest.size() - begin));
        }
        cells.push_back(cell);
        if (at_ >= text_.size() || here() == '\n') break;
        ++at_;  // the separator
    }
    torn_ = at_ >= text_.size();
    at_ = std::min(text_.size(), at_ + 1);
    ++next_line_;
}

char guess_separator(std::string_view text) {
    const std::string_view first = text.substr(0, text.find('\n'));
    char best = ',';
    for (const char candidate : {',', ';', '\t'}) {
        if (std::count(first.begin(), first.end(), candidate) >
            std::count(first.begin(), first.end(), best)) {
            best = candidate;
        }
    }
    return best;
}

}  // namespace rle::formats
