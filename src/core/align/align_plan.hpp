// From what a survey found to what an alignment goes by: devices, grid, RLE options; and everything of the
// result that is known before the first row.
#pragma once

#include <vector>

#include "core/align/align_grid.hpp"
#include "core/align/align_survey.hpp"
#include "rlecouple/align.hpp"

namespace rle {

struct AlignPlan {
    CommonClock clock;
    std::vector<std::uint32_t> devices;  ///< index of the device in each slot
    std::vector<RleOptions> rle;         ///< by slot
    std::vector<double> interval_s;      ///< by slot: median between the device's samples; NaN: has one alone
    Grid grid;                           ///< the whole one
    double last_s = 0.0;                 ///< of the last sample
    /// Counts, rate, clock, overlap; the warnings are complete but for those of finish_alignment().
    Alignment result;
};

/// Throws as align() does.
AlignPlan plan_alignment(const AlignOptions& options, const SurveyState& survey,
                         const Telemetry& telemetry_head, const Training* training_head);

}  // namespace rle
