#include "sensors/row_parser.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "sensors/sysroot.hpp"

namespace rle::sensors {
namespace {

constexpr std::size_t kLongestObject = 1 << 20;

// What nvidia-smi --query-gpu calls them; "power.draw [W]" loses its unit first.
struct Alias {
    std::string_view theirs;
    std::string_view ours;
};
constexpr std::array kAliases{
    Alias{"temperature.gpu", "temp_c"},
    Alias{"power.draw", "power_w"},
    Alias{"power.draw.instant", "power_w"},
    Alias{"power.draw.average", "power_average_w"},
    Alias{"utilization.gpu", "util_pct"},
    Alias{"fan.speed", "fan_pct"},
    Alias{"clocks.current.sm", "clock_mhz"},
    Alias{"clocks.sm", "clock_mhz"},
    Alias{"memory.used", "mem_used_mib"},
    Alias{"index", "device"},
    Alias{"uuid", "device"},
};

std::string_view trimmed(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\r\"");
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(" \t\r\"") - start + 1);
}

std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> cells;
    while (true) {
        const std::size_t comma = line.find(',');
        cells.emplace_back(trimmed(line.substr(0, comma)));
        if (comma == std::string_view::npos) return cells;
        line.remove_prefix(comma + 1);
    }
}

bool is_name(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

std::string our_name(std::string_view theirs) {
    const std::string_view bare = trimmed(theirs.substr(0, theirs.find(" [")));
    const auto alias =
        std::find_if(kAliases.begin(), kAliases.end(), [&](const Alias& a) { return a.theirs == bare; });
    std::string name(alias == kAliases.end() ? bare : alias->ours);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !is_name(c); }, '_');
    return name;
}

// nvidia-smi's bare index becomes a name.
std::string device_name(const std::string& cell) {
    const bool number = !cell.empty() && cell.find_first_not_of("0123456789") == std::string::npos;
    return number ? "gpu" + cell : cell;
}

bool is_clock(const std::string& column) {
    return column == "timestamp" || column == "t_s" || column == "time";
}

void add_numbers(const nlohmann::json& object, const std::string& above, ReadingRow& row) {
    for (const auto& [key, value] : object.items()) {
        const std::string column = above + our_name(key);
        if (value.is_object())
            add_numbers(value, column + ".", row);
        else if (column == "device")
            row.device = device_name(value.is_string() ? value.get<std::string>() : value.dump());
        else if (value.is_number() && !is_clock(column))
            row.values[column] = value.get<double>();
    }
}

std::optional<ReadingRow> from_json(std::string_view text) {
    const auto object = nlohmann::json::parse(text, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    ReadingRow row;
    add_numbers(object, "", row);
    return row;
}

}  // namespace

bool RowParser::take_header(const std::vector<std::string>& cells) {
    if (std::any_of(cells.begin(), cells.end(),
                    [](const auto& cell) { return leading_number(cell).has_value(); })) {
        return false;
    }
    std::vector<std::string> names;
    for (const std::string& cell : cells) names.push_back(our_name(cell));
    const bool fits = columns_.empty() || names.size() == columns_.size();
    const bool again = names == columns_;
    if (fits && !again && !columns_.empty()) return false;  // a row in which nothing could be read
    if (fits) columns_ = std::move(names);
    return true;
}

// A brace at the margin begins an object, whether the one before was closed or torn.
std::optional<ReadingRow> RowParser::take_object(std::string_view line, bool at_margin) {
    if (at_margin || object_.size() > kLongestObject) {
        object_.clear();
        depth_ = 0;
        in_text_ = false;
    }
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"') in_text_ = !in_text_;
        if (in_text_ && line[i] == '\\') ++i;
        if (!in_text_ && line[i] == '{') ++depth_;
        if (!in_text_ && line[i] == '}') --depth_;
    }
    object_ += line;
    if (depth_ > 0 && columns_.empty()) return std::nullopt;  // rows of CSV don't turn into long objects
    return from_json(std::exchange(object_, {}));
}

std::optional<ReadingRow> RowParser::parse(std::string_view line) {
    const bool at_margin = !line.empty() && line.front() == '{';
    if (at_margin || !object_.empty()) return take_object(line, at_margin);
    line = trimmed(line);
    if (line.empty()) return std::nullopt;
    if (line.front() == '{') return take_object(line, true);
    const std::vector<std::string> cells = split(line);
    if (take_header(cells) || cells.size() != columns_.size()) return std::nullopt;
    ReadingRow row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (columns_[i] == "device")
            row.device = device_name(cells[i]);
        else if (const auto value = leading_number(cells[i]); value && !is_clock(columns_[i]))
            row.values[columns_[i]] = *value;
    }
    return row;
}

}  // namespace rle::sensors
