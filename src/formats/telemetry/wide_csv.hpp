// Tables with columns for each device in one row: gpu0_temp, gpu0_power, gpu1_temp, ...
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_wide_csv(const Source& source);
Telemetry read_wide_csv(const Source& source);
std::unique_ptr<TelemetryPieces> open_wide_csv(const Source& source);

}  // namespace rle::formats
