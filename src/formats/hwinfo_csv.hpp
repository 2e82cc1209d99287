// HWiNFO's sensor log: code page 1252, dates of the locale, a comma at the end of each line.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_hwinfo_csv(const Source& source);
Telemetry read_hwinfo_csv(const Source& source);

}  // namespace rle::formats
