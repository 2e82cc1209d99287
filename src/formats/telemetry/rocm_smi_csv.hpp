// rocm-smi --csv (without times) and amd-smi monitor --csv.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_rocm_smi_csv(const Source& source);
Telemetry read_rocm_smi_csv(const Source& source);
std::unique_ptr<TelemetryPieces> open_rocm_smi_csv(const Source& source);

}  // namespace rle::formats
