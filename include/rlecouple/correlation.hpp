// What `correlate` finds: the manual's cross-correlation as written, and beside it the tests that can be
// relied on.
//
// Sign of every lag: r(l) = corr(response(t), driver(t + l)), so l < 0 means that the driver leads.
// The manual's coupling equation dRLE/dt = -k g(t - delay) counts the same delay with the other sign.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/interval.hpp"

namespace rle {

/// One lag of a cross-correlation function.
struct LagPoint {
    double lag_s = 0.0;  ///< s; negative: the driver leads
    std::optional<double>
        r;  ///< Pearson correlation over the pairs present; missing below 3 pairs or without variance
    std::size_t n = 0;  ///< pairs present
};

enum class CausalOrder { driver_leads, response_leads, simultaneous, undetermined };
enum class Strength { weak, moderate, strong };
enum class Verdict { coupled, not_detected, insufficient_data };

/// Step 4 as the manual has it, on the raw columns. Carries no protection against trend or autocorrelation.
struct ManualCorrelation {
    std::vector<LagPoint> ccf;         ///< from -max_lag to +max_lag
    std::optional<double> r_peak;      ///< the r of greatest |r|
    std::optional<double> t_lag_s;     ///< its lag, s
    std::optional<Strength> strength;  ///< |r_peak| > 0.5 strong, > 0.3 moderate, else weak
    CausalOrder causal_order = CausalOrder::undetermined;
};

/// The lag test that can be relied on: trend removed, both series prewhitened, all lags searched accounted
/// for.
struct TestedCorrelation {
    std::string method;          ///< one line: detrending, orders, correction
    std::string response;        ///< the column that was tested: the response, or rle_raw for rle
    std::vector<LagPoint> ccf;   ///< of the prewhitened residuals
    std::optional<double> band;  ///< |r| beyond this is significant at alpha, family-wise
    std::optional<double> detectable_k_per_s;    ///< |k| found in half of such sessions, 1/s
    std::optional<double> detectable_k90_per_s;  ///< |k| found in 90 % of them, 1/s
    std::optional<double> r_peak;                ///< r of the residuals at t_lag_s
    std::optional<double> t_lag_s;               ///< s; on the grid, less the sensors' delay
    std::optional<Interval> t_lag_ci95_s;        ///< s
    std::optional<Interval>
        likely_lag_s;  ///< s; the likelihood's part of that interval, sensors' delays not taken off
    std::optional<double>
        fine_lag_s;  ///< s; t_lag_s between grid points where the data reject those; k is fitted there
    std::optional<double> p_value;  ///< family-wise over all lags searched
    bool p_at_most = false;         ///< no draw came near: p is p_value or less
    double alpha = 0.05;            ///< level of the test
    bool significant = false;       ///< p_value <= alpha
    CausalOrder causal_order = CausalOrder::undetermined;
    int trend_order = 0;  ///< degree of the polynomial removed
    int driver_ar_order = 0;
    int response_ar_order = 0;
    double sensor_delay_s = 0.0;  ///< taken off the lag, s
    bool held = false;            ///< one of the two stands still between the readings of a slower clock
    bool beside_epochs = false;   ///< without the rows at which both change with the epochs of the training
    std::vector<std::string> warnings;
};

/// Does the past of one series help to predict the other? (Granger 1969; statsmodels' ssr_ftest)
struct GrangerTest {
    int order = 0;         ///< lags of both series in the unrestricted regression
    double f = 0.0;        ///< (RSS restricted - RSS) / df1 over RSS / df2
    int df1 = 0;           ///< the order: coefficients that the restriction sets to 0
    int df2 = 0;           ///< rows less coefficients of the unrestricted regression
    double p_value = 1.0;  ///< P(F(df1, df2) >= f)
};

struct GrangerPair {
    std::optional<GrangerTest> driver_to_response;
    std::optional<GrangerTest> response_to_driver;
};

/// The manual's coupling equation with the terms that it lacks: d(response)/dt = a - k driver(t - delay) -
/// response / tau.
struct CouplingFit {
    double k_per_s = 0.0;                  ///< 1/s per unit of the driver
    std::optional<Interval> k_ci95_per_s;  ///< Newey-West
    double delay_s = 0.0;                  ///< s; = -t_lag_s
    double r2 = 0.0;                       ///< share of the variance of the response's steps, 0 to 1
    std::optional<double> relaxation_s;    ///< tau, s; missing where the fit finds no relaxation
    bool at_once = false;  ///< the response keeps little of itself from one sample to the next: it follows
                           ///< the driver and integrates nothing
};

struct Correlation {
    std::string driver;
    std::string response;
    std::string device;         ///< empty where the table has no device column
    std::size_t n_samples = 0;  ///< rows that have both
    double sample_hz = 0.0;     ///< of the grid, Hz
    double max_lag_s = 3.0;     ///< searched, s: as asked for, or as far as the session tells
    ManualCorrelation manual;
    std::optional<TestedCorrelation> tested;  ///< missing where the samples carry no test
    GrangerPair granger;
    std::optional<CouplingFit> coupling;  ///< missing unless `tested` finds the driver to lead, or at no lag
    std::optional<double> sigma_opt;      ///< SD / mean of the gradient norm
    std::optional<Verdict> verdict;
    std::string explanation;                 ///< one plain sentence
    std::vector<std::string> modelled = {};  ///< columns of the device that are estimates, not measured
    std::vector<std::string> warnings;
};

/// Is it what the manual's coupling equation is of, a driver that the training tells of and RLE? Of others it
/// does not say which sign to expect.
bool is_of_the_manual(const Correlation& result);

}  // namespace rle
