// What an exporter shows at /metrics, scraped again and again into one file.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_prometheus_text(const Source& source);
Telemetry read_prometheus_text(const Source& source);

}  // namespace rle::formats
