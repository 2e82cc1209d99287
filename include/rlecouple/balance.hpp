// What `balance` finds: the thermal constants of a device and whether its energy balance closes.
//
// Model, one node: C dT/dt = P - hA (T - T_ambient); tau = C / hA. Two nodes: die and heatsink.
// Units: W, J, s, degC; hA in W/degC, C in J/degC.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/interval.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {

/// The samples that a balance is made of; all vectors are as long as t_s or empty (= the source has no such
/// column).
struct BalanceInput {
    std::vector<double> t_s;                ///< s; rows in another order are sorted, with a warning
    std::vector<double> temp_c;             ///< degC; NaN is missing
    std::vector<double> power_w;            ///< W; NaN is missing
    std::vector<double> fan_pct;            ///< %, 0 = the fan stands
    std::vector<double> energy_j;           ///< the device's own counter, J
    std::vector<double> rle;                ///< without a unit; its range is told
    std::vector<double> grad_norm;          ///< without a unit; held against the manual's range
    std::vector<double> util_pct;           ///< %, 0 to 100; tells when the device is idle
    std::vector<double> coolant_flow_kg_s;  ///< kg/s
    std::vector<double> coolant_in_c;       ///< degC
    std::vector<double> coolant_out_c;      ///< degC
    std::vector<double> ambient_c = {};     ///< degC, as logged beside the device
};

struct BalanceOptions {
    double ambient_c = 21.0;       ///< degC; where the samples have none of their own
    bool fit_ambient = false;      ///< ambient_c is then where the fit starts
    bool ambient_assumed = false;  ///< nobody measured ambient_c; where another one plainly fits, it is taken
    std::optional<double> idle_power_w;  ///< W, for eta_p; estimated from the data where not given
};

inline constexpr std::size_t kMostSimulated = 20000;      ///< rows, of which all are told
inline constexpr std::size_t kSimulatedStretches = 1000;  ///< that stand for more of them

struct ThermalFit {
    std::string model;                      ///< "one-node" or "two-node"
    std::optional<double> hA_w_per_c;       ///< W/degC, at the mean fan speed where hA follows the fan
    std::optional<double> C_j_per_c;        ///< J/degC, all nodes together
    std::vector<double> tau_s;              ///< s, slowest first
    std::optional<double> ambient_c;        ///< degC; given, or fitted; the mean where it was logged
    std::optional<double> ambient_moved_c;  ///< greatest less least of a logged ambient, degC
    bool ambient_fitted = false;            ///< as asked, or because the assumed one plainly does not fit
    std::string
        ambient_from;  ///< "option", "session", "align", "logged", "assumed"; a fitted one starts there
    std::optional<double>
        hA_fan_w_per_c;                  ///< W/degC, change of hA from a standing fan to 100 %, where fitted
    std::vector<double> node_C_j_per_c;  ///< J/degC: die, heatsink (two nodes; NaN: not told); C (one)
    std::optional<double> coupling_w_per_c;  ///< W/degC, die to heatsink, two nodes
    std::optional<double> rmse_c;            ///< of the simulated temperature against the recorded one, degC
    std::optional<double> r2;                ///< share of the temperature's variance that it explains
    std::map<std::string, Interval> ci95;    ///< in the parameter's unit, by the key of the parameter
                                             ///< ("hA_w_per_c", "C_j_per_c", "tau_s", ...)
    bool adequate = false;                   ///< false: the residuals are plainly not noise
    std::vector<double> simulated_c;  ///< the model's temperature, degC, to be drawn beside the recorded one
    /// The input's row of each, from 0, where it has more than kMostSimulated: of each of kSimulatedStretches
    /// stretches those at which the simulated or the recorded temperature or their difference is lowest or
    /// highest, one at which either is missing, and the first and the last of all. Empty: all rows, in order.
    std::vector<std::size_t> simulated_rows = {};
    std::string power_reading;  ///< how the power readings were taken: "held", "sampled", "averaged",
                                ///< "fading" or "late"
    std::optional<double> power_delay_s;    ///< of a late reading, fitted, s
    std::optional<double> power_average_s;  ///< of a mean over more than one interval, fitted: its window, s
};

enum class TauClass { fast, normal, slow };
enum class EtaPClass { low, moderate, high };

struct TauTh {
    std::optional<double> value_s;   ///< the fitted (slowest) time constant, s
    std::optional<Interval> ci95_s;  ///< of it, s
    std::optional<double>
        manual_median_s;  ///< |dT / (dT/dt)| as the manual has it, the median over the session, s
    std::optional<TauClass> tau_class;  ///< < 2 s fast, <= 5 s normal, else slow
};

struct HeatRate {
    std::optional<double> q_mean_w;        ///< mean of Q = hA dT + C dT/dt, W
    std::optional<double> p_mean_w;        ///< energy_in_j over its time, W
    std::optional<double> rmse_w;          ///< of Q against P as the fitted reading has it, W
    std::optional<double> relative_error;  ///< (q_mean - p_mean) / p_mean
};

struct Conservation {
    std::optional<double> energy_in_j;      ///< int P dt, each sample's power until the next (balance.md, 6)
    std::optional<double> energy_out_j;     ///< int hA (T - T_ambient) dt
    std::optional<double> energy_stored_j;  ///< C (T_end - T_start), all nodes
    std::optional<double> closure;          ///< (in - out - stored) / in
    std::optional<double> closure_holdout;  ///< fitted on the first half, balanced on the second
    std::optional<bool> within_5pct;  ///< |closure_holdout| <= 0.05, or |closure| where there is no holdout
    std::optional<double> coolant_out_j;  ///< int flow cp (T_out - T_in) dt, liquid-cooled gear
};

struct EnergyCounter {
    double counter_j = 0.0;       ///< rise of the device's counter
    double integrated_j = 0.0;    ///< int P dt over the same time, as energy_in_j
    double relative_error = 0.0;  ///< (integrated - counter) / counter
};

struct RleRange {
    std::optional<double> max, min, delta;  ///< of rle, without a unit; delta = max - min
};

struct EtaP {
    std::optional<double> value;         ///< (mean P - P_idle) / mean P, by the mean of the recorded powers
    std::optional<double> idle_power_w;  ///< P_idle, W
    std::optional<EtaPClass> eta_class;  ///< > 0.8 high, > 0.6 moderate, else low
};

struct RangeCheck {
    std::string variable;  ///< as in manual_ranges() (quantities.hpp)
    double low = 0.0;      ///< in the variable's unit
    double high = 0.0;
    std::size_t out_of_range = 0;  ///< samples outside [low, high]
};

struct Balance {
    std::string device;         ///< empty where the table has no device column
    std::size_t n_samples = 0;  ///< with both temperature and power
    ThermalFit thermal;
    TauTh tau_th;
    HeatRate heat_rate;
    Conservation conservation;
    std::optional<EnergyCounter> energy_counter;
    RleRange rle;
    EtaP eta_p;
    std::vector<RangeCheck> range_checks;
    std::vector<std::string> modelled = {};  ///< columns of the device that are estimates, not measured
    std::vector<std::string> warnings;
};

/// Step 5 of the manual made sound (docs/method.md). Throws Error{insufficient_data} where there are fewer
/// than three samples with both temperature and power, and Error{failed} where the columns differ in length;
/// everything else that the data cannot tell is missing, with a warning.
Balance balance_energy(BalanceInput input, const BalanceOptions& options);

/// Joules that went in up to each row, as energy_in_j has them: its sum is the last one. Both vectors have
/// one length, t_s ascends strictly; a row without a power (NaN) adds nothing of its own.
std::vector<double> energy_since_start(const std::vector<double>& t_s, const std::vector<double>& power_w);

}  // namespace rle
