// Prometheus' answer to /api/v1/query_range: DCGM's exporter and node_exporter.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_prometheus(const Source& source);
Telemetry read_prometheus(const Source& source);

}  // namespace rle::formats
