// The trend that describes a series best beside its own past, chosen by BIC (Schwarz 1978): a polynomial,
// alone or with one exponential that settles, and changes of level on top of either.
#pragma once

#include <span>

#include "core/lag/trend.hpp"
#include "core/lag/whiten.hpp"

namespace rle {

/// The trend that BIC chooses for one series. Needs 20 samples present that vary.
Trend choose_trend(std::span<const double> series, const WhitenOptions& options);

/// The lowest BIC of a trend, over the AR orders: less is better.
double score_trend(std::span<const double> series, const Trend& trend, const WhitenOptions& options);

}  // namespace rle
