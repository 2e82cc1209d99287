// Sensors that stand still while the load beside them moves.
//
// A driver that hangs goes on giving its last reading. One that repeats for far longer than it used to, while
// utilisation (or power) of the same device goes up and down, is reported, not removed: whoever analyses the
// recording decides.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sensors/sensor_set.hpp"

namespace rle::sensors {

/// One stretch in which a reading stood still.
struct Frozen {
    std::string device;
    std::string column;
    double value = 0.0;   ///< what it stood at, in the column's unit
    double from_s = 0.0;  ///< the first and the last time that it was read, s since the start
    double to_s = 0.0;
    std::string load;       ///< "util_pct" or "power_w"
    double load_low = 0.0;  ///< its lowest and its highest mean of five seconds within that stretch
    double load_high = 0.0;
};

class FrozenWatch {
  public:
    /// Watches temperature, power and energy of every device, where they are measured.
    explicit FrozenWatch(const SensorSet& sensors);

    /// Takes the sample that `sensors` has just read, at `t_s`.
    void take(const SensorSet& sensors, double t_s);
    /// What stands still, or stood still, so far; the longest stretch of each column.
    std::vector<Frozen> found() const;

  private:
    struct Column {
        std::size_t device = 0, column = 0;
        std::size_t load = 0;          // the column that tells of the load
        double least_s = 0.0;          // shorter stretches tell nothing
        double least_load_move = 0.0;  // in the load's unit
        double value = 0.0;            // of the present stretch
        double from_s = 0.0, to_s = 0.0;
        double block_from_s = 0.0, block_sum = 0.0;
        std::size_t block_n = 0;
        std::optional<double> low, high;  // of the means of the blocks
        std::size_t changes = 0;
        double changing_s = 0.0;  // how long the stretches took that ended by a change
        std::optional<Frozen> longest;
    };
    static void take(Column& column, double load, double t_s);
    std::optional<Frozen> verdict(const Column& column) const;
    void watch(const SensorSet& sensors, std::size_t device, std::size_t column, std::size_t load,
               double least_load_move);

    std::vector<Column> columns_;
    std::vector<std::string> names_;  // of the columns
    std::vector<std::string> device_names_;
};

/// "cpu: temp_c stood at 52 degC from t = 12.0 s to 95.0 s while util_pct moved between 5 and 97: ..."
std::string words(const Frozen& frozen);

}  // namespace rle::sensors
