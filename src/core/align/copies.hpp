// Samples that are copies of a neighbour. On the grid a lost sample is stood in for by the nearest one within
// the tolerance, as the manual has it; to a regression on differences such a pair says that nothing moved and
// that the cause came at another time, which makes a coupling rate too small.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rle {

struct OwnSamples {
    std::vector<double> series;  ///< NaN where a sample is, or may be, a copy
    std::size_t left_out = 0;
};

/// Of two equal neighbours either may be the copy: both are left out; of three the middle one stays. Nothing
/// is left out where values recur anyhow (a coarse reading), where the copies are more than half of the
/// samples (a stream that is slower than the grid), and of more than five equal values (a state of rest).
OwnSamples without_copies(std::span<const double> series);

}  // namespace rle
