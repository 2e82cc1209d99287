// The time that a printed line carries.
#pragma once

#include <string_view>

#include "formats/text/times.hpp"

namespace rle::formats {

/// How the dates of a log are to be read.
struct DateReading {
    DateOrder order = DateOrder::unknown;
    YearBounds years{};
};

/// An epoch or a system log's time that the line begins with, else a calendar time near its beginning, as
/// loggers print it.
ParsedTime time_in_front(std::string_view line, const DateReading& dates);

/// The order that a date near the line's beginning shows, "09/28/2026"; unknown where there is none, or it
/// may mean two days.
DateOrder order_in_front(std::string_view line);

/// Of a text that begins with "1780315200.123": an epoch of this century, by its digits.
ParsedTime epoch_of(std::string_view text);

/// A time of day near the line's beginning and what stands before it, for a message; empty: there is none.
std::string_view clock_in_front(std::string_view line);

}  // namespace rle::formats
