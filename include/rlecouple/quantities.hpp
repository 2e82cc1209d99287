// THE table of quantities: name, unit, plausible range, how several samples become one.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rle {

enum class Aggregate { mean, last };

struct Quantity {
    std::string_view name;   ///< as in our CSV files
    std::string_view unit;   ///< "degC", "W", "%", "s", "1"
    std::string_view title;  ///< for a reader: "temperature"
    double
        physical_low;  ///< a reading outside [physical_low, physical_high] is no reading: dropped and counted
    double physical_high;
    Aggregate aggregate;  ///< over the training steps of one grid cell
};

/// The table, in the order in which columns are written.
std::span<const Quantity> quantities();
/// The row called `name`; nullptr for a column that we only carry through.
const Quantity* find_quantity(std::string_view name);

/// Does each step of a training tell this column's value: gradient norm, loss, learning rate?
bool tells_of_steps(std::string_view name);

/// Is it a training that tells of this column? Else a machine does, or it is only carried through.
bool told_by_training(std::string_view name);

/// A row of the manual's table of ranges, which is checked and flagged, never clamped.
struct ManualRange {
    std::string_view variable;
    double low;  ///< in the variable's unit: W for q_w, degC for temp_rise_c, s for tau_th_s, else none
    double high;
};
std::span<const ManualRange> manual_ranges();

/// Bits of NVIDIA's clock event reasons that hold the clocks down: power cap (0x4), hardware slowdown (0x8),
/// software (0x20) and hardware (0x40) thermal slowdown, power brake (0x80). Idle and chosen clocks are none.
inline constexpr std::uint64_t kNvidiaThrottling = 0x4 | 0x8 | 0x20 | 0x40 | 0x80;

}  // namespace rle
