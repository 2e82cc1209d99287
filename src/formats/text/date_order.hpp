// Dates such as 9/10/2026, of which one number is the day and one the month: which, is told for a whole file
// at once, so that no row is read otherwise than the next.
#pragma once

#include <string>
#include <vector>

#include "formats/registry.hpp"
#include "formats/table.hpp"
#include "formats/text/times.hpp"

namespace rle::formats {

struct FoundDates {
    DateOrder order = DateOrder::unknown;
    std::string doubtful;  ///< the first such date, where none tells the order; empty: there are none
};

/// As --date-order says, else as the first number above 12 in `column` shows. Looks no further than the first
/// row where that is no such date.
FoundDates find_dates(Table table, std::size_t column, const Source& source);
/// Says that `dates` may be read two ways.
[[noreturn]] void refuse_doubtful_dates(const FoundDates& dates, const Source& source);

}  // namespace rle::formats
