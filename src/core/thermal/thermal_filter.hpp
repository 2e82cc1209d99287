// What is not known of the power, carried into the fit: a Kalman filter's gains along the model's path
// (Kalman 1960; the innovations form of the prediction error method, Ljung 1999, ch. 7).
//
// A meter reads a step of power somewhere between two samples, and averages; so the mean power over an
// interval in which the reading steps by dP is known to within edge_share * dP. Where samples are missing it
// is known to what LostRows says, and behind a gap the state is not known at all. Invariant: without such
// errors and without gaps all gains are 0, and the fit is the plain output error fit.
#pragma once

#include <vector>

#include "core/thermal/alike_steps.hpp"
#include "core/thermal/power_table.hpp"
#include "core/thermal/thermal_parameters.hpp"

namespace rle::thermal {

struct Noise {
    double temp_sd = 0.3;     ///< of one temperature reading, degC
    double edge_share = 0.0;  ///< SD of an interval's mean power, as a share of the step of the reading at it
    double power_sd = 0.0;    ///< SD of every interval's mean power besides, W
    double longest_s = 1e300;  ///< a longer interval is a gap
};

/// What is fed back of each innovation, and how large the innovation is expected to be.
struct Gains {
    std::vector<double> die;  ///< degC per degC; empty: all 0
    std::vector<double> sink;
    std::vector<double> relative;  ///< variance of the innovation over temp_sd^2; empty: all 1
    double log_relative = 0.0;     ///< sum of the logarithms of these, over the samples with a temperature

    double weight(std::size_t i) const { return relative.empty() ? 1.0 : 1.0 / relative[i]; }
};

/// `alike`: of the samples, by the fan where hA follows it.
Gains gains_of(const ThermalView& samples, const PowerTable& power, const AlikeSteps& alike,
               const ThermalConstants& constants, const Noise& noise);

}  // namespace rle::thermal
