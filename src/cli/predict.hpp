// How well do alarms on the gradient norm warn of a collapse?
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/alarm_options.hpp"
#include "cli/analysis_options.hpp"
#include "cli/table.hpp"
#include "rlecouple/predict.hpp"

namespace rle::cli {

struct PredictCommand {
    std::string input;         ///< session folder, file, or "-"
    std::string output;        ///< -o: predict.json, "-" for stdout; empty: into the session
    AnalysisOptions analysis;  ///< --device, --driver, --temp-limit, --seed
    AlarmChoice alarm = {};
    double horizon_s = 3.0;                   ///< --horizon
    std::string event = "any";                ///< --event: any, collapse, throttle, or a column of flags
    bool brief = false;                       ///< print the explanation alone, and no warning
    std::shared_ptr<StagesTable> table = {};  ///< what stands at `input`, where it is at hand already
};

/// The columns that predict uses, each as often as it does.
std::vector<std::string> predict_columns(const PredictCommand& command);

/// Reads the table, scores the alarms, writes predict.json where it has a place, prints a summary.
Prediction predict_stage(const PredictCommand& command);

}  // namespace rle::cli
