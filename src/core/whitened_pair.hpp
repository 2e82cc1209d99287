// Driver and response, whitened about one trend, as lag test and coupling fit share them.
#pragma once

#include <optional>
#include <span>

#include "core/whiten.hpp"
#include "rlecouple/lag_test.hpp"

namespace rle {

struct WhitenedPair {
    Whitened driver;
    Whitened response;
    double driver_sd = 0.0;  ///< of the series as given; Whitened is in units of it
    double response_sd = 0.0;
};

/// Missing: fewer than 30 pairs, or a series without variance.
std::optional<WhitenedPair> whiten_pair(std::span<const double> driver, std::span<const double> response,
                                        double dt_s);

/// test_lag and fit_coupling (lag_test.hpp) on a pair already whitened.
std::optional<TestedCorrelation> test_lag(const WhitenedPair& pair, double dt_s,
                                          const LagTestOptions& options);
std::optional<CouplingFit> fit_coupling(const WhitenedPair& pair, double dt_s, double delay_s);

}  // namespace rle
