// Step 4: cross-correlation, lag, direction, significance.
#pragma once

#include <memory>
#include <string>

#include "cli/analysis_options.hpp"
#include "rlecouple/correlation.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::cli {

struct CorrelateCommand {
    std::string input;   ///< session folder, file, or "-"
    std::string output;  ///< -o: correlation.json, "-" for stdout; empty: into the session
    AnalysisOptions analysis;
    std::shared_ptr<const Frame> table = {};  ///< what stands at `input`, where it is at hand already
};

/// Reads the table, correlates, writes correlation.json where it has a place, prints a summary.
Correlation correlate_stage(const CorrelateCommand& command);

}  // namespace rle::cli
