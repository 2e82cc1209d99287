// The warnings of a JSON document: a null without a word on it is none that a reader can rely on.
//
// The reasons that a stage knows stand in its result. What is null besides (a session without a coolant has
// no coolant_out_j) is named in one line that only the document has: read back, the result is without it.
#pragma once

#include <string>
#include <vector>

#include "formats/text/json_fields.hpp"

namespace rle::formats {

/// Sets `warnings`, the last key of a document that is complete but for it.
void set_warnings(Json& document, const std::vector<std::string>& warnings);

/// The warnings of a document as its result had them.
std::vector<std::string> warnings_of(const Fields& fields);

/// The paths of the nulls that no warning of the document names, "tau_th_s.ci95", "manual.ccf[].r"; each
/// once.
std::vector<std::string> unnamed_nulls(const Json& document);

}  // namespace rle::formats
