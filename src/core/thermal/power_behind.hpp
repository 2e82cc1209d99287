// The power behind a meter that gives a mean of the past over more than a sampling interval.
//
// With E the energy that flowed and p the reading, the mean of a trailing window w says E(t) = E(t - w) + w
// p(t): from one window to the next the energy follows without any difference of readings. Invariant: the
// energies made here stay within a window's worth of the readings' own, however wrong w is: at each window a
// share of what was carried over is taken from the first-order answer, the readings' energy half a window
// later.
#pragma once

#include <span>
#include <vector>

namespace rle {

/// Mean power over each interval [t_i, t_i+1), W, of readings that are means over the last `window_s`; the
/// last entry repeats its reading. Behind an interval longer than `longest_s` it starts anew.
std::vector<double> power_behind_trailing_mean(std::span<const double> t_s, std::span<const double> power_w,
                                               double window_s, double longest_s);

/// The same of readings whose weights fall off by e in `window_s` (a meter with a time constant): the power
/// is the reading and window_s times its slope, and the energy needs no slope.
std::vector<double> power_behind_fading_mean(std::span<const double> t_s, std::span<const double> power_w,
                                             double window_s, double longest_s);

}  // namespace rle
