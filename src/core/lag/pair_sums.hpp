// What a Pearson correlation needs of the pairs (driver(t + shift), response(t)) in which both are present,
// for every shift of a range at once.
//
// The values are about their series' mean and in units of its SD, so that little cancels. Up to 1,000 shifts
// the products are added up directly and corrected for the samples that are missing; above that, and where
// many are missing, by Fourier transforms of overlapping blocks (overlap-save; Oppenheim & Schafer,
// "Discrete-Time Signal Processing"). All take the very same pairs.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rle {

struct PairSums {
    double n = 0.0;  ///< pairs
    double x = 0.0, y = 0.0;
    double xx = 0.0, yy = 0.0, xy = 0.0;
};

/// For the shifts -reach ... reach, reach < the series' length. Both series have one length and vary.
std::vector<PairSums> pair_sums(std::span<const double> driver, std::span<const double> response,
                                std::size_t reach);

}  // namespace rle
