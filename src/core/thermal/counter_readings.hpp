// Which readings of an energy counter count energy.
//
// Invariant: a reading is left out alone only where the readings on both of its sides agree without it. No
// energy is taken from a rise that ten times the largest power of the record could not have made.
#pragma once

#include <cstddef>
#include <vector>

namespace rle {

/// From one reading of the counter to the next that counts; both are rows of the record.
struct CounterStep {
    std::size_t from = 0;
    std::size_t to = 0;
    double rise_j = 0.0;      ///< negative: a wrap or a restart
    bool impossible = false;  ///< no power in the record could have made it
};

struct CounterReadings {
    std::vector<CounterStep> steps;
    std::size_t glitches = 0;      ///< single readings left out
    std::size_t impossible = 0;    ///< of `steps`
    double first_strange_s = 0.0;  ///< time of the first of either
};

/// All vectors have one length; t_s ascends strictly, power_w has no gaps, energy_j is NaN where not read.
CounterReadings counter_readings(const std::vector<double>& t_s, const std::vector<double>& power_w,
                                 const std::vector<double>& energy_j);

}  // namespace rle
