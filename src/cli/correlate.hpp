// Step 4: cross-correlation, lag, direction, significance.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "cli/table.hpp"
#include "rlecouple/correlation.hpp"

namespace rle::cli {

struct CorrelateCommand {
    std::string input;   ///< session folder, file, or "-"
    std::string output;  ///< -o: correlation.json, "-" for stdout; empty: into the session
    AnalysisOptions analysis;
    std::shared_ptr<StagesTable> table = {};  ///< what stands at `input`, where it is at hand already
};

/// The columns that correlate uses, each as often as it does.
std::vector<std::string> correlate_columns(const AnalysisOptions& given);

/// Reads the table, correlates, writes correlation.json where it has a place, prints a summary.
Correlation correlate_stage(const CorrelateCommand& command);

}  // namespace rle::cli
