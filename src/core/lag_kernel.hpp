// The greatest sum of products over all lags, for a test that asks for it a thousand times.
//
// Invariant: a result is the same, to the last bit, on every machine: the products of a lag are always added
// in the same four columns and these in the same order, whatever the width of the processor's registers, and
// no product is fused with its sum (the file is compiled so).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rle {

class LagKernel {
  public:
    /// `response` stays as it is, 0 where it is missing; `weight`, one a lag from -reach to reach, is what
    /// the size of a lag's sum is multiplied by.
    LagKernel(std::span<const double> response, std::span<const double> weight);

    /// A driver's samples stand from begin() on; what lies around them is 0 and stays so.
    class Driver {
      public:
        explicit Driver(const LagKernel& kernel) : cells_(kernel.driver_cells_), begin_(kernel.reach_) {}
        double& operator[](std::size_t t) { return cells_[begin_ + t]; }

      private:
        friend class LagKernel;
        std::vector<double> cells_;
        std::size_t begin_;
    };

    /// max over the lags l of |sum driver(t + l) response(t)| weight(l)
    double greatest(const Driver& driver) const;

  private:
    std::size_t reach_;
    std::vector<double> response_;  ///< zeros behind it fill the last four
    std::vector<double> weight_;    ///< zeros behind it fill the last pass
    std::size_t driver_cells_;
};

}  // namespace rle
