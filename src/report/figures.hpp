// Charts in the HTML report: the static drawing, its words and numbers, and the data for the interactive one.
#pragma once

#include <string>
#include <vector>

#include "report/session_charts.hpp"

namespace rle::report {

/// A <figure>: title, SVG, notes, and a table of the values; or a paragraph that says why there is no chart.
std::string figure(const ChartSlot& slot);

/// The charts as one JSON array, safe inside a script element.
std::string charts_json(const std::vector<Chart>& charts);

}  // namespace rle::report
