// Telemetry as JSON: a record a line, or an array of records, flat or with an object or a list of GPUs in it.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_telemetry_json(const Source& source);
/// Read whole: what columns there are, all records say together.
Telemetry read_telemetry_json(const Source& source);

}  // namespace rle::formats
