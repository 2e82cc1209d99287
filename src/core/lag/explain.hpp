// Says in one plain sentence what the correlation of a session means, and why.
#pragma once

#include <string>

#include "rlecouple/correlate.hpp"
#include "rlecouple/correlation.hpp"

namespace rle {

/// Number of independent pairs that two autocorrelated series are worth, for a correlation between them:
/// 1/n' = 1/n + 2/n sum (n-j)/n rho_x(j) rho_y(j), j up to n/5, 1000 at most (Pyper & Peterman 1998). Between
/// 3 and n.
double independent_samples(const std::vector<double>& driver, const std::vector<double>& response);

/// `constant` names the series that does not vary; empty where both do.
std::string explain(const Correlation& result, const ThermalStress& stress, double independent,
                    const std::string& constant);

/// "the machine was never stressed", and why where the temperature did move.
std::string what_rested(const ThermalStress& stress);

/// "power within 1.2 W of 27 W, temperature within 3 degC", of what hardly moved.
std::string stillness(const ThermalStress& stress);

}  // namespace rle
