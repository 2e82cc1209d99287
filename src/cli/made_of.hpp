// Which files of a session a result was made of, and whether they are still the ones that are there: a result
// of another recording beside a new one looks like a result of that.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/session_paths.hpp"
#include "formats/documents/documents.hpp"

namespace rle::cli {

/// Those of `files` that lie in `folder`, as they are now. What cannot be read is left out.
std::vector<formats::InputFile> session_inputs(const std::string& folder,
                                               const std::vector<std::string>& files);

/// Writes a stage's result, which names the session's table that it is of.
void write_result(const std::string& output, nlohmann::ordered_json document, const StageInput& input);

/// Why the result `name` of a session is not of the files that are there, with the command to run again; a
/// line each, none where it is. Results that do not say what they were made of are judged by the files'
/// times.
std::vector<std::string> stale_lines(const std::string& folder, const std::string& name,
                                     const std::string& stage, const nlohmann::ordered_json& document);

}  // namespace rle::cli
