// The manual's side of the balance: its tau, its eta_p, its classes and its table of ranges, as written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rlecouple/balance.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {

/// The manual's tau = dT/(dT/dt): dT = T_i - ambient, dT/dt = (T_i - T_i-1)/(t_i - t_i-1), the median of
/// |dT/(dT/dt)| over the samples whose temperature moved. Missing where it never moved.
std::optional<double> manual_tau(const BalanceInput& input, double ambient_c);
TauClass tau_class_of(double tau_s);

/// The power at rest, and whether it was seen at a utilisation below 10 %.
struct IdlePower {
    std::optional<double> watts;
    bool seen = false;
};
/// The median power of the samples with utilisation below 10 % where those are at least 5 % of all, else the
/// lowest power that held for 3 s.
IdlePower idle_power_of(const BalanceInput& input);

/// The plain mean of what was read, as the manual's `mean P` has it; missing where nothing was.
std::optional<double> mean_read(const std::vector<double>& values);

/// eta_p = (mean P - P_idle)/mean P; `p_mean_w` is the mean of the recorded powers, P_idle what was given,
/// else `idle`. Missing where P_idle is no idle power beside that mean.
EtaP eta_p_of(const IdlePower& idle, std::optional<double> p_mean_w, std::optional<double> given_w,
              std::vector<std::string>& warnings);

RleRange rle_range(const std::vector<double>& rle);

/// What the manual's table of ranges is about, where the data has it.
struct RangeCounts {
    std::optional<std::size_t> rle, grad_norm, q_w, temp_rise, tau;  ///< values out of range
};
/// Missing where the column has no value.
std::optional<std::size_t> count_outside(std::string_view variable, const std::vector<double>& values,
                                         double less = 0.0);

/// The manual's table, for the quantities that there are.
std::vector<RangeCheck> check_ranges(const RangeCounts& counts);

/// Stretches longer than a gap may be with readings of the power and none of the temperature.
void note_blind_stretches(const ThermalView& samples, std::vector<std::string>& warnings);

}  // namespace rle
