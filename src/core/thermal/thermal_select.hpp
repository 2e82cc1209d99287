// Which of the candidate models the samples ask for, by BIC (Schwarz 1978).
#pragma once

#include <optional>

#include "core/thermal/thermal_search.hpp"

namespace rle::thermal {

inline constexpr double kTellingRatio =
    4.0;  ///< a constant whose interval spans more than this factor is not told

inline constexpr double kAnywhere =
    0.288675;  ///< SD of an edge that is equally likely anywhere in the interval: 1/sqrt(12)

/// An ambient temperature that fits plainly better than the one given.
struct OtherAmbient {
    double ambient_c = 0.0;
    double half_c = 0.0;  ///< half its 95 % interval
};

struct Choice {
    Solution solution;  ///< with the other ambient where the one given was only assumed
    std::optional<OtherAmbient> other;
};

/// Candidates: one node or two; hA following the fan or not; the power reading taken as it stands, as the
/// mean over the interval before it, or late by a fitted time; its steps known to the interval or only to a
/// share of it. One node with a free ambient too, though nobody asked for it: it wins on plain evidence
/// alone, and only with an ambient that a room may have.
Choice choose_model(const Problem& problem, const ThermalOptions& options);

/// `from`'s model with readings that are means over a window of several sampling intervals, up to 1.5 s,
/// which is fitted; missing where the samples lie too far apart for that.
std::optional<Solution> with_long_mean(const Problem& problem, const Solution& from);

/// hA, the capacity and the slow time constant of a two-node solution are told by the samples.
bool second_node_told(const Problem& problem, const Solution& s);

/// The sampling intervals scatter by half of their mean or more, gaps aside.
bool is_irregular(const Problem& problem);

/// The errors are as small as the rounding of what was read makes them (squares of a uniform error
/// scatter by 0.9 of their mean). `by_input_steps`: Uncertainty's, where it is there.
bool explained_by_rounding(const Problem& problem, const Solution& s,
                           std::optional<double> by_input_steps = std::nullopt);

}  // namespace rle::thermal
