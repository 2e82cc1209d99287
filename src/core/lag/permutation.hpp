// The family-wise p-value of a cross-correlation by permutation within blocks of time.
//
// Under "no coupling" the residuals of the driver may be exchanged among each other, and the greatest |r|
// over all lags then has the distribution that the exchanged ones show: whatever the tails of the two series,
// and with every lag searched accounted for (Westfall & Young 1993). Exchanging only within blocks leaves in
// place what changes slowly: a rest of trend, a level, a variance that both series share in time is then part
// of the null, not evidence (restricted randomization; Good, "Permutation, Parametric and Bootstrap Tests",
// 3rd ed., ch. 3). Beyond a million products a draw the normal law takes over (normal_law.hpp).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/lag/family_wise.hpp"
#include "rlecouple/correlation.hpp"

namespace rle {

/// Are permutations drawn for so many samples and lags? Else the normal law is used.
bool can_permute(std::size_t samples, std::size_t lags);

/// Length of the blocks within which is exchanged, in samples: 15, and 2.4 times the lags searched.
std::size_t block_for(std::size_t lags);

/// What is known of the two series beside their residuals.
struct Exchange {
    double inflation = 1.0;  ///< of the variance of r by what memory is left in both series (bartlett.hpp):
                             ///< the draws, which have none, are compared with |r| over its root
    std::span<const std::size_t> readings =
        {};  ///< rows, ascending, at which a driver that is held (held.hpp) takes a new reading: all
             ///< residuals up to the next are exchanged as one. Empty: each by itself
    std::size_t threads = 0;  ///< 0: as many as the machine has; the result does not depend on it
};

/// `ccf` is the cross-correlation of the two residual series, for its lags and pairs. Both have mean square
/// 1; NaN: none. The result depends on the seed, not on the machine. The normal law takes every row as a
/// reading.
FamilyWise family_wise(std::span<const double> driver, std::span<const double> response,
                       std::span<const LagPoint> ccf, double alpha, unsigned long long seed,
                       const Exchange& how = {});

}  // namespace rle
