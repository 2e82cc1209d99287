// HWiNFO's sensor log: code page 1252, dates of the locale, a comma at the end of each line.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_hwinfo_csv(const Source& source);
Telemetry read_hwinfo_csv(const Source& source);
/// Null where two devices are read, neither of which has both temperature and power.
std::unique_ptr<TelemetryPieces> open_hwinfo_csv(const Source& source);

}  // namespace rle::formats
