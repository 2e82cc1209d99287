// The charts of one session, in the order in which the report shows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/chart.hpp"
#include "report/view.hpp"

namespace rle::report {

std::vector<ChartSlot> thermal_charts(const View& view);   ///< temperature with its fit, power, utilisation
std::vector<ChartSlot> coupling_charts(const View& view);  ///< response with collapses, driver with spikes
std::vector<ChartSlot> correlation_charts(const View& view);  ///< lags, the response around a spike
std::vector<ChartSlot> balance_charts(const View& view);      ///< residuals of the fit, energy over time

/// The fitted model's temperature at the view's rows; empty where balance.json has none that belongs to them.
/// Of a long session it is missing at most rows.
std::vector<double> fitted_temperature(const View& view);

/// Columns of a chart hold no more rows than this many buckets leave (chart.hpp), about two a pixel of a wide
/// screen.
inline constexpr std::size_t kBuckets = 1000;

}  // namespace rle::report
