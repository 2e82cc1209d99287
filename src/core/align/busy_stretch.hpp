// Do two clocks differ? A device that rests, works and rests again shows when its training began and ended.
//
// Speaks up only where that is plain: one busy stretch with rest on both sides, as long as the training log,
// beginning and ending by the same amount before or after it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace rle {

class BusyStretch {
  public:
    /// Utilisation, %, at ascending times, s; NaN is missing.
    void take(double t_s, double util_pct);

    /// What to add to the times of a training log of so many steps, s, whole seconds and under a quarter
    /// hour; missing where nothing is plain, and where the two agree within 5 s.
    std::optional<double> offset_of(double first_step_s, double last_step_s, std::size_t steps) const;

  private:
    struct Stretch {
        double from_s = 0.0, to_s = 0.0;
    };
    std::optional<Stretch> only_stretch() const;

    double start_s_ = 0.0;
    std::vector<float> sum_;  // of the readings of each second
    std::vector<float> count_;
};

}  // namespace rle
