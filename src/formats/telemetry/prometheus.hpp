// Prometheus' answer to /api/v1/query_range: DCGM's exporter and node_exporter.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_prometheus(const Source& source);
Telemetry read_prometheus(const Source& source);
/// Several answers, as to one query a quantity: what one of them says of hosts and chips holds for all.
Telemetry read_answers(const std::vector<Source>& sources);

}  // namespace rle::formats
