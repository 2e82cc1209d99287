// Families of sessions away from what the lag test assumes: long memory, moving averages, clustered variance,
// coarse readings, many samples lost, other rates; and couplings under the same conditions. The table of all
// families is in lag_families.hpp.
#pragma once

#include <vector>

#include "core/calibrate/lag_families.hpp"

namespace rle::simulate {

std::vector<LagFamily> null_families_beyond();
std::vector<LagFamily> coupled_families_beyond();
std::vector<LagFamily> shown_families_beyond();
/// Both series change as the epochs of the training end.
std::vector<LagFamily> epoch_families(FamilyKind kind);
/// The training stands still now and then, or a step takes longer than a row.
std::vector<LagFamily> step_families(FamilyKind kind);

}  // namespace rle::simulate
