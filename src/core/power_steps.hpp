// In which steps a meter gives the power, and what error its readings share.
//
// Invariant: a step is told from the readings alone. A level that rests is read the same each time, and its
// error with it; where the power scatters between samples, rounding is dithered, and no error is shared
// (Widrow & Kollar 2008).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rle::thermal {

class PowerSteps {
  public:
    explicit PowerSteps(std::span<const double> power_w);

    double step_w() const { return step_w_; }      ///< 0: none that matters
    double variance() const { return variance_; }  ///< of the error that equal readings share, W^2
    std::size_t distinct() const { return distinct_; }
    /// Of a reading its number among the distinct ones. Only where there is a step.
    std::size_t number_of(double watts) const {
        return number_[static_cast<std::size_t>(watts * per_w_ - lowest_ + 0.5)];
    }

  private:
    void count(std::span<const double> power_w, double highest);

    double step_w_ = 0.0;
    double per_w_ = 0.0;  // steps in a watt
    double variance_ = 0.0;
    double lowest_ = 0.0;  // in steps
    std::size_t distinct_ = 0;
    std::vector<std::uint16_t> number_;  // of each step from the lowest reading up
};

}  // namespace rle::thermal
