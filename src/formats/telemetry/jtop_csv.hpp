// Logs of Jetson boards that jetson-stats' logger makes of `jtop.stats`: columns "time", "Temp GPU", "Power
// TOT" (mW), ...
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_jtop_csv(const Source& source);
Telemetry read_jtop_csv(const Source& source);
std::unique_ptr<TelemetryPieces> open_jtop_csv(const Source& source);

}  // namespace rle::formats
