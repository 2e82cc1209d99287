// Which of the candidate models the samples ask for, by BIC (Schwarz 1978).
#pragma once

#include "core/thermal_search.hpp"

namespace rle::thermal {

/// Candidates: one node or two; hA following the fan or not; the power reading taken as it stands, as the
/// mean over the interval before it, or late by a fitted time; its steps known to the interval or only to a
/// share of it.
Solution choose_model(const Problem& problem, const ThermalOptions& options);

/// The errors are as small as rounding makes them (squares of a uniform error scatter by 0.9 of their mean).
bool explained_by_rounding(const Problem& problem, const Solution& s);

}  // namespace rle::thermal
