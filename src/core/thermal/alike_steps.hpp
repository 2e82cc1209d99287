// Which intervals between samples are alike: what is computed for one of them serves all.
//
// Invariant: lengths count as one where they differ by no more than the rounding of the times they are
// differences of. Where nearly every interval is of a kind of its own, there are no kinds.
#pragma once

#include <cstdint>
#include <vector>

#include "rlecouple/thermal.hpp"

namespace rle {

class AlikeSteps {
  public:
    struct Kind {
        double dt_s = 0.0;
        double fan = 0.0;  ///< share of full speed; 0 where it does not matter
    };

    /// `by_fan`: intervals of different fan speeds, which the samples then have, are not alike.
    AlikeSteps(const ThermalView& samples, bool by_fan);

    bool any() const { return !kinds_.empty(); }
    const std::vector<Kind>& kinds() const { return kinds_; }
    /// The kind of the interval behind sample i. Only where there are any.
    std::size_t of(std::size_t i) const { return kind_[i]; }

  private:
    std::vector<Kind> kinds_;
    std::vector<std::uint16_t> kind_;
};

}  // namespace rle
