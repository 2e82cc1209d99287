// The null distribution of the greatest correlation of two long series whose variance lies in a few
// residuals: spikes of the one and dips of the other. A sum of products is then far from normal, however many
// samples there are, as long as few of the large ones meet; and to exchange all samples a thousand times
// would take too long.
//
// So the sum is split. Products of two large residuals are made as a permutation makes them: the driver's
// large ones move about within blocks of time, and meet the response's where they come to stand. All other
// products are many and none stands out; their sum is normal with the variance that a permutation gives it.
// What is large is chosen so that the fourth moment of that rest is small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/maths/random.hpp"

namespace rle {

class LargeResiduals {
  public:
    /// Both of one length, mean square 1, NaN where there is none; `lags` is odd, 0 in their middle. Blocks
    /// as permutation.hpp has them.
    LargeResiduals(std::span<const double> driver, std::span<const double> response, std::size_t lags,
                   std::size_t block);

    /// Products a draw, about.
    double work() const;

    /// The draws first, first + 1, ... of max over the lags of |r| sqrt(n); each has random numbers of its
    /// own.
    std::vector<double> draw(std::uint64_t seed, std::size_t first, std::size_t count) const;

  private:
    struct Large {
        std::size_t at;  // of the driver: place among its residuals; of the response: row
        double value;
    };
    void find_rest(std::span<const double> driver, std::span<const double> response, double least_x,
                   double least_y);
    void find_scales(std::span<const double> response);
    double draw_one(Random random, std::vector<double>& sums) const;

    std::vector<std::size_t> rows_;  // of all of the driver's residuals
    std::size_t reach_, block_;
    std::vector<Large> of_driver_, of_response_;  // the latter by row
    std::vector<double> scale_;                   // one a lag: 1 / sqrt(sum of the response's squares)
    double rest_sd_ = 1.0;                        // of all other products, in units of sqrt(n)
};

}  // namespace rle
