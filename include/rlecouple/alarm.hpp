// The alarm: a gradient norm that stands out from its own recent past.
//
// Causal: score and alarm at a sample rest on that sample and on those before it alone, so that what is
// measured on a recording is what would have been raised live. predict, watch and the report share it.
//
// The score is the robust z of Iglewicz & Hoaglin, How to Detect and Handle Outliers (1993): 0.6745 (x -
// median) / MAD, over the samples of the trailing window before x. Where more than half of these are one
// value (MAD = 0), the scale is 1.2533 times their mean absolute deviation from the median, and at least 1 %
// of the median, so that rounding is no spike.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace rle {

struct AlarmOptions {
    double window_s = 30.0;          ///< s; x is compared with the samples in (t - window, t)
    std::size_t fewest_before = 10;  ///< samples that the window must hold for a score
    double threshold = 3.5;          ///< a z above this is high
    std::size_t debounce = 1;        ///< high samples in a row that it takes
    double min_interval_s = 0.0;     ///< s; no alarm sooner than this after the last
};

/// The robust z of one sample after the other.
class SpikeScore {
  public:
    explicit SpikeScore(const AlarmOptions& options)
        : window_s_(options.window_s), fewest_(options.fewest_before) {}

    /// Call in the order of time. Missing where `value` is not finite (it is then left out of the window,
    /// too), where the window holds too few samples, or where these are all 0.
    std::optional<double> next(double t_s, double value);
    /// Median of the window that the last score was taken against.
    double median() const { return median_; }

  private:
    double median_deviation();
    double scale();
    std::size_t place_of(double value, std::size_t near) const;

    double window_s_;
    std::size_t fewest_;
    double median_ = 0.0;
    std::deque<std::pair<double, double>> past_;  // time, value
    std::vector<double> sorted_;                  // the same values, ascending
    std::size_t left_at_ = 0, came_at_ = 0;       // where in it the last one that left or came stood
    std::size_t of_lower_half_above_ = 0;         // of the lower half of the deviations, as they last were
};

/// From scores to alarms: the onset of a run of high scores. A missing score ends no run and begins none.
class AlarmGate {
  public:
    explicit AlarmGate(const AlarmOptions& options) : options_(options) {}
    bool next(double t_s, std::optional<double> z);

  private:
    AlarmOptions options_;
    std::size_t run_ = 0;  // high samples in a row so far
    bool raised_ = false;  // in this run
    std::optional<double> last_s_;
};

/// The scores of a series; NaN is missing, here and there. `t_s` ascends.
std::vector<double> spike_scores(std::span<const double> t_s, std::span<const double> series,
                                 const AlarmOptions& options = {});

/// Rows at which an alarm is raised.
std::vector<std::size_t> alarm_rows(std::span<const double> t_s, std::span<const double> z,
                                    const AlarmOptions& options = {});

}  // namespace rle
