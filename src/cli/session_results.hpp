// Results of sessions by the path that a user gives: a folder, its summary.json, a pattern, a folder of
// sessions.
#pragma once

#include <string>
#include <vector>

#include "rlecouple/reproduce.hpp"

namespace rle::cli {

/// Session folders and summary files behind the arguments: patterns that the shell did not expand are
/// matched, a folder that is no session itself stands for the sessions in it. In the order given; what a
/// pattern or folder holds, by name. Throws Error{failed} where an argument leads to nothing.
std::vector<std::string> expand_sessions(const std::vector<std::string>& arguments);

/// Reads summary.json, else correlation.json, balance.json and predict.json, of a folder or the file itself.
/// Throws Error{failed} where there is none.
SessionResult read_session_result(const std::string& path);

/// The files of a folder that its result was not made of, though they bear the names of those that it was;
/// none of a result that was given as a file.
std::vector<std::string> other_files_of(const std::string& path);

/// The gradient norms of the training log beside it, else of aligned.csv; what cannot be read stays unknown.
void read_norms(const std::string& path, SessionResult& result);

/// The first readings of the telemetry beside it, estimates left out; what cannot be read stays unknown.
void read_readings(const std::string& path, SessionResult& result);

}  // namespace rle::cli
