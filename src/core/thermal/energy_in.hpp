// The integral of the power: the energy that went in.
//
// Invariant: each sample's power holds until the next, whatever reading of it fits the temperatures, so that
// one record has one energy. Where samples are missing it holds into the middle of what nobody saw.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace rle {

/// int P dt over the intervals that are no gaps.
struct EnergyIn {
    double joules = 0.0;
    double seconds = 0.0;       ///< of those intervals
    std::size_t bridged = 0;    ///< of them, those that lack samples
    double bridged_s = 0.0;     ///< in which no sample told the power
    double bridged_sd_j = 0.0;  ///< SD that this leaves of `joules`
};
EnergyIn energy_in(std::span<const double> t_s, std::span<const double> power_w, double longest_s);

/// How unsure the energy is where samples are missing, if that matters to a closure.
void note_bridged(const EnergyIn& in, std::vector<std::string>& warnings);

}  // namespace rle
