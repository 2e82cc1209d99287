// The power between the samples, as each way of reading a meter has it.
//
// Invariant: the energies of the intervals add up, whatever the reading, to the energy of the readings but
// for the ends.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rlecouple/thermal.hpp"

namespace rle {

class PowerTable {
  public:
    PowerTable(std::span<const double> t_s, std::span<const double> power_w);

    /// Mean power over one interval.
    struct Mean {
        double value = 0.0;  ///< W
        double slope = 0.0;  ///< by the shift of a late reading, W/s
        double step =
            0.0;  ///< W, by which the reading changes over the interval: how far the mean may be off
    };
    /// Where the last search ended; one serves a pass over the samples in order.
    struct Cursor {
        std::size_t at = 0;
    };
    Mean mean(std::size_t i, PowerReading reading, double shift_s, Cursor& cursor) const;

    /// An interval with an edge inside, as the averages of its neighbours place it.
    struct Edge {
        double before_w = 0.0;
        double after_w = 0.0;
        double share_before = 1.0;  ///< of the interval; 1: there is no edge inside
    };
    /// For averaged readings: where a reading lies between its neighbours, the power stepped from one to the
    /// other at the moment that gives this average.
    Edge edge(std::size_t i) const;

  private:
    struct Point {
        double energy;
        double power;
    };
    Point at(double t, Cursor& cursor) const;

    std::span<const double> t_;
    std::span<const double> p_;
    std::vector<double> energy_;  // of readings that hold until the next, J since the first sample
};

}  // namespace rle
