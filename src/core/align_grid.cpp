#include "core/align_grid.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

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

Present present(const OrderedRows& rows, std::span<const double> values) {
    Present out;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        out.t_s.push_back(rows.t_s[i]);
        out.value.push_back(values[i]);
    }
    return out;
}

}  // namespace

OrderedRows in_time_order(std::span<const std::size_t> candidates, std::span<const double> t_s) {
    OrderedRows out;
    double latest = -INFINITY;
    for (const std::size_t row : candidates) {
        if (!std::isfinite(t_s[row])) {
            ++out.without_time;
            continue;
        }
        if (t_s[row] < latest) ++out.reordered;
        latest = std::max(latest, t_s[row]);
        out.row.push_back(row);
    }
    if (out.reordered > 0) {
        std::stable_sort(out.row.begin(), out.row.end(),
                         [&](std::size_t a, std::size_t b) { return t_s[a] < t_s[b]; });
    }
    out.t_s.reserve(out.row.size());
    for (const std::size_t row : out.row) out.t_s.push_back(t_s[row]);
    return out;
}

std::vector<std::ptrdiff_t> nearest_rows(const OrderedRows& rows, const Grid& grid, double tolerance_s) {
    std::vector<std::ptrdiff_t> out(grid.size, -1);
    if (rows.size() == 0) return out;
    std::size_t i = 0;
    for (std::size_t g = 0; g < grid.size; ++g) {
        i = nearest(rows.t_s, grid.at(g), i);
        if (std::abs(rows.t_s[i] - grid.at(g)) <= tolerance_s + kTimeResolution)
            out[g] = static_cast<std::ptrdiff_t>(i);
    }
    return out;
}

std::vector<double> aggregate(const OrderedRows& rows, std::span<const double> values, Aggregate how,
                              const Grid& grid, double tolerance_s) {
    const Present stream = present(rows, values);
    std::vector<double> out(grid.size, kMissing);
    if (stream.t_s.empty()) return out;
    const auto cell_of = [&](double t) {
        return static_cast<std::ptrdiff_t>(std::floor((t - grid.start_s) * grid.hz + 0.5 + kCellResolution));
    };
    std::size_t next = 0, near = 0;
    for (std::size_t g = 0; g < grid.size; ++g) {
        while (next < stream.t_s.size() && cell_of(stream.t_s[next]) < static_cast<std::ptrdiff_t>(g)) ++next;
        const std::size_t first = next;
        double sum = 0.0;
        while (next < stream.t_s.size() && cell_of(stream.t_s[next]) == static_cast<std::ptrdiff_t>(g))
            sum += stream.value[next++];
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
