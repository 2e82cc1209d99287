// nvidia-smi --query-gpu=... --format=csv, with or without units and with or without the power variants.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_nvidia_smi_csv(const Source& source);
Telemetry read_nvidia_smi_csv(const Source& source);
std::unique_ptr<TelemetryPieces> open_nvidia_smi_csv(const Source& source);

}  // namespace rle::formats
