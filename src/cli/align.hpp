// Step 3: both streams on one clock.
#pragma once

#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "rlecouple/align.hpp"

namespace rle::cli {

struct AlignCommand {
    std::string session;                 ///< a session folder; empty where files are named
    std::vector<std::string> telemetry;  ///< --telemetry, in the order of time
    std::vector<std::string> training;   ///< --training
    std::string output;                  ///< -o: aligned.csv, "-" for stdout; empty: into the session
    std::string json;                    ///< --json: align.json
    AnalysisOptions analysis;
    bool in_memory = false;  ///< --in-memory: read everything first, and unpack nothing onto the disk
};

/// Reads the streams, aligns them, writes aligned.csv and align.json, prints a summary. Throws
/// Error{insufficient_data} after writing both where the streams do not overlap.
Alignment align_stage(const AlignCommand& command);

}  // namespace rle::cli
