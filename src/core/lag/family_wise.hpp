// What a test of the greatest |r| over all lags finds, and how p comes from draws of it.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace rle {

/// Where the null distribution of the greatest |r| comes from.
enum class NullLaw {
    permutation,      ///< of all residuals (permutation.hpp)
    normal,           ///< with a term for the fourth moments (normal_law.hpp)
    large_exchanged,  ///< normal, but for the large residuals, which are exchanged (large_residuals.hpp)
};

struct FamilyWise {
    double p_value = 1.0;
    bool p_at_most = false;  ///< no draw reached what was observed: p is no more than p_value
    double band = 1.0;       ///< |r| sqrt(n) that is significant at alpha, family-wise
    /// What was compared with the band, where that is a sum of products of residuals whose variance is 1 over
    /// all rows, and not r itself: the variance of the rows that are paired may be another.
    std::optional<double> observed;
    NullLaw law = NullLaw::permutation;
};

/// The draws `first`, ..., `first + count - 1` of the greatest |r| sqrt(n) under no coupling.
using MakeDraws = std::function<std::vector<double>(std::size_t first, std::size_t count)>;

/// p and band of 999 draws: more where they are cheap and few exceed, fewer where they are costly or the
/// first of them leave no doubt that p is above alpha. (A test that stops early only where it does not reject
/// keeps its level; Besag & Clifford, Biometrika 78 (1991), 301.) `work` is how many products one takes.
FamilyWise judge_by_draws(double observed, double work, double alpha, const MakeDraws& make);

}  // namespace rle
