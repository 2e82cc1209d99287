#include "core/align_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kTimeResolution = 5e-7;  // s; times are whole microseconds
constexpr double kCellResolution = 1e-9;  // of a grid cell: a step on a cell's edge belongs to the later cell

// Position of the time nearest to g, searching on from `from`; ties to the earlier. `t` ascends and is not
// empty.
std::size_t nearest(std::span<const double> t, double g, std::size_t from) {
    std::size_t i = from;
    while (i + 1 < t.size() && t[i + 1] <= g) ++i;
    if (i + 1 < t.size() && std::abs(t[i + 1] - g) < std::abs(g - t[i]) - kTimeResolution) return i + 1;
    while (i > 0 && t[i - 1] == t[i]) --i;
    return i;
}

// The rows that have a value.
struct Present {
    std::vector<double> t_s;
    std::vector<double> value;
};

Present present(std::span<const double> t_s, std::span<const double> values) {
    Present out;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        out.t_s.push_back(t_s[i]);
        out.value.push_back(values[i]);
    }
    return out;
}

}  // namespace

std::vector<std::ptrdiff_t> nearest_rows(std::span<const double> t_s, const Grid& grid, double tolerance_s) {
    std::vector<std::ptrdiff_t> out(grid.size, -1);
    if (t_s.empty()) return out;
    std::size_t i = 0;
    for (std::size_t g = 0; g < grid.size; ++g) {
        i = nearest(t_s, grid.at(g), i);
        if (std::abs(t_s[i] - grid.at(g)) <= tolerance_s + kTimeResolution)
            out[g] = static_cast<std::ptrdiff_t>(i);
    }
    return out;
}

std::vector<double> aggregate(std::span<const double> t_s, std::span<const double> values, Aggregate how,
                              const Grid& grid, double tolerance_s) {
    const Present stream = present(t_s, values);
    const std::size_t n = stream.t_s.size();
    std::vector<double> out(grid.size, kMissing);
    if (n == 0) return out;
    const auto origin = static_cast<std::ptrdiff_t>(grid.first);
    const auto cell_of = [&](std::size_t i) {  // far behind the last cell where nothing is left
        if (i == n) return std::numeric_limits<std::ptrdiff_t>::max();
        const double cell = (stream.t_s[i] - grid.start_s) * grid.hz + 0.5 + kCellResolution;
        return static_cast<std::ptrdiff_t>(std::floor(cell)) - origin;
    };
    std::size_t next = 0, near = 0;
    std::ptrdiff_t cell = cell_of(next);
    for (std::size_t g = 0; g < grid.size; ++g) {
        const auto here = static_cast<std::ptrdiff_t>(g);
        while (cell < here) cell = cell_of(++next);
        const std::size_t first = next;
        double sum = 0.0;
        for (; cell == here; cell = cell_of(++next)) sum += stream.value[next];
        if (next > first) {
            out[g] =
                how == Aggregate::mean ? sum / static_cast<double>(next - first) : stream.value[next - 1];
            continue;
        }
        near = nearest(stream.t_s, grid.at(g), near);
        if (std::abs(stream.t_s[near] - grid.at(g)) <= tolerance_s + kTimeResolution)
            out[g] = stream.value[near];
    }
    return out;
}

}  // namespace rle
