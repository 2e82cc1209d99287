// What tegrastats prints of NVIDIA's Jetson boards, a line a sample.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_tegrastats(const Source& source);
Telemetry read_tegrastats(const Source& source);
std::unique_ptr<TelemetryPieces> open_tegrastats(const Source& source);

}  // namespace rle::formats
