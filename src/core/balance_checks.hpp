// The manual's side of the balance: its tau, its eta_p, its classes and its table of ranges, as written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rlecouple/balance.hpp"

namespace rle {

/// The manual's tau = dT/(dT/dt): dT = T_i - ambient, dT/dt = (T_i - T_i-1)/(t_i - t_i-1), the median of
/// |dT/(dT/dt)| over the samples whose temperature moved. Missing where it never moved.
std::optional<double> manual_tau(const BalanceInput& input, double ambient_c);
TauClass tau_class_of(double tau_s);

/// eta_p = (mean P - P_idle)/mean P; `p_mean_w` is the balance's own mean. P_idle: given, else the median
/// power of the samples with utilisation below 10 % where those are at least 5 % of all, else the lowest
/// power that held for 3 s.
EtaP eta_p_of(const BalanceInput& input, std::optional<double> p_mean_w, std::optional<double> idle_power_w,
              std::vector<std::string>& warnings);

RleRange rle_range(const std::vector<double>& rle);

/// The manual's table, for the quantities that there are. `q_w` is one value an interval.
std::vector<RangeCheck> check_ranges(const BalanceInput& input, double ambient_c,
                                     const std::vector<double>& q_w, std::optional<double> tau_s);

}  // namespace rle
