#include "formats/text/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "formats/text/decimal.hpp"

namespace rle::formats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
    return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
               return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
           });
}

// Reads a number off the front of `text`; what follows it comes back in `rest`.
Cell number_in_front(std::string_view text, std::string_view& rest) {
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    Cell cell{CellKind::number, 0.0};
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, cell.value);
    rest = std::string_view(stop, static_cast<std::size_t>(end - stop));
    if (error == std::errc::invalid_argument) return {CellKind::text, 0.0};
    if (error == std::errc::result_out_of_range) {
        // Too large, or too small to tell from 0. The exponent's sign says which.
        const std::string_view read(digits.data(), static_cast<std::size_t>(stop - digits.data()));
        const bool tiny = read.find("e-") != std::string_view::npos ||
                          read.find("E-") != std::string_view::npos || read.starts_with("0.") ||
                          read.starts_with("-0.");
        return tiny ? Cell{CellKind::number, 0.0}
                    : Cell{CellKind::infinite, digits.starts_with('-') ? -kInfinity : kInfinity};
    }
    if (std::isnan(cell.value)) return {CellKind::missing, 0.0};
    if (std::isinf(cell.value)) cell.kind = CellKind::infinite;
    return cell;
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::optional<std::string> without_thousands(std::string_view cell) {
    std::string out;
    std::size_t digits = 0, groups = 0;  // digits since the last comma
    for (std::size_t i = 0; i < cell.size(); ++i) {
        const char c = cell[i];
        if (c >= '0' && c <= '9') {
            ++digits;
        } else if (c == ',') {
            if (digits == 0 || digits > 3 || (groups > 0 && digits != 3)) return std::nullopt;
            ++groups;
            digits = 0;
            continue;
        } else if (c == '.') {
            if (groups == 0 || digits != 3) return std::nullopt;
            return out.append(cell.substr(i));
        } else if (i > 0 || (c != '-' && c != '+')) {
            return std::nullopt;
        }
        out.push_back(c);
    }
    return groups > 0 && digits == 3 ? std::optional(out) : std::nullopt;
}

// As doubles both are powers of 2: no measured number is one of these exactly.
bool means_no_reading(double value) {
    constexpr double kLargestSigned = 0x1p63, kLargestUnsigned = 0x1p64;
    return std::abs(value) == kLargestSigned || value == kLargestUnsigned;
}

bool means_nan(std::string_view cell) {
    if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
    return equal_ignoring_case(cell, "nan");
}

bool means_missing(std::string_view cell) {
    constexpr std::array<std::string_view, 12> kWords{"n/a", "na",   "null", "none", "-",    "--",
                                                      "?",   "n.a.", "nil",  "nan",  "-nan", "missing"};
    if (cell.empty()) return true;
    if (cell.front() == '[' && cell.back() == ']') return true;  // [N/A], [Not Supported], [Unknown Error]
    return std::any_of(kWords.begin(), kWords.end(),
                       [&](auto word) { return equal_ignoring_case(cell, word); });
}

Cell parse_cell(std::string_view cell) {
    if (cell.empty()) return {};
    if (double plain = 0.0; read_plain(cell, plain)) return {CellKind::number, plain};
    std::string_view rest;
    const Cell number = number_in_front(cell, rest);
    if (number.kind != CellKind::text && rest.empty()) return number;
    if (rest.starts_with(',') && rest.find('.') != std::string_view::npos) {
        if (const auto whole = without_thousands(cell)) return parse_cell(*whole);
    }
    return {means_missing(cell) ? CellKind::missing : CellKind::text, 0.0};
}

Cell parse_with_unit(std::string_view cell) {
    if (cell.empty()) return {};
    std::string_view rest;
    const Cell number = number_in_front(cell, rest);
    if (number.kind == CellKind::text) return parse_cell(cell);
    const std::string_view unit = trim(rest);
    const bool is_unit = unit.size() <= 8 && unit.find_first_of("0123456789.,:") == std::string_view::npos;
    return is_unit ? number : parse_cell(cell);
}

std::optional<double> parse_number(std::string_view cell) {
    const Cell parsed = parse_cell(trim(cell));
    return parsed.kind == CellKind::number ? std::optional(parsed.value) : std::nullopt;
}

}  // namespace rle::formats
