// Single readings of a temperature that no device can follow: away from their neighbours and back faster than
// all the power could take it.
//
// Invariant: a reading is left out only where it stands far outside both the scatter of the readings and what
// the fitted model, made without it, allows.
#pragma once

#include <string>
#include <vector>

#include "rlecouple/thermal.hpp"

namespace rle {

/// Fits the network as fit_thermal does. Readings that are glitches are set missing in `temp_c`, which the
/// samples have their temperatures from, first, with a warning that tells the first one's time and value.
ThermalResult fit_without_glitches(const ThermalView& samples, std::vector<double>& temp_c,
                                   const ThermalOptions& options);

}  // namespace rle
