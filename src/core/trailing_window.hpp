// Trailing windows in seconds: the samples in (t - w, t].
#pragma once

#include <cstddef>
#include <span>

namespace rle {

/// Moves along a strictly ascending time axis; begin(i) is the first sample of the window that ends at sample
/// i.
class TrailingWindow {
  public:
    TrailingWindow(std::span<const double> t_s, double width_s) : t_s_(t_s), width_s_(width_s) {}

    /// Call with i = 0, 1, 2, ...
    std::size_t begin(std::size_t i) {
        while (first_ < i && t_s_[first_] <= t_s_[i] - width_s_ + kTimeResolution) ++first_;
        return first_;
    }

  private:
    // Times are whole microseconds, so two that differ by less are one: 5.1 - 5 must not come out below 0.1.
    static constexpr double kTimeResolution = 5e-7;

    std::span<const double> t_s_;
    double width_s_;
    std::size_t first_ = 0;
};

}  // namespace rle
