// Reading the streams with the options of the command line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "formats/io/input.hpp"
#include "formats/pieces.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::cli {

/// Several files of one stream are joined in time. No training file gives an empty log.
Telemetry read_telemetry_files(const std::vector<formats::Input>& files, const AnalysisOptions& options);
Training read_training_files(const std::vector<formats::Input>& files, const AnalysisOptions& options);

/// Likewise in pieces; null for what must be read whole. There must be a file.
std::unique_ptr<formats::Pieces<Telemetry>> open_telemetry_files(const std::vector<formats::Input>& files,
                                                                 const AnalysisOptions& options);
std::unique_ptr<formats::Pieces<Training>> open_training_files(const std::vector<formats::Input>& files,
                                                               const AnalysisOptions& options);

/// Throws Error{usage} where both streams' times are counted by one interval: a row a step is nobody's.
void refuse_counted_times(const Telemetry& telemetry, const Training& training,
                          const AnalysisOptions& options);

}  // namespace rle::cli
