// The JSON documents of a session: the only place that knows their keys (contract: keys are added, never
// renamed). Every document carries `schema`, `tool` {name, version} and `warnings`; a value that does not
// exist is null, never NaN.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "rlecouple/align.hpp"
#include "rlecouple/balance.hpp"
#include "rlecouple/correlation.hpp"
#include "rlecouple/predict.hpp"
#include "rlecouple/session.hpp"

namespace rle::formats {

/// Keys keep the order in which they are written.
nlohmann::ordered_json to_json(const SessionInfo& session);
nlohmann::ordered_json to_json(const Alignment& alignment);  // the rows are aligned.csv, not here
nlohmann::ordered_json to_json(const Correlation& correlation);
nlohmann::ordered_json to_json(const Balance& balance);
nlohmann::ordered_json to_json(const Prediction& prediction);

/// Throw Error{failed} naming `where` and the key where the document is not what its schema says. A null or
/// absent value is a missing one.
SessionInfo session_from_json(const nlohmann::ordered_json& document, const std::string& where);
Alignment alignment_from_json(const nlohmann::ordered_json& document, const std::string& where);
Correlation correlation_from_json(const nlohmann::ordered_json& document, const std::string& where);
Balance balance_from_json(const nlohmann::ordered_json& document, const std::string& where);
Prediction prediction_from_json(const nlohmann::ordered_json& document, const std::string& where);

/// A file of a session that a result was made of, known again by its size and its two ends.
struct InputFile {
    std::string name;         ///< in the session's folder
    std::uint64_t bytes = 0;  ///< its size
    std::string ends_sha256;  ///< SHA-256 of its first and its last MiB; of all of it up to 2 MiB
    bool operator==(const InputFile&) const = default;
};
/// The key `inputs` of a result.
void add_inputs(nlohmann::ordered_json& document, const std::vector<InputFile>& files);
/// Empty where the document does not say.
std::vector<InputFile> inputs_of(const nlohmann::ordered_json& document);

/// What a document says that it is, "rlecouple.summary/1"; empty where it does not.
std::string schema_of(const nlohmann::ordered_json& document);
/// Text of a document, indented by two, with a final newline.
std::string dump(const nlohmann::ordered_json& document);
/// Parses a file; throws Error{failed} with file, line and column where it is not JSON, or is nested so
/// deeply that none of ours can be meant.
nlohmann::ordered_json read_json(const std::string& path);

}  // namespace rle::formats
