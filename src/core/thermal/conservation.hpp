// Energies in, out and stored over a stretch of samples, from the measured temperatures and given thermal
// constants.
//
// Invariant: nothing is fitted here. The temperature of the sensor's node is the measured one; the
// heatsink's, which nobody measures, follows from it by its own equation.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "rlecouple/balance.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {

/// What flows over a stretch of samples, summed over its intervals.
struct HeatFlow {
    std::size_t intervals = 0;
    double seconds = 0.0;
    double in_j = 0.0;             ///< P, as energy_in() has it
    double read_j = 0.0;           ///< P as the chosen reading of the power has it
    double out_j = 0.0;            ///< hA (T - T_ambient)
    double stored_j = 0.0;         ///< C dT, all nodes
    double miss_square = 0.0;      ///< of the heat rate less the power as read, squared, W^2 s
    std::size_t out_of_range = 0;  ///< intervals whose heat rate lies outside the manual's range of q_w
    double die_end_c = 0.0;        ///< sensor's node at the last sample, degC
    double sink_end_c = 0.0;       ///< heatsink at the last sample, degC (the node itself with one)
};

/// Intervals longer than `longest_s` are left out: nobody knows what the power did there. Where several
/// temperatures in a row are missing, the model's own path joins the readings on both sides.
HeatFlow heat_flow(const ThermalView& samples, const ThermalConstants& constants, double longest_s);

/// Samples with the missing temperatures filled in linearly (the ends with the nearest reading).
std::vector<double> filled_temperatures(const ThermalView& samples);

/// An interval is longer than `longest_s`.
bool has_gap(std::span<const double> t_s, double longest_s);

/// An interval longer than this is a gap, s: ten sampling intervals, and at least 10 s.
double longest_interval(std::span<const double> t_s);

Conservation conserve(const HeatFlow& flow);
HeatRate heat_rate(const HeatFlow& flow);

/// The fit to the first half of the time; missing where a half has fewer than ten samples.
std::optional<ThermalResult> fit_first_half(const ThermalView& samples, const ThermalOptions& options);

/// Balances the second half by the fit to the first; missing where that is none to balance with.
std::optional<double> closure_on_second_half(const ThermalView& samples,
                                             const std::optional<ThermalResult>& first_half);

/// In the first half of the time the fan moves by less than a tenth of what it moves by in all.
bool fan_rests_at_first(const ThermalView& samples);

/// What a counter did beside counting.
struct CounterFaults {
    std::size_t falls = 0;     ///< wraps or restarts
    std::size_t glitches = 0;  ///< readings left out, and rises that no power could have made
    double first_glitch_s = 0.0;
    double stood_still_s = 0.0;  ///< longest time for which it hung while power flowed; 0: it did not
};

/// The device's counter against the same integral of the power; missing without a counter that moves. Falls
/// of the counter, its glitches (core/thermal/counter_readings.hpp) and gaps are left out on both sides.
std::optional<EnergyCounter> compare_counter(const BalanceInput& input, CounterFaults& faults);

/// int flow cp (T_out - T_in) dt, J, with water's cp, by the rule of energy_in() (each row's until the next,
/// no gaps), so that the two compare; missing without the three columns.
std::optional<double> coolant_heat(const BalanceInput& input);

}  // namespace rle
