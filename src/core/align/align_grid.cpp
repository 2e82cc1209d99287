#include "core/align/align_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/time_resolution.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kFarthestCell = 0x1p60;  // a position that no row has, and that is one of a vector yet
constexpr double kMostOfCell = 0.1;       // that the resolution may take at rates near 1 MHz

// Times are compared by what they lie behind the grid's start: a number of seconds since 1970 leaves a double
// no more than a quarter of a microsecond, which a difference of two keeps and a sum rounds once more.
double apart(const Grid& grid, std::size_t point, double t_s) {
    return (t_s - grid.start_s) - grid.from_start(point);
}

// Position of the time nearest to a grid point, searching on from `from`; ties to the earlier. `t` ascends
// and is not empty.
std::size_t nearest(std::span<const double> t, const Grid& grid, std::size_t point, std::size_t from) {
    std::size_t i = from;
    while (i + 1 < t.size() && apart(grid, point, t[i + 1]) <= 0.0) ++i;
    if (i + 1 < t.size() &&
        std::abs(apart(grid, point, t[i + 1])) < std::abs(apart(grid, point, t[i])) - kTimeResolution)
        return i + 1;
    while (i > 0 && t[i - 1] == t[i]) --i;
    return i;
}

bool is_near(const Grid& grid, std::size_t point, double t_s, double tolerance_s) {
    return std::abs(apart(grid, point, t_s)) <= tolerance_s + kTimeResolution;
}

}  // namespace

double Grid::cell_of(double t_s) const {
    const double cell = std::floor((t_s - start_s) * hz + 0.5 + std::min(kTimeResolution * hz, kMostOfCell));
    return std::clamp(cell, -kFarthestCell, kFarthestCell);
}

bool Grid::reaches(double t_s, double tolerance_s) const {
    if (size == 0) return false;
    const double cell = cell_of(t_s) - static_cast<double>(first);
    if (cell >= 0.0 && cell < static_cast<double>(size)) return true;
    return is_near(*this, cell < 0.0 ? 0 : size - 1, t_s, tolerance_s);
}

std::vector<std::ptrdiff_t> nearest_rows(std::span<const double> t_s, const Grid& grid, double tolerance_s) {
    std::vector<std::ptrdiff_t> out(grid.size, -1);
    if (t_s.empty()) return out;
    std::size_t i = 0;
    for (std::size_t g = 0; g < grid.size; ++g) {
        i = nearest(t_s, grid, g, i);
        if (is_near(grid, g, t_s[i], tolerance_s)) out[g] = static_cast<std::ptrdiff_t>(i);
    }
    return out;
}

std::vector<Taken> taken_at(std::span<const double> t_s, const Grid& grid, double tolerance_s) {
    const std::size_t n = t_s.size();
    std::vector<Taken> out(grid.size);
    if (n == 0) return out;
    const auto origin = static_cast<std::ptrdiff_t>(grid.first);
    const auto cell_of = [&](std::size_t i) {  // far behind the last cell where nothing is left
        if (i == n) return std::numeric_limits<std::ptrdiff_t>::max();
        return static_cast<std::ptrdiff_t>(grid.cell_of(t_s[i])) - origin;
    };
    std::size_t next = 0, near = 0;
    std::ptrdiff_t cell = cell_of(next);
    for (std::size_t g = 0; g < grid.size; ++g) {
        const auto here = static_cast<std::ptrdiff_t>(g);
        while (cell < here) cell = cell_of(++next);
        out[g].first = next;
        while (cell == here) cell = cell_of(++next);
        out[g].past = next;
        if (out[g].first < next) continue;
        near = nearest(t_s, grid, g, near);
        if (is_near(grid, g, t_s[near], tolerance_s)) out[g] = {near, near + 1};
    }
    return out;
}

namespace {

std::vector<double> values_of(std::span<const double> values, Aggregate how,
                              const std::vector<Taken>& taken) {
    std::vector<double> out(taken.size(), kMissing);
    for (std::size_t g = 0; g < taken.size(); ++g) {
        const auto [first, past] = taken[g];
        if (first == past) continue;
        if (how != Aggregate::mean) {
            out[g] = values[past - 1];
            continue;
        }
        double above_first = 0.0;  // so that the mean of equal values is that value, to the last bit
        for (std::size_t i = first + 1; i < past; ++i) above_first += values[i] - values[first];
        out[g] = values[first] + above_first / static_cast<double>(past - first);
    }
    return out;
}

}  // namespace

std::vector<double> Aggregator::of(std::span<const double> values, Aggregate how) {
    const auto is_there = [](double value) { return std::isfinite(value); };
    if (std::all_of(values.begin(), values.end(), is_there)) {
        if (of_complete_.empty()) of_complete_ = taken_at(t_s_, grid_, tolerance_s_);
        return values_of(values, how, of_complete_);
    }
    std::vector<double> t_s, present;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!is_there(values[i])) continue;
        t_s.push_back(t_s_[i]);
        present.push_back(values[i]);
    }
    return values_of(present, how, taken_at(t_s, grid_, tolerance_s_));
}

}  // namespace rle
