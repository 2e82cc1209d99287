// The records are made into the table that they stand for, {"ts": 1, "gpu": {"temp": 50}} into the columns
// "ts" and "gpu.temp", and a list of GPUs into a row for each; the readers of tables do the rest.
#include "formats/telemetry/telemetry_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "formats/telemetry/telemetry_csv.hpp"
#include "formats/telemetry/telemetry_names.hpp"
#include "formats/telemetry/wide_csv.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/object_scanner.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr int kDeepest = 4;
constexpr std::size_t kMostColumns = 1000;
constexpr std::size_t kEverything = std::numeric_limits<std::size_t>::max();

struct JsonCell {
    std::string name;
    std::string_view value;
};
using Cells = std::vector<JsonCell>;

bool names_device(const JsonCell& cell) {
    const auto known = known_name(normal_name(cell.name).name);
    return known && known->role == Role::device;
}

// Is there a key by which each of these devices has another name? A model ("A100") may be that of all.
bool tell_themselves_apart(const std::vector<Cells>& devices) {
    std::map<std::string, std::set<std::string_view>> values;
    for (const Cells& device : devices) {
        for (const JsonCell& cell : device) {
            if (names_device(cell)) values[cell.name].insert(cell.value);
        }
    }
    return std::any_of(values.begin(), values.end(),
                       [&](const auto& key) { return key.second.size() == devices.size(); });
}

bool is_of_devices(std::string_view list_name) {
    return list_name.find("gpu") != std::string_view::npos ||
           list_name.find("device") != std::string_view::npos;
}

// One record: what stands in it once, and the objects of a list in it: of the first of devices, else of the
// first.
struct Flat {
    Cells cells;
    std::string list_name;
    std::string_view list;  ///< with its brackets; empty: there is none
};

void flatten(std::string_view object, const std::string& prefix, int depth, Flat& flat) {
    std::vector<RecordField> fields;
    if (depth > kDeepest || scan_record(object, 0, fields).result != ScanResult::complete) return;
    for (const RecordField& field : fields) {
        std::string name = prefix + std::string(field.key);
        if (field.kind != ValueKind::nested) {
            const bool missing = field.kind == ValueKind::bare && field.value == "null";
            flat.cells.push_back({std::move(name), missing ? std::string_view() : field.value});
        } else if (field.value.starts_with('{')) {
            flatten(field.value, name + ".", depth + 1, flat);
        } else if (const std::size_t first = skip_space(field.value, 1);
                   first < field.value.size() && field.value[first] == '{') {
            std::string list_name = normal_name(field.key).name;
            if (!flat.list.empty() && (is_of_devices(flat.list_name) || !is_of_devices(list_name))) continue;
            flat.list = field.value;
            flat.list_name = std::move(list_name);
        }
    }
}

using TakeRow = std::function<void(const Cells& cells)>;

std::vector<Cells> elements_of(std::string_view list) {
    std::vector<Cells> elements;
    std::vector<RecordField> fields;
    for (std::size_t at = 1;;) {
        at = skip_space(list, at);
        if (at < list.size() && list[at] == ',') at = skip_space(list, at + 1);
        if (at >= list.size() || list[at] != '{') return elements;
        const Scan scan = scan_record(list, at, fields);
        if (scan.result != ScanResult::complete) return elements;
        Flat element;
        flatten(list.substr(at, scan.end - at), {}, 1, element);
        elements.push_back(std::move(element.cells));
        at = scan.end;
    }
}

// GPUs that a list does not tell apart are counted.
void rows_of_list(const Flat& flat, const TakeRow& take) {
    const std::vector<Cells> elements = elements_of(flat.list);
    const bool counted = is_of_devices(flat.list_name) && !tell_themselves_apart(elements);
    for (std::size_t nth = 0; nth < elements.size(); ++nth) {
        Cells cells = flat.cells;
        cells.insert(cells.end(), elements[nth].begin(), elements[nth].end());
        const std::string number = fmt::format("{}", nth);
        if (counted) cells.push_back({"gpu_index", number});
        take(cells);
    }
}

struct Passed {
    std::size_t foreign = 0;  ///< lines that are no records
    bool torn = false;        ///< the last record is not closed
};

// Gives every row of the first records to `take`.
Passed each_row(std::string_view text, std::size_t most_records, const TakeRow& take) {
    Passed passed;
    std::vector<RecordField> fields;
    std::size_t at = skip_space(text, 0);
    if (at < text.size() && text[at] == '[') ++at;
    for (std::size_t records = 0; records < most_records;) {
        at = skip_space(text, at);
        if (at < text.size() && (text[at] == ',' || text[at] == ']')) at = skip_space(text, at + 1);
        if (at >= text.size()) break;
        const Scan scan = text[at] == '{' ? scan_record(text, at, fields) : Scan{};
        if (scan.result == ScanResult::complete) {
            Flat flat;
            flatten(text.substr(at, scan.end - at), {}, 0, flat);
            flat.list.empty() ? take(flat.cells) : rows_of_list(flat, take);
            at = scan.end;
            ++records;
            continue;
        }
        const std::size_t line_end = text.find('\n', at);
        passed.torn = line_end == std::string_view::npos;
        if (passed.torn) break;
        ++passed.foreign;
        at = line_end + 1;
    }
    return passed;
}

void append_cell(std::string& out, std::string_view value) {
    if (value.find_first_of(",\"\n\r") == std::string_view::npos) {
        out += value;
        return;
    }
    out += '"';
    for (const char c : value) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

// The rows as a table, with a column for each name, in the order in which the names come.
Passed make_table(std::string_view text, std::size_t most_records, std::string& table) {
    std::map<std::string, std::size_t, std::less<>> columns;
    std::vector<std::string> names;
    each_row(text, most_records, [&](const Cells& cells) {
        for (const JsonCell& cell : cells) {
            if (names.size() < kMostColumns && columns.try_emplace(cell.name, names.size()).second)
                names.push_back(cell.name);
        }
    });
    const auto append_line = [&](const auto& cells) {
        for (std::size_t c = 0; c < cells.size(); ++c) {
            if (c > 0) table += ',';
            append_cell(table, cells[c]);
        }
        table += '\n';
    };
    append_line(names);
    std::vector<std::string_view> row;
    return each_row(text, most_records, [&](const Cells& cells) {
        row.assign(names.size(), {});
        for (const JsonCell& cell : cells) {
            if (const auto at = columns.find(cell.name); at != columns.end()) row[at->second] = cell.value;
        }
        append_line(row);
    });
}

bool opens_json(std::string_view text) {
    std::size_t at = skip_space(text, 0);
    if (at < text.size() && text[at] == '[') at = skip_space(text, at + 1);
    return at < text.size() && text[at] == '{';
}

void note_passed(const Passed& passed, const std::string& where, Telemetry& telemetry) {
    if (passed.foreign > 0) {
        telemetry.dropped["foreign_line"] += passed.foreign;
        telemetry.warnings.push_back(fmt::format("{}: {} no JSON record; left out", where,
                                                 counted(passed.foreign, "line holds", "lines hold")));
    }
    if (!passed.torn) return;
    ++telemetry.dropped["torn_line"];
    telemetry.warnings.push_back(where + ": the file ends within its last record; what came before is used");
}

}  // namespace

std::string refuse_telemetry_json(const Source& source) {
    constexpr std::size_t kRecordsLookedAt = 64;
    if (!opens_json(source.text)) return "no line begins with a JSON record";
    std::string table;
    make_table(source.text, kRecordsLookedAt, table);
    const Source rows{table, source.where, source.options};
    if (refuse_wide_csv(rows).empty()) return {};
    std::string reason = refuse_telemetry_csv(rows);
    constexpr std::string_view kColumn = "no column";
    if (reason.starts_with(kColumn)) reason.replace(0, kColumn.size(), "no key");
    const bool answer = !reason.empty() && table.find("resultType") != std::string::npos;
    return answer ? "an answer of Prometheus, but not of /api/v1/query_range" : reason;
}

Telemetry read_telemetry_json(const Source& source) {
    std::string table;
    const Passed passed = make_table(source.text, kEverything, table);
    const Source rows{table, source.where + ", as a table", source.options};  // whose lines messages count
    Telemetry telemetry = refuse_wide_csv(rows).empty() ? read_wide_csv(rows) : read_telemetry_csv(rows);
    note_passed(passed, source.where, telemetry);
    return telemetry;
}

}  // namespace rle::formats
