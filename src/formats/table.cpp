#include "formats/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/numbers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kHeaderWithinLines = 50;
constexpr std::size_t kRowsLookedAt = 64;

// What most of the first rows have, if no more than the header; of equally frequent numbers the larger.
std::size_t usual_cells(CsvScanner scanner, std::size_t header_cells) {
    std::vector<std::size_t> times(header_cells + 1, 0);
    Record cells;
    for (std::size_t row = 0; row < kRowsLookedAt && scanner.next(cells); ++row) {
        if (!scanner.torn() && cells.size() <= header_cells) ++times[cells.size()];
    }
    std::size_t best = header_cells;
    for (std::size_t n = header_cells; n > 1; --n) {
        if (times[n] > times[best]) best = n;
    }
    return best;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

ColumnName normal_name(std::string_view header_cell) {
    ColumnName out;
    header_cell = trim(header_cell);
    if (header_cell.ends_with(']') || header_cell.ends_with(')')) {
        const std::size_t open = header_cell.find_last_of(header_cell.back() == ']' ? '[' : '(');
        if (open != std::string_view::npos && open > 0) {
            for (const char c : header_cell.substr(open + 1, header_cell.size() - open - 2))
                out.unit.push_back(lower(c));
            header_cell = trim(header_cell.substr(0, open));
        }
    }
    for (const char c : header_cell) {
        const char l = lower(c);
        const bool word =
            (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || static_cast<unsigned char>(l) >= 0x80;
        if (word) {
            out.name.push_back(l);
        } else if (!out.name.empty() && out.name.back() != '_') {
            out.name.push_back('_');
        }
    }
    while (out.name.ends_with('_')) out.name.pop_back();
    return out;
}

std::optional<Table> Table::open(std::string_view text, const IsHeader& is_header, char comment) {
    for (const char separator : {',', '\t', ';'}) {
        CsvScanner scanner(text, separator, comment);
        Record cells;
        for (std::size_t tries = 0; tries < kHeaderWithinLines && scanner.next(cells); ++tries) {
            std::vector<std::string> header(cells.begin(), cells.end());
            if (is_header(header)) return Table(std::move(scanner), std::move(header));
        }
    }
    return std::nullopt;
}

Table::Table(CsvScanner scanner, std::vector<std::string> header)
    : scanner_(std::move(scanner)), header_(std::move(header)) {
    cells_in_row_ = usual_cells(scanner_, header_.size());
}

Table Table::over(std::string_view text) const {
    Table other = *this;
    other.scanner_ = scanner_.over(text);
    other.rows_ = 0;
    other.skipped_.clear();
    return other;
}

bool Table::is_header_again(const Record& cells, const std::string& where) const {
    if (cells.empty() || cells.front() != header_.front() || header_.front().empty()) return false;
    if (std::equal(cells.begin(), cells.end(), header_.begin(), header_.end())) return true;
    // Only names where the rows have numbers and times: another header, not a row.
    const bool names =
        std::none_of(cells.begin(), cells.end(), [](auto c) { return parse_number(c).has_value(); });
    if (!names || cells.size() < 2) return false;
    throw Error(ErrorKind::failed, fmt::format("{}:{}", where, scanner_.line()),
                "another header in the middle of the file", "split the file there and give both parts");
}

bool Table::next(Record& cells, const std::string& where) {
    while (scanner_.next(cells)) {
        if (scanner_.torn()) {
            ++skipped_["torn_line"];
            return false;
        }
        if (is_header_again(cells, where)) {
            ++skipped_["repeated_header"];
            continue;
        }
        const auto surplus = cells.begin() + std::min(std::ssize(cells), std::ssize(header_));
        const bool whole =
            cells.size() >= cells_in_row_ &&
            std::all_of(surplus, cells.end(), [](std::string_view cell) { return cell.empty(); });
        if (!whole) {
            ++skipped_["malformed_line"];
            continue;
        }
        cells.resize(header_.size());
        ++rows_;
        return true;
    }
    return false;
}

void describe_skipped(const Counts& skipped, const std::string& where, std::vector<std::string>& warnings) {
    for (const auto& [reason, count] : skipped) {
        if (reason == "torn_line") {
            warnings.push_back(
                fmt::format("{}: the last line has no end and may be torn; it was left out", where));
        } else if (reason == "malformed_line") {
            warnings.push_back(fmt::format(
                "{}: {} line(s) do not have as many cells as the other rows (torn or foreign); left out",
                where, count));
        } else if (reason == "repeated_header") {
            warnings.push_back(fmt::format("{}: the header stands again {} time(s)", where, count));
        }
    }
}

std::string list_of(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 24;
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < kMost; ++i) {
        if (i > 0) out += ", ";
        out += names[i].substr(0, 60);
    }
    if (names.size() > kMost) out += fmt::format(", ... ({} in all)", names.size());
    return out;
}

}  // namespace rle::formats
