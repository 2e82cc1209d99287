#include "formats/csv.hpp"

#include <algorithm>

#include "formats/numbers.hpp"

namespace rle::formats {

std::size_t CsvScanner::end_of_line(std::size_t from) const {
    const std::size_t end = text_.find('\n', from);
    return end == std::string_view::npos ? text_.size() : end;
}

bool CsvScanner::next(Record& cells) {
    cells.clear();
    unquoted_.clear();
    while (at_ < text_.size()) {
        const std::size_t end = end_of_line(at_);
        const std::string_view line = text_.substr(at_, end - at_);
        line_ = next_line_;
        const std::string_view visible = trim(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
        if (visible.empty() || (comment_ != '\0' && visible.front() == comment_)) {
            at_ = std::min(text_.size(), end + 1);
            ++next_line_;
            continue;
        }
        if (line.find('"') == std::string_view::npos) {
            plain_line(cells);
        } else {
            quoted_record(cells);
        }
        return true;
    }
    return false;
}

void CsvScanner::plain_line(Record& cells) {
    const std::size_t end = end_of_line(at_);
    torn_ = end == text_.size();
    std::string_view line = text_.substr(at_, end - at_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    for (;;) {
        const std::size_t comma = line.find(separator_);
        cells.push_back(trim(line.substr(0, comma)));
        if (comma == std::string_view::npos) break;
        line.remove_prefix(comma + 1);
    }
    at_ = std::min(text_.size(), end + 1);
    ++next_line_;
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
