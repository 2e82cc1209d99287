// Reading the streams with the options of the command line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "formats/input.hpp"
#include "formats/pieces.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::cli {

/// Several files of one stream are joined in time. No training file gives an empty log.
Telemetry read_telemetry_files(const std::vector<formats::Input>& files, const AnalysisOptions& options);
Training read_training_files(const std::vector<formats::Input>& files, const AnalysisOptions& options);

/// In pieces; null for what must be read whole.
std::unique_ptr<formats::Pieces<Telemetry>> open_telemetry_file(const formats::Input& file,
                                                                const AnalysisOptions& options);
std::unique_ptr<formats::Pieces<Training>> open_training_file(const formats::Input& file,
                                                              const AnalysisOptions& options);

}  // namespace rle::cli
