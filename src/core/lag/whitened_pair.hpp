// Driver and response, whitened about one trend, as lag test and coupling fit share them.
#pragma once

#include <optional>
#include <span>

#include "core/lag/whiten.hpp"
#include "rlecouple/lag_test.hpp"

namespace rle {

/// The rows, ascending, of each series that change with the epochs of a training (epochs.hpp).
struct EpochRows {
    std::vector<std::size_t> driver;
    std::vector<std::size_t> response;
    bool empty() const { return driver.empty() && response.empty(); }
};

struct WhitenedPair {
    Whitened driver;
    Whitened response;
    std::vector<double> shared_periods;  ///< in samples; lines that stand out of both series
    bool periods_removed = false;        ///< with the trend
    std::vector<double>
        shared_changes;      ///< in samples; when both change their level, taken out with the trend
    EpochRows epochs = {};   ///< rows that have no residual, because both change with the epochs
    double driver_sd = 0.0;  ///< of the series as given; Whitened is in units of it
    double response_sd = 0.0;
};

/// Missing: fewer than 30 pairs, or a series without variance. `periods`, in samples, are taken out instead
/// of those that the two are found to share.
std::optional<WhitenedPair> whiten_pair(std::span<const double> driver, std::span<const double> response,
                                        double dt_s,
                                        const std::optional<std::vector<double>>& periods = std::nullopt);

/// test_lag and fit_coupling (lag_test.hpp) on a pair already whitened. The interval of k holds what the fit
/// gives at any delay in `likely_delay_s` within half a step of `delay_s`: beside a delay that is taken for a
/// whole number of steps, a k at the true one is larger.
std::optional<TestedCorrelation> test_lag(const WhitenedPair& pair, double dt_s,
                                          const LagTestOptions& options);
std::optional<CouplingFit> fit_coupling(const WhitenedPair& pair, double dt_s, double delay_s,
                                        Interval likely_delay_s);

}  // namespace rle
