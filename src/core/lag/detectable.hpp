// Which coupling a lag test would have found: what "not detected" is worth.
//
// The k of the manual's equation dRLE/dt = -k g(t - delay) - RLE/tau that the test of this very session, with
// its noise, its driver, its lags and its level, would have found in half, and in nine tenths, of sessions
// like it. It is told of what the whitening left (whiten.hpp), so that it is of the test that was made and
// not of the raw columns.
#pragma once

#include <optional>
#include <string>

#include "core/lag/whitened_pair.hpp"

namespace rle {

struct Detectable {
    std::optional<double> half_per_s;  ///< |k| found in 50 % of such sessions, 1/s per unit of the driver
    std::optional<double> nine_tenths_per_s;  ///< in 90 %
    std::string missing;                      ///< why there are none; empty where there are
};

/// What `tested`, the result of the test of this pair, could have found. `found`, the coupling that it did
/// find, is taken out first.
Detectable detectable_coupling(const WhitenedPair& pair, const TestedCorrelation& tested,
                               const std::optional<CouplingFit>& found, double dt_s);

}  // namespace rle
