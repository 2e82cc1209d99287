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
    times.reserve(t_s.size());
    std::copy_if(t_s.begin(), t_s.end(), std::back_inserter(times),
                 [](double t) { return std::isfinite(t); });
    if (!std::is_sorted(times.begin(), times.end())) std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

// A step that is known to `relative` of itself is the round one, or that of a round rate, that lies so near.
double snapped(double dt_s, double relative) {
    constexpr double kTenths = 10.0;
    for (double parts : {1.0, kTenths}) {
        const double hz = std::round(parts / dt_s) / parts, step_s = std::round(dt_s * parts) / parts;
        if (std::abs(1.0 / dt_s - hz) < relative / dt_s) return 1.0 / hz;
        if (std::abs(dt_s - step_s) < relative * dt_s) return step_s;
    }
    return dt_s;
}

struct Steps {
    double start_s = 0.0;
    double dt_s = 1.0;
};

// The median step, sharpened by the mean of all that are about as long, since jitter leaves the one and
// cancels in the other, and so that it also fits from the first time to the last. Jitter of those two is what
// it is known by.
Steps steps_between(const std::vector<double>& times, std::vector<double> intervals) {
    const double middle = median(intervals);
    std::erase_if(intervals, [&](double step) { return step < 0.5 * middle || step > 1.5 * middle; });
    if (intervals.empty()) intervals.push_back(middle);  // long and short ones take turns
    const auto [mean, sd] = mean_and_sd(intervals);
    const double span = times.back() - times.front();
    const double count = std::max(1.0, std::round(span / mean));
    return {times.front(),
            snapped(span / count, std::max(kSnap, std::min(3.0 * sd / mean, kNoShift) / count))};
}

// The line through the times by their number, by least squares: a step a row, none missing.
Steps step_a_row(const std::vector<double>& times) {
    const double n = static_cast<double>(times.size()), middle = 0.5 * (n - 1.0);
    double sum = 0.0, moment = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double x = static_cast<double>(i) - middle, y = times[i] - times.front();
        sum += y;
        moment += x * y;
        squares += y * y;
    }
    const double own = n * (n * n - 1.0) / 12.0, slope = moment / own;  // sum of x^2
    const double left = std::max(0.0, squares - sum * sum / n - slope * moment);
    const double se = std::sqrt(left / std::max(1.0, n - 2.0) / own);
    const double dt_s = snapped(slope, std::max(kSnap, 3.0 * se / slope));
    return {times.front() + sum / n - middle * dt_s, dt_s};
}

// Mean square of what the rows lie off the grid's points, in steps.
double off_grid(const std::vector<double>& times, const Steps& grid) {
    double squares = 0.0;
    for (double t : times) {
        const double position = (t - grid.start_s) / grid.dt_s, off = position - std::round(position);
        squares += off * off;
    }
    return squares / static_cast<double>(times.size());
}

bool has_a_row_a_point(const std::vector<double>& times, const Steps& grid) {
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double off_s = std::abs(times[i] - grid.start_s - static_cast<double>(i) * grid.dt_s);
        if (!(off_s < 0.5 * grid.dt_s)) return false;  // nor where a rate of 0 was found
    }
    return true;
}

// Jitter of nearly half a step makes intervals that look like lost and doubled rows; where the rows lie
// nearer to a grid that has each of them in its turn, it is that.
Steps own_steps(const std::vector<double>& times) {
    constexpr double kMuchJitter = 0.1;  // of a step
    std::vector<double> intervals(times.size() - 1);
    for (std::size_t i = 0; i + 1 < times.size(); ++i) intervals[i] = times[i + 1] - times[i];
    const auto [mean, sd] = mean_and_sd(intervals);
    const Steps steps = steps_between(times, std::move(intervals));
    if (sd < kMuchJitter * mean) return steps;
    const Steps rows = step_a_row(times);
    return has_a_row_a_point(times, rows) && off_grid(times, rows) < off_grid(times, steps) ? rows : steps;
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
    if (sample_hz && !(*sample_hz > 0.0)) throw Error(ErrorKind::usage, "--sample-hz", "must be above 0");
    const std::vector<double> times = sorted_times(t_s);
    if (times.size() < 2) {
        throw Error(ErrorKind::insufficient_data, "t_s", counted(times.size(), "distinct time"),
                    "at least two are needed");
    }
    UniformGrid grid;
    const Steps steps = sample_hz ? Steps{times.front(), 1.0 / *sample_hz} : own_steps(times);
    grid.start_s = steps.start_s;
    grid.dt_s = steps.dt_s;
    const double points = std::floor((times.back() - grid.start_s) / grid.dt_s + 0.5) + 1.0;
    const double most = 1e6 + kMostPointsPerRow * static_cast<double>(times.size());
    if (!(points <= most)) {  // nor where their span is no number
        throw Error(ErrorKind::failed, "t_s",
                    fmt::format("{} rows span {:.0f} steps of {:g} s", times.size(), points, grid.dt_s),
                    "is a time wrong?");
    }
    grid.row_of_point.assign(static_cast<std::size_t>(points), -1);
    std::size_t between = 0, doubled = 0;
    for (std::size_t row = 0; row < t_s.size(); ++row) {
        if (!std::isfinite(t_s[row])) continue;
        const double position = (t_s[row] - grid.start_s) / grid.dt_s;
        const double point = std::clamp(std::floor(position + 0.5), 0.0, points - 1.0);
        if (std::abs(position - point) > kOffGrid) ++between;
        std::ptrdiff_t& place = grid.row_of_point[static_cast<std::size_t>(point)];
        if (place >= 0) ++doubled;
        if (place < 0) place = static_cast<std::ptrdiff_t>(row);
    }
    if (between + doubled > 0) {
        grid.warnings.push_back(
            fmt::format("t_s is no uniform grid of {:g} s ({} rows off it, {} share a point with another); "
                        "put the streams on one with rlecouple align",
                        grid.dt_s, between, doubled));
    }
    return grid;
}

}  // namespace rle
