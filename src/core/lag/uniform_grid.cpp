#include "rlecouple/uniform_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/maths/order_statistics.hpp"
#include "core/maths/series.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kSnap = 1e-6;     // relative, of rates without jitter
constexpr double kOffGrid = 0.25;  // of a step
constexpr double kNoShift = 0.2;   // of a step, between first and last row; below kOffGrid
constexpr double kMostPointsPerRow = 1e4;

std::vector<double> sorted_times(std::span<const double> t_s) {
    std::vector<double> times;
    std::copy_if(t_s.begin(), t_s.end(), std::back_inserter(times),
                 [](double t) { return std::isfinite(t); });
    if (!std::is_sorted(times.begin(), times.end())) std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

// A step that is known to `relative` of itself is the round one that lies so near.
double snapped(double dt_s, double relative) {
    const double hz = 1.0 / dt_s;
    if (std::abs(hz - std::round(hz)) < relative * hz) return 1.0 / std::round(hz);
    if (std::abs(dt_s - std::round(dt_s)) < relative * dt_s) return std::round(dt_s);
    return dt_s;
}

// The median step, sharpened by the mean of all that are about as long, since jitter leaves the one and
// cancels in the other, and so that it also fits from the first time to the last. Jitter of those two is what
// it is known by.
double own_step(const std::vector<double>& times) {
    std::vector<double> steps(times.size() - 1);
    for (std::size_t i = 0; i + 1 < times.size(); ++i) steps[i] = times[i + 1] - times[i];
    const double middle = median(steps);
    std::erase_if(steps, [&](double step) { return step < 0.5 * middle || step > 1.5 * middle; });
    if (steps.empty()) steps.push_back(middle);  // long and short ones take turns
    const auto [mean, sd] = mean_and_sd(steps);
    const double span = times.back() - times.front();
    const double count = std::max(1.0, std::round(span / mean));
    return snapped(span / count, std::max(kSnap, std::min(3.0 * sd / mean, kNoShift) / count));
}

}  // namespace

std::vector<double> UniformGrid::place(std::span<const double> column) const {
    std::vector<double> out(size(), kMissing);
    for (std::size_t i = 0; i < size(); ++i) {
        if (row_of_point[i] >= 0) out[i] = column[static_cast<std::size_t>(row_of_point[i])];
    }
    return out;
}

std::vector<double> UniformGrid::place(std::vector<double>&& column) const {
    bool same = column.size() == size();
    for (std::size_t i = 0; same && i < size(); ++i) same = row_of_point[i] == static_cast<std::ptrdiff_t>(i);
    if (same) return std::move(column);
    return place(std::span<const double>(std::exchange(column, {})));
}

UniformGrid uniform_grid(std::span<const double> t_s, std::optional<double> sample_hz) {
    const std::vector<double> times = sorted_times(t_s);
    if (times.size() < 2) {
        throw Error(ErrorKind::insufficient_data, "t_s", counted(times.size(), "distinct time"),
                    "at least two are needed");
    }
    UniformGrid grid;
    grid.start_s = times.front();
    grid.dt_s = sample_hz ? 1.0 / *sample_hz : own_step(times);
    const double points = std::floor((times.back() - grid.start_s) / grid.dt_s + 0.5) + 1.0;
    if (points > 1e6 + kMostPointsPerRow * static_cast<double>(times.size())) {
        throw Error(ErrorKind::failed, "t_s",
                    fmt::format("{} rows span {:.0f} steps of {:g} s", times.size(), points, grid.dt_s),
                    "is a time wrong?");
    }
    grid.row_of_point.assign(static_cast<std::size_t>(points), -1);
    std::size_t off_grid = 0, doubled = 0;
    for (std::size_t row = 0; row < t_s.size(); ++row) {
        if (!std::isfinite(t_s[row])) continue;
        const double position = (t_s[row] - grid.start_s) / grid.dt_s;
        const double point = std::min(std::floor(position + 0.5), points - 1.0);
        if (std::abs(position - point) > kOffGrid) ++off_grid;
        std::ptrdiff_t& place = grid.row_of_point[static_cast<std::size_t>(point)];
        if (place >= 0) ++doubled;
        if (place < 0) place = static_cast<std::ptrdiff_t>(row);
    }
    if (off_grid + doubled > 0) {
        grid.warnings.push_back(
            fmt::format("t_s is no uniform grid of {:g} s ({} rows off it, {} share a point with another); "
                        "put the streams on one with rlecouple align",
                        grid.dt_s, off_grid, doubled));
    }
    return grid;
}

}  // namespace rle
