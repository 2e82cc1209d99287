// The simulation of a session in stretches, each from a state of its own.
//
// Invariant: a stretch starts from the state that fits its own samples best, whatever lay before it.
#pragma once

#include <cstddef>
#include <vector>

#include "rlecouple/thermal.hpp"

namespace rle {

/// T1 at every sample, and T2 too where `sink_c` is given; the model starts anew at the samples `anew`, in
/// ascending order.
std::vector<double> simulate_anew(const ThermalView& samples, const ThermalConstants& constants,
                                  const std::vector<std::size_t>& anew,
                                  std::vector<double>* sink_c = nullptr);

}  // namespace rle
