// dcgmi dmon, which prints no times.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_dcgmi_dmon(const Source& source);
Telemetry read_dcgmi_dmon(const Source& source);
std::unique_ptr<TelemetryPieces> open_dcgmi_dmon(const Source& source);

}  // namespace rle::formats
