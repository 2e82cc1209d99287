// What a result that rests on estimates must say of itself: where `collect` found no sensor, temperature and
// power are a model's, and an analysis of them finds that model again, not the machine.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/session_paths.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::cli {

/// The columns of `device` that are estimates, as session.json or the table's own column `modelled` says.
std::set<std::string> estimated_columns(const StageInput& input, const Frame& frame,
                                        const std::string& device);

/// By device: as session.json says, else the column `modelled` in the first rows of a telemetry file.
std::map<std::string, std::set<std::string>> estimated_in(const std::optional<SessionInfo>& info,
                                                          const std::string& file);

/// Why a thermal fit to such columns tells nothing of the machine; empty where temperature and power are
/// measured.
std::string balance_of_estimates(const std::set<std::string>& estimated);

/// What a correlation of these two columns rests on; empty where neither goes back to an estimate.
std::string correlation_of_estimates(const std::set<std::string>& estimated, const std::string& driver,
                                     const std::string& response);

/// What events by these flags rest on; empty where none goes back to an estimate.
std::string prediction_of_estimates(const std::set<std::string>& estimated,
                                    const std::vector<std::string>& flags);

/// One line for each device whose columns are estimates: align.json's.
std::vector<std::string> alignment_of_estimates(
    const std::map<std::string, std::set<std::string>>& estimated);

/// As lists in the results.
std::vector<std::string> listed(const std::set<std::string>& estimated);

/// " (temp_c and power_w are estimates)", for a headline; empty where both are measured.
std::string marked(const std::set<std::string>& estimated);

}  // namespace rle::cli
