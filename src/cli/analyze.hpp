// Steps 3 to 5 and the report of a session already recorded, in one process.
#pragma once

#include <string>

#include "cli/analysis_options.hpp"

namespace rle::cli {

/// Declares what the stages take beyond the recording's own options (--device, --ambient, --rated-power,
/// ...).
void declare_stage_options(CLI::App& app, AnalysisOptions& options);

/// Aligns, correlates, balances and reports. What the data cannot carry is said, and the next stage is run;
/// 0, or 4 where a stage found that the data cannot carry its question. Other errors are thrown.
int analyze_session(const std::string& session, const AnalysisOptions& options);

}  // namespace rle::cli
