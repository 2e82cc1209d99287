#include "formats/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "formats/text/cell_shape.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/times.hpp"
#include "rlecouple/counted.hpp"
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

// "23,5" is a number with a decimal comma for certain, "1,234" may be a thousand, "1,234.5" surely is one.
enum class Sign { none, point, certain_comma, comma, thousands };

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at;
}

Sign sign_of(std::string_view cell) {
    if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
    const std::size_t whole = skip_digits(cell, 0);
    if (whole == 0 || whole == cell.size() || (cell[whole] != ',' && cell[whole] != '.')) return Sign::none;
    std::size_t end = skip_digits(cell, whole + 1);
    const std::size_t decimals = end - whole - 1;
    const bool grouped = cell[whole] == ',' && decimals == 3 && whole <= 3;
    if (grouped && end < cell.size() && (cell[end] == ',' || cell[end] == '.')) return Sign::thousands;
    if (end < cell.size() && (cell[end] == 'e' || cell[end] == 'E')) {
        const bool is_signed = end + 1 < cell.size() && (cell[end + 1] == '-' || cell[end + 1] == '+');
        end = skip_digits(cell, end + (is_signed ? 2 : 1));
    }
    if (decimals == 0 || end != cell.size()) return Sign::none;
    if (cell[whole] == '.') return Sign::point;
    return grouped && cell.front() != '0' ? Sign::comma : Sign::certain_comma;
}

// Between commas only cells in quotes can hold one, and those may be anything: there no point may stand
// beside.
Commas judge_commas(CsvScanner scanner, bool between_commas) {
    constexpr std::size_t kRows = 1000;
    std::array<std::size_t, 5> seen{};
    Record cells;
    for (std::size_t row = 0; row < kRows && scanner.next(cells); ++row) {
        for (const std::string_view cell : cells) ++seen[static_cast<std::size_t>(sign_of(cell))];
    }
    const auto count = [&](Sign sign) { return seen[static_cast<std::size_t>(sign)]; };
    if (count(Sign::thousands) > 0) return Commas::text;
    const bool points = count(Sign::point) > 0;
    if (count(Sign::certain_comma) > 0) return between_commas && points ? Commas::text : Commas::decimal;
    return between_commas || points ? Commas::text : Commas::doubtful;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::optional<std::size_t> column_called(const std::vector<std::string>& header,
                                         std::initializer_list<std::string_view> names) {
    for (std::size_t c = 0; c < header.size(); ++c) {
        const ColumnName column = normal_name(header[c]);
        if (column.unit.empty() && std::find(names.begin(), names.end(), column.name) != names.end())
            return c;
    }
    return std::nullopt;
}

// "12:00:00" and no date; "2026-09-28" and no time.
bool are_date_and_time(std::string_view date, std::string_view time) {
    const std::size_t colon = time.find(':');
    const bool of_day = (colon == 1 || colon == 2) && skip_digits(time, 0) == colon;
    const std::string both = fmt::format("{} {}", date, time);
    return of_day && date.find(':') == std::string_view::npos &&
           parse_time(both, order_shown_by(date).value_or(DateOrder::unknown) == DateOrder::day_first
                                ? DateOrder::day_first
                                : DateOrder::month_first)
                   .time_class != TimeClass::none;
}

// Of the first `lines` those that have values and as many cells as the header under them.
std::size_t rows_above(CsvScanner scanner, std::size_t lines, std::size_t cells_in_header) {
    std::size_t rows = 0;
    Record cells;
    for (; lines > 0 && scanner.next(cells); --lines) {
        const bool alike = cells.size() == cells_in_header && cells.size() > 1;
        if (alike && std::any_of(cells.begin(), cells.end(), is_value)) ++rows;
    }
    return rows;
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

std::vector<std::string> describe_repeated(const std::vector<std::string>& header, std::string_view which) {
    std::vector<std::string> lines;
    std::map<std::string_view, std::size_t> uses;
    for (const std::string& name : header) {
        if (!name.empty() && ++uses[name] == 2)
            lines.push_back(fmt::format("several columns are called '{}': {}", quotable(name), which));
    }
    return lines;
}

std::optional<Table> Table::open(std::string_view text, const IsHeader& is_header, char comment) {
    std::vector<std::string> header;
    for (const char separator : {',', '\t', ';'}) {
        CsvScanner scanner(text, separator, comment);
        Record cells;
        for (std::size_t tries = 0; tries < kHeaderWithinLines && scanner.next(cells); ++tries) {
            header.assign(cells.begin(), cells.end());
            if (!is_header(header)) continue;
            Table table(std::move(scanner), std::move(header));
            table.look_ahead(text, separator);
            if (const std::size_t above =
                    rows_above(CsvScanner(text, separator, comment), tries, table.header_.size()))
                table.skipped_["row_above_header"] = above;
            return table;
        }
    }
    return std::nullopt;
}

Table Table::under(std::string_view text, std::vector<std::string> names) {
    const char separator = guess_separator(text);
    Table table(CsvScanner(text, separator), std::move(names));
    table.look_ahead(text, separator);
    return table;
}

// What the first rows tell of the others.
void Table::look_ahead(std::string_view text, char separator) {
    constexpr std::size_t kHead = std::size_t{1} << 20U;
    const bool quotes = text.substr(0, kHead).find('"') != std::string_view::npos;
    // Without quotes no cell between commas holds one.
    if (separator != ',' || quotes) commas_ = judge_commas(scanner_, separator == ',');
    find_date_and_time();
}

Table::Table(CsvScanner scanner, std::vector<std::string> header)
    : scanner_(std::move(scanner)), header_(std::move(header)) {
    cells_in_row_ = usual_cells(scanner_, header_.size());
    for (const std::string& name : header_) names_.push_back(from_cp1252(name));
}

std::vector<std::string> Table::next_cells(std::size_t column) const {
    constexpr std::size_t kLines = 1000;
    CsvScanner scanner = scanner_;
    Record cells;
    std::vector<std::string> found;
    for (std::size_t line = 0; line < kLines && scanner.next(cells); ++line) {
        if (!scanner.torn() && column < cells.size()) found.emplace_back(cells[column]);
    }
    return found;
}

Table Table::over(std::string_view text) const {
    Table other = *this;
    other.scanner_ = scanner_.over(text);
    other.rows_ = 0;
    other.skipped_.clear();
    other.unended_.reset();
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

void Table::make_decimal_points(Record& cells, const std::string& where) {
    signs_.resize(header_.size());
    for (std::size_t c = 0; c < cells.size(); ++c) {
        const Sign sign = sign_of(cells[c]);
        if (commas_ == Commas::doubtful && sign == Sign::comma) {
            throw Error(ErrorKind::failed, fmt::format("{}:{}", where, scanner_.line()),
                        fmt::format("'{}' may be a thousand or a fraction", cells[c].substr(0, 40)),
                        "write decimal points");
        }
        Signs& column = signs_[c];
        column.point = column.point || sign == Sign::point;
        if (sign == Sign::comma || sign == Sign::certain_comma) {
            column.comma = true;
            column.cell = cells[c];
            column.cell[column.cell.find(',')] = '.';
            cells[c] = column.cell;
        }
        if (!column.comma || !column.point) continue;
        throw Error(ErrorKind::failed, fmt::format("{}:{}", where, scanner_.line()),
                    fmt::format("column '{}' has decimal commas and decimal points", names_[c]),
                    "write its numbers with one sign, and without separators of thousands");
    }
}

void Table::find_date_and_time() {
    const auto date = column_called(names_, {"date", "datum"});
    const auto time = column_called(names_, {"time", "uhrzeit", "zeit"});
    if (!date || !time) return;
    CsvScanner scanner = scanner_;
    Record cells;
    for (std::size_t row = 0; row < kRowsLookedAt && scanner.next(cells); ++row) {
        if (scanner.torn() || cells.size() <= std::max(*date, *time) || cells[*date].empty()) continue;
        if (!are_date_and_time(cells[*date], cells[*time])) continue;
        date_ = date;
        time_of_day_ = time;
        return;
    }
}

void Table::join_date_and_time(Record& cells) {
    std::string_view& time = cells[*time_of_day_];
    if (time.empty() || cells[*date_].empty()) return;
    joined_.assign(cells[*date_]).append(" ").append(time);
    time = joined_;
}

// Of a line without an end: does its last cell look like all of itself?
bool Table::last_cell_fits(const Record& cells) const {
    CsvScanner scanner = scanner_.over(last_lines(scanner_.text()));
    CellShape shape;
    Record above;
    while (scanner.next(above) && !scanner.torn()) {
        const bool header = above.front() == header_.front();
        if (above.size() == cells.size() && !header) shape.see(above.back());
    }
    return shape.fits(cells.back());
}

bool Table::is_whole(const Record& cells) const {
    const auto surplus = cells.begin() + std::min(std::ssize(cells), std::ssize(header_));
    return cells.size() >= cells_in_row_ &&
           std::all_of(surplus, cells.end(), [](std::string_view cell) { return cell.empty(); });
}

bool Table::next(Record& cells, const std::string& where) {
    while (scanner_.next(cells)) {
        if (scanner_.torn() && !(is_whole(cells) && last_cell_fits(cells))) {
            ++skipped_["torn_line"];
            return false;
        }
        if (is_header_again(cells, where)) {
            ++skipped_["repeated_header"];
            continue;
        }
        if (!is_whole(cells)) {
            ++skipped_["malformed_line"];
            continue;
        }
        if (scanner_.torn()) unended_ = cells.back();
        cells.resize(header_.size());
        if (time_of_day_) join_date_and_time(cells);
        if (commas_ != Commas::text) make_decimal_points(cells, where);
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
        } else if (reason == "row_above_header") {
            warnings.push_back(fmt::format("{}: {} above the header {} left out", where,
                                           counted(count, "row"), was_or_were(count)));
        } else if (reason == "malformed_line") {
            warnings.push_back(
                fmt::format("{}: {} not have as many cells as the other rows (torn or foreign); left out",
                            where, counted(count, "line does", "lines do")));
        } else if (reason == "repeated_header") {
            warnings.push_back(fmt::format("{}: the header stands again {}", where, counted(count, "time")));
        }
    }
}

std::string describe_unended(std::string_view last) {
    return fmt::format("the last line has no end; it is taken for whole, and ends in '{}'", quotable(last));
}

std::string list_of(const std::vector<std::string>& names) {
    constexpr std::size_t kLongest = 64;
    std::string out;
    for (const std::string& name : names) {
        const std::size_t room = kLongest - std::min(kLongest, out.size());
        if (name.size() + 2 > room && !out.empty())
            return out + fmt::format(", ... ({} in all)", names.size());
        if (!out.empty()) out += ", ";
        out += from_cp1252(beginning_of(name, kLongest));
    }
    return out;
}

bool is_value(std::string_view cell) {
    return parse_time(cell).time_class != TimeClass::none || parse_with_unit(cell).kind == CellKind::number;
}

}  // namespace rle::formats
