// Aligning files without reading them into memory: twice through the text, and out block by block.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "formats/io/input.hpp"
#include "rlecouple/align.hpp"

namespace rle::cli {

struct StreamedFiles {
    std::vector<formats::Input> telemetry;
    std::vector<formats::Input> training;  ///< empty: no log
    std::string output;                    ///< the table, "-" for stdout
};

/// Called for each block of rows before it is written; `others` are what telemetry_row points into.
using WatchBlock = std::function<void(const AlignedRows& rows, const std::vector<TextColumn>& others)>;

/// Writes the table and gives back the alignment without its rows. Missing, and nothing written, where the
/// streams must be in memory: stdin, packed files, formats that cannot be read in pieces, rows far out of
/// order. Throws as reading and aligning in memory do.
std::optional<Alignment> align_streaming(const StreamedFiles& files, const AnalysisOptions& given,
                                         const AlignOptions& options, const WatchBlock& watch = {});

}  // namespace rle::cli
