// Reading the streams with the options of the command line.
#pragma once

#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::cli {

/// Several files of one stream are joined in time. No training file gives an empty log.
Telemetry read_telemetry_files(const std::vector<std::string>& files, const AnalysisOptions& options);
Training read_training_files(const std::vector<std::string>& files, const AnalysisOptions& options);

}  // namespace rle::cli
