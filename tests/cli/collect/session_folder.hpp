// Reads back what a recording left, with means of its own rather than with the readers under test elsewhere.
#pragma once

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace rle::test {

using Row = std::vector<std::string>;

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

inline Row cells_of(const std::string& line) {
    Row cells(1);
    for (const char c : line) {
        if (c == ',')
            cells.emplace_back();
        else
            cells.back() += c;
    }
    return cells;
}

/// The rows below the header of a CSV file without quotes.
inline std::vector<Row> rows_of(const std::filesystem::path& path) {
    std::vector<Row> rows;
    for (const std::string& line : lines_of(read_file(path))) rows.push_back(cells_of(line));
    if (!rows.empty()) rows.erase(rows.begin());
    return rows;
}

inline nlohmann::json session_of(const std::filesystem::path& folder) {
    return nlohmann::json::parse(read_file(folder / "session.json"));
}

/// A training in shell: `steps` JSON lines, `pause_s` apart.
inline std::string training(int steps, const std::string& pause_s) {
    return "i=0; while [ $i -lt " + std::to_string(steps) +
           " ]; do i=$((i+1)); echo \"{\\\"step\\\": $i, \\\"loss\\\": 2.5, \\\"grad_norm\\\": 0.$i}\"; "
           "sleep " +
           pause_s + "; done";
}

/// Waits up to ten seconds until `condition` holds.
template <typename Condition>
bool wait_until(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
        if (condition()) return true;
        usleep(10'000);
    }
    return false;
}

}  // namespace rle::test
