#include "formats/source_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

std::vector<std::string> first_record(std::string_view text, char separator) {
    CsvScanner scanner(text, separator);
    Record cells;
    if (!scanner.next(cells)) return {};
    return {cells.begin(), cells.end()};
}

std::vector<std::string> given_names(const Source& source) {
    return first_record(source.options.columns, guess_separator(source.options.columns));
}

// How many cells most of the first rows have; empty ones behind the last name count for none.
std::size_t usual_cells(const Source& source, std::size_t names) {
    constexpr std::size_t kRows = 64;
    CsvScanner scanner(source.text, guess_separator(source.text));
    std::map<std::size_t, std::size_t> rows;
    Record cells;
    for (std::size_t row = 0; row < kRows && scanner.next(cells); ++row) {
        if (scanner.torn() && row > 0) break;
        while (cells.size() > names && cells.back().empty()) cells.pop_back();
        ++rows[cells.size()];
    }
    const auto most = std::max_element(rows.begin(), rows.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == rows.end() ? 0 : most->first;
}

Table table_under(const Source& source, std::vector<std::string> names, const Table::IsHeader& is_header) {
    if (Table::open(source.text, is_header))
        throw Error(ErrorKind::failed, source.where, "it has a header of its own, and names were given to it",
                    "leave them out");
    const std::size_t cells = usual_cells(source, names.size());
    if (cells != names.size())
        throw Error(ErrorKind::failed, source.where,
                    fmt::format("its rows have {}, and {} named", counted(cells, "cell"),
                                counted(names.size(), "column is", "columns are")),
                    "name all of them, in their order");
    return Table::under(source.text, std::move(names));
}

}  // namespace

std::optional<Table> open_table(const Source& source, const Table::IsHeader& is_header) {
    if (source.options.columns.empty()) return Table::open(source.text, is_header);
    std::vector<std::string> names = given_names(source);
    if (!is_header(names)) return std::nullopt;
    return table_under(source, std::move(names), is_header);
}

std::vector<std::string> first_names(const Source& source) {
    return source.options.columns.empty() ? first_record(source.text, guess_separator(source.text))
                                          : given_names(source);
}

std::string describe_missing(const std::string& columns, const Source& source, std::string_view option) {
    const std::vector<std::string> first = first_names(source);
    if (!source.options.columns.empty())
        return fmt::format("no column {} among those that {} names", columns, option);
    if (first.empty()) return "nothing in it";
    if (std::any_of(first.begin(), first.end(), is_value))
        return fmt::format("its first line has values, not names; {} a,b,c names its columns", option);
    return fmt::format("no column {}; found {}", columns, list_of(first));
}

}  // namespace rle::formats
