// Plain CSV telemetry: a header and one row a sample.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_telemetry_csv(const Source& source);
Telemetry read_telemetry_csv(const Source& source);
std::unique_ptr<TelemetryPieces> open_telemetry_csv(const Source& source);

}  // namespace rle::formats
