// Which files of a session a result was made of, and whether they are still the ones that are there: a result
// of another recording beside a new one looks like a result of that.
#pragma once

#include <filesystem>
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

/// The SHA-256 of a whole file. Throws Error{failed} where it cannot be read.
std::string sha256_of(const std::filesystem::path& path);

/// Names of the files in `folder` that are not those that `summary` (a summary.json, or what of it there is)
/// was made of: the recording, the aligned table, the results that it repeats. A file that is not there is
/// none.
std::vector<std::string> other_files(const std::string& folder, const nlohmann::ordered_json& summary);

}  // namespace rle::cli
