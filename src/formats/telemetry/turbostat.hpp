// turbostat: tabs, a header that repeats, and a row of - that sums the machine up.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_turbostat(const Source& source);
Telemetry read_turbostat(const Source& source);
std::unique_ptr<TelemetryPieces> open_turbostat(const Source& source);

}  // namespace rle::formats
