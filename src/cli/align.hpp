// Step 3: both streams on one clock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "rlecouple/align.hpp"
#include "rlecouple/error.hpp"

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

struct AlignedStage {
    Alignment alignment;
    std::optional<Error> unpaired;  ///< why a training log that is there gave no row with both streams
};

/// Reads the streams, aligns them, writes aligned.csv and align.json, prints a summary. A training log with
/// nothing to align leaves the cells of the training empty. Throws before anything is written where the
/// telemetry cannot be aligned.
AlignedStage align_whatever_pairs(const AlignCommand& command);

/// The same. Throws Error{insufficient_data} after writing where there is a log and no row has both streams.
Alignment align_stage(const AlignCommand& command);

}  // namespace rle::cli
