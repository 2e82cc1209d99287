#include "formats/text/date_order.hpp"

#include <fmt/format.h>

#include "formats/text/encoding.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {

FoundDates find_dates(Table table, std::size_t column, const Source& source) {
    FoundDates found{source.options.date_order, {}};
    Record cells;
    while (found.order == DateOrder::unknown && table.next(cells, source.where)) {
        source.passed(table.consumed());
        if (cells[column].empty()) continue;
        const std::optional<DateOrder> shown = order_shown_by(cells[column]);
        if (!shown && found.doubtful.empty()) break;
        if (found.doubtful.empty()) found.doubtful = quotable(cells[column]);
        if (shown) found.order = *shown;
    }
    if (found.order != DateOrder::unknown) found.doubtful.clear();
    return found;
}

void refuse_doubtful_dates(const FoundDates& dates, const Source& source) {
    throw Error(ErrorKind::failed, source.where,
                fmt::format("'{}' may mean two days, and no date in the file tells", dates.doubtful),
                "--date-order dmy or mdy says which");
}

}  // namespace rle::formats
