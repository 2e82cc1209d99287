// The family-wise p-value of a cross-correlation by the normal law, with a term for the fourth moments of
// both series (Edgeworth; Pitman, J. R. Stat. Soc. Suppl. 4, 1937) and Sidak's correction: for so many
// samples that a permutation (permutation.hpp) costs too much, and agrees.
#pragma once

#include <span>

#include "core/lag/family_wise.hpp"
#include "rlecouple/correlation.hpp"

namespace rle {

/// As family_wise() in permutation.hpp. Where the variance of both series lies in so few residuals that the
/// normal law does not hold, the large ones are exchanged (large_residuals.hpp), which is what the seed is
/// for.
FamilyWise by_normal_law(std::span<const double> driver, std::span<const double> response,
                         std::span<const LagPoint> ccf, double alpha, unsigned long long seed,
                         double inflation);

}  // namespace rle
