#include "rlecouple/extreme_rows.hpp"

#include <algorithm>
#include <cmath>

namespace rle {
namespace {

// The rows of [begin, end) in which `y` is lowest and highest, and the first in which a line has a gap.
void add_extremes(const DrawnSeries& series, std::size_t begin, std::size_t end,
                  std::vector<std::size_t>& rows) {
    std::size_t lowest = end, highest = end, gap = end;
    for (std::size_t row = begin; row < end; ++row) {
        const double y = series.y[row];
        if (!std::isfinite(y)) {
            gap = std::min(gap, row);
            continue;
        }
        if (lowest == end || y < series.y[lowest]) lowest = row;
        if (highest == end || y > series.y[highest]) highest = row;
    }
    if (lowest != end) rows.insert(rows.end(), {lowest, highest});
    if (series.is_line && gap != end) rows.push_back(gap);
}

}  // namespace

std::vector<std::size_t> extreme_rows(const std::vector<DrawnSeries>& series, std::size_t stretches) {
    std::vector<std::size_t> rows;
    if (series.empty() || series.front().y.empty()) return rows;
    const std::size_t n = series.front().y.size();
    rows.push_back(0);
    for (std::size_t stretch = 0; stretch < stretches; ++stretch) {
        const std::size_t begin = stretch * n / stretches, end = (stretch + 1) * n / stretches;
        const auto here = static_cast<std::ptrdiff_t>(rows.size());
        for (const DrawnSeries& one : series) add_extremes(one, begin, end, rows);
        std::sort(rows.begin() + here, rows.end());
    }
    rows.push_back(n - 1);
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

}  // namespace rle
