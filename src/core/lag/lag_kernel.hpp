// The greatest sum of products over all lags, for a test that asks for it a thousand times.
//
// Invariant: a result is the same, to the last bit, on every machine, as the sums of shifted_products.hpp
// are.
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

    /// A driver's samples; what lies around them is 0 and stays so. So many cells behind them are its own.
    static constexpr std::size_t kRoomBehind = 8;
    class Driver {
      public:
        explicit Driver(const LagKernel& kernel) : cells_(kernel.driver_cells_), begin_(kernel.reach_) {}
        double& operator[](std::size_t t) { return cells_[begin_ + t]; }
        std::span<double> samples(std::size_t from, std::size_t count) {
            return std::span(cells_).subspan(begin_ + from, count);
        }

      private:
        friend class LagKernel;
        std::vector<double> cells_;
        std::size_t begin_;
    };

    /// max over the lags l of |sum driver(t + l) response(t)| weight(l)
    double greatest(const Driver& driver) const;

  private:
    std::size_t reach_;
    std::size_t samples_;           ///< of the response, with the zeros that fill the last four
    std::vector<double> response_;  ///< between the margins that a pass reads
    std::vector<double> weight_;    ///< zeros behind it fill the last pass
    std::size_t driver_cells_;
};

}  // namespace rle
