// nvidia-smi dmon: blank-separated columns below a header that begins with # and repeats.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_nvidia_smi_dmon(const Source& source);
Telemetry read_nvidia_smi_dmon(const Source& source);
std::unique_ptr<TelemetryPieces> open_nvidia_smi_dmon(const Source& source);

}  // namespace rle::formats
