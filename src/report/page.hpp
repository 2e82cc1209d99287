// The frame of an HTML report: one file, nothing loaded from anywhere, nothing run but its own scripts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/chart.hpp"
#include "report/session_charts.hpp"

namespace rle::report {

struct Page {
    std::string title;               ///< of the window; foreign text is escaped and cut
    std::string opening;             ///< HTML of the <header>
    std::string body;                ///< HTML of the <main>
    std::vector<Chart> charts = {};  ///< those that the script draws anew
};

std::string html_page(const Page& page);

/// A titled <section>; `id` is unique in the document.
std::string section(std::string_view id, std::string_view title, const std::string& body);
/// Draws the slots, and keeps those that have a chart for the script.
std::string draw(std::vector<ChartSlot> slots, std::vector<Chart>& charts);
/// Style class of a verdict: "coupled", "not-detected", "open".
std::string_view verdict_class(const std::string& word);

}  // namespace rle::report
