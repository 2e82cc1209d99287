// A recording that nobody adds to any more, as `watch` goes through it: the streams as `align` reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::cli {

/// Both streams on one clock, in seconds: t_s where both have it, else the time since the first row.
struct ReplayedSession {
    struct Step {
        double t_s = 0.0;
        std::int64_t wall_us = kNoTime;
        double step = kMissing;
        double grad_norm = kMissing;
    };
    std::vector<Step> steps;  ///< in the order of time
    Telemetry telemetry;      ///< with t_s on that clock; empty where there is none that can be read
};

/// Throws Error{failed} where the folder has no training log, and as reading one does. Telemetry that cannot
/// be read is a warning: the alarms are the training's.
ReplayedSession replayed_session(const std::string& folder, const AnalysisOptions& options);

}  // namespace rle::cli
