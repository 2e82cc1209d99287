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

/// A reading between the ones before and after it.
struct Jump {
    std::size_t at = 0, before = 0, after = 0;
    double size_c = 0.0;        ///< the smaller of the two steps, degC; 0 where both do not point one way
    double rate_c_per_s = 0.0;  ///< the smaller of both
    double off_c = 0.0;         ///< from the straight line between the neighbours
};

/// The readings that jump away and back by far more than readings do here: glitches, and where the power
/// turns sharply.
std::vector<Jump> lone_jumps(const ThermalView& samples);

/// Fits the network as fit_thermal does. Those of `jumps` that are glitches are set missing in `temp_c`,
/// which the samples have their temperatures from, first, with a warning that tells the first one's time and
/// value.
ThermalResult fit_without_glitches(const ThermalView& samples, std::vector<double>& temp_c,
                                   const std::vector<Jump>& jumps, const ThermalOptions& options);

}  // namespace rle
