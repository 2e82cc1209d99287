// What sessions are compared by: their results read back, and the documents of `reproduce` and `check`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "rlecouple/check.hpp"
#include "rlecouple/reproduce.hpp"

namespace rle::formats {

/// The metrics and the verdict out of a document laid out like summary.json: `correlation`, `balance` and
/// `predict` may each be missing. `name` becomes the session's. Throws Error{failed} where one of them is not
/// what its schema says.
SessionResult session_result_from_json(const nlohmann::ordered_json& documents, const std::string& where,
                                       const std::string& name);

nlohmann::ordered_json to_json(const Reproduction& reproduction);
nlohmann::ordered_json to_json(const CheckResult& result, const std::string& session,
                               const std::string& baseline);
/// JUnit's XML, as CI servers read it: one test case a row.
std::string junit_xml(const CheckResult& result, const std::string& session);

}  // namespace rle::formats
