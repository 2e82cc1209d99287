// Logs that s-tui --csv writes: columns "Time", "Util:Avg", "Temp:PackageId0,0", "Power:package-0,0", ...
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_s_tui_csv(const Source& source);
Telemetry read_s_tui_csv(const Source& source);
std::unique_ptr<TelemetryPieces> open_s_tui_csv(const Source& source);

}  // namespace rle::formats
