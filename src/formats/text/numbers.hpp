// Text of one cell -> a number, the same whatever the locale. Missing is missing: it never becomes 0.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rle::formats {

enum class CellKind {
    number,    ///< a finite number
    missing,   ///< empty, "N/A", "[Not Supported]", "-", "nan", "null", ...
    infinite,  ///< "inf", or too large for a double
    text,      ///< anything else
};

struct Cell {
    CellKind kind = CellKind::missing;
    double value = 0.0;  ///< of a number; for `infinite` with its sign
};

/// "12,345" or "1,234.5" without the commas of its thousands; missing where they do not stand so.
std::optional<std::string> without_thousands(std::string_view cell);

/// Whatever the locale.
inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
/// Without spaces and tabs at its ends.
std::string_view trim(std::string_view text);
/// Is this one of the ways in which tools write "no reading"?
bool means_missing(std::string_view cell);
/// Is it the largest number that 64 bits hold, which counters and drivers show where they have no reading?
bool means_no_reading(double value);
/// Does it stand for "not a number"? A gradient norm printed so has overflowed.
bool means_nan(std::string_view cell);
/// `cell` must be trimmed. A leading "+" is accepted, and so are commas between thousands where a point
/// follows ("1,234.5"); a decimal comma is not.
Cell parse_cell(std::string_view cell);
/// Like parse_cell, for tools that write the unit behind the number ("100.00 W", "50 %").
Cell parse_with_unit(std::string_view cell);
/// The number alone; missing for everything else.
std::optional<double> parse_number(std::string_view cell);

}  // namespace rle::formats
