// Intervals that lack samples, and what is known of the power in them.
//
// A table whose usual interval is d lacks samples where an interval is m d long. A reading that holds tells
// the first d of it, one that averages the last; between them the power steps from one sample to the next at
// a place that nobody saw. Invariant: taken there, on average, the energies of a table add up alike for
// whatever reading, but for the ends. A table that lacks no samples has nothing of this.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rle {

class LostRows {
  public:
    LostRows() = default;
    /// t_s ascends strictly; an interval longer than `longest_s` is a gap, and none of these.
    LostRows(std::span<const double> t_s, std::span<const double> power_w, double longest_s);

    bool any() const { return !variance_.empty(); }
    /// Samples are missing in the interval behind sample i.
    bool at(std::size_t i) const { return any() && variance_[i] >= 0.0F; }
    /// Variance of the mean power over interval i, W^2; 0 where no sample is missing.
    double variance(std::size_t i) const { return at(i) ? static_cast<double>(variance_[i]) : 0.0; }

    /// Usual interval, s.
    double usual_s() const { return usual_s_; }
    /// The share of interval i, dt_s long, with the power of the sample before it. `told`: 1 where a reading
    /// tells the usual interval behind it, -1 the one before it, 0 neither.
    double share_before(double dt_s, double told) const { return 0.5 + 0.5 * told * usual_s_ / dt_s; }

  private:
    double usual_s_ = 0.0;
    std::vector<float> variance_;  // of each interval, W^2; below 0: no sample is missing
};

/// Readings that hold: the mean power over the interval behind sample i, W.
inline double held_watts(const LostRows& lost, std::span<const double> t_s, std::span<const double> power_w,
                         std::size_t i) {
    if (!lost.at(i)) return power_w[i];
    const double before = lost.share_before(t_s[i + 1] - t_s[i], 1.0);
    return before * power_w[i] + (1.0 - before) * power_w[i + 1];
}

}  // namespace rle
