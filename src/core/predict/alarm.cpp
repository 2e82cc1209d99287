#include "rlecouple/alarm.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/in_parallel.hpp"
#include "core/time_resolution.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kMadOfNormal = 0.6745;          // MAD / SD of a normal distribution
constexpr double kSdOverMeanDeviation = 1.2533;  // SD / mean absolute deviation of a normal distribution
constexpr double kLeastScale = 0.01;             // of the median, where most of the window is one value
constexpr std::size_t kWorthAThread = 50000;     // rows

double median_of(const std::vector<double>& sorted) {
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

}  // namespace

// The deviations from the median ascend from the middle of the window both ways. The lower half of them all
// is some of those above and the rest of those below; how many hardly changes from one sample to the next.
double SpikeScore::median_deviation() {
    const std::size_t n = sorted_.size(), half = n / 2;
    const double* const middle = sorted_.data() + half;
    const auto above = [&](std::size_t i) { return middle[i] - median_; };
    const auto below = [&](std::size_t i) { return median_ - *(middle - 1 - i); };
    std::size_t up = std::min(of_lower_half_above_, half);
    while (up < half && above(up) < below(half - up - 1)) ++up;
    while (up > 0 && above(up - 1) >= below(half - up)) --up;
    of_lower_half_above_ = up;
    const bool more_above = up + half < n;
    const bool more_below = up > 0;
    const double next = !more_below   ? above(up)
                        : !more_above ? below(half - up)
                                      : std::min(above(up), below(half - up));
    if (n % 2 == 1) return next;
    const double last = up == 0      ? below(half - 1)
                        : up == half ? above(half - 1)
                                     : std::max(above(up - 1), below(half - up - 1));
    return 0.5 * (last + next);
}

double SpikeScore::scale() {
    const double mad = median_deviation();
    if (mad > 0.0) return mad / kMadOfNormal;
    double sum = 0.0;
    for (const double value : sorted_) sum += std::abs(value - median_);
    const double mean = sum / static_cast<double>(sorted_.size());
    return std::max(kSdOverMeanDeviation * mean, kLeastScale * std::abs(median_));
}

// Where `value` stands among the sorted or would stand. A step's norm fills several rows as a rule: a look
// about where the one before stood saves the search.
std::size_t SpikeScore::place_of(double value, std::size_t near) const {
    const std::size_t end = std::min(near + 2, sorted_.size());
    for (std::size_t at = near > 0 ? near - 1 : 0; at < end; ++at) {
        if (sorted_[at] == value) return at;
    }
    return static_cast<std::size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), value) -
                                    sorted_.begin());
}

std::optional<double> SpikeScore::next(double t_s, double value) {
    const auto at = [this](std::size_t place) {
        return sorted_.begin() + static_cast<std::ptrdiff_t>(place);
    };
    while (!past_.empty() && past_.front().first <= t_s - window_s_ + kTimeResolution) {
        left_at_ = place_of(past_.front().second, left_at_);
        sorted_.erase(at(left_at_));
        past_.pop_front();
    }
    if (!std::isfinite(value)) return std::nullopt;
    std::optional<double> z;
    if (sorted_.size() >= std::max<std::size_t>(fewest_, 1)) {
        median_ = median_of(sorted_);
        const double unit = scale();
        if (unit > 0.0) z = (value - median_) / unit;
    }
    came_at_ = place_of(value, came_at_);
    sorted_.insert(at(came_at_), value);
    past_.emplace_back(t_s, value);
    return z;
}

bool AlarmGate::next(double t_s, std::optional<double> z) {
    if (!z || std::isnan(*z)) return false;
    if (*z <= options_.threshold) {
        run_ = 0;
        raised_ = false;
        return false;
    }
    ++run_;
    if (raised_ || run_ < options_.debounce) return false;
    if (last_s_ && t_s - *last_s_ < options_.min_interval_s - kTimeResolution) return false;
    raised_ = true;
    last_s_ = t_s;
    return true;
}

std::vector<double> spike_scores(std::span<const double> t_s, std::span<const double> series,
                                 const AlarmOptions& options) {
    std::vector<double> z(series.size());
    // A score knows of nothing before its window: it may as well begin there.
    const auto score_rows = [&](std::size_t begin, std::size_t end) {
        SpikeScore score(options);
        const double from_s = begin < end ? t_s[begin] - options.window_s : 0.0;
        auto row = static_cast<std::size_t>(
            std::lower_bound(t_s.begin(), t_s.begin() + static_cast<std::ptrdiff_t>(begin), from_s) -
            t_s.begin());
        for (; row < begin; ++row) score.next(t_s[row], series[row]);
        for (; row < end; ++row) z[row] = score.next(t_s[row], series[row]).value_or(kMissing);
        return end - begin;
    };
    const std::size_t middle = z.size() / 2;
    in_parallel(
        z.size() >= kWorthAThread, [&] { return score_rows(0, middle); },
        [&] { return score_rows(middle, z.size()); });
    return z;
}

std::vector<std::size_t> alarm_rows(std::span<const double> t_s, std::span<const double> z,
                                    const AlarmOptions& options) {
    AlarmGate gate(options);
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < z.size(); ++i) {
        if (gate.next(t_s[i], z[i])) rows.push_back(i);
    }
    return rows;
}

}  // namespace rle
