// The alarm of `predict`, live: on a session that is being recorded, or on a command's own output.
#pragma once

#include <string>
#include <vector>

#include "cli/alarm_options.hpp"
#include "cli/analysis_options.hpp"
#include "cli/watch_actions.hpp"

namespace rle::cli {

struct WatchOptions {
    std::string session;               ///< folder that is recorded to; empty: a command of our own
    std::vector<std::string> process;  ///< argv of the command
    std::string output;                ///< -o: have `collect` record the command into this folder
    double wait_s = 2.0;               ///< for the session folder to appear
    bool from_start = false;           ///< raise alarms for what was there before, too
    bool quiet = false;                ///< don't show what the command prints
    std::string textfile;              ///< --textfile; empty: none
    AlarmChoice alarm = {};
    ActionOptions actions = {};
    AnalysisOptions analysis =
        {};  ///< --device, --ambient, --rated-power, --temp-limit, --grad-key, --grad-pattern
};

/// Watches until the session or the command ends, or a signal comes: 0, 1 where the command failed, 130 or
/// 143.
int watch(const WatchOptions& options);

}  // namespace rle::cli
