#include "rlecouple/alarm.hpp"

#include <algorithm>
#include <cmath>

#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kMadOfNormal = 0.6745;          // MAD / SD of a normal distribution
constexpr double kSdOverMeanDeviation = 1.2533;  // SD / mean absolute deviation of a normal distribution
constexpr double kLeastScale = 0.01;             // of the median, where most of the window is one value
constexpr double kTimeResolution = 5e-7;         // times are whole microseconds

double median_of(const std::vector<double>& sorted) {
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

// Median of |value - centre|: the deviations ascend from the centre both ways, so two fingers merge them.
double median_deviation(const std::vector<double>& sorted, double centre) {
    const std::size_t n = sorted.size();
    auto right =
        static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), centre) - sorted.begin());
    std::size_t left = right;  // one past the next value on the left
    double previous = 0.0, current = 0.0;
    for (std::size_t taken = 0; taken <= n / 2; ++taken) {
        previous = current;
        const bool take_right =
            left == 0 || (right < n && sorted[right] - centre <= centre - sorted[left - 1]);
        current = take_right ? sorted[right++] - centre : centre - sorted[--left];
    }
    return n % 2 == 1 ? current : 0.5 * (previous + current);
}

}  // namespace

double SpikeScore::scale() const {
    const double mad = median_deviation(sorted_, median_);
    if (mad > 0.0) return mad / kMadOfNormal;
    double sum = 0.0;
    for (const double value : sorted_) sum += std::abs(value - median_);
    const double mean = sum / static_cast<double>(sorted_.size());
    return std::max(kSdOverMeanDeviation * mean, kLeastScale * std::abs(median_));
}

std::optional<double> SpikeScore::next(double t_s, double value) {
    while (!past_.empty() && past_.front().first <= t_s - window_s_ + kTimeResolution) {
        sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), past_.front().second));
        past_.pop_front();
    }
    if (!std::isfinite(value)) return std::nullopt;
    std::optional<double> z;
    if (sorted_.size() >= std::max<std::size_t>(fewest_, 1)) {
        median_ = median_of(sorted_);
        const double unit = scale();
        if (unit > 0.0) z = (value - median_) / unit;
    }
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), value), value);
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
    SpikeScore score(options);
    std::vector<double> z(series.size());
    for (std::size_t i = 0; i < series.size(); ++i) z[i] = score.next(t_s[i], series[i]).value_or(kMissing);
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
