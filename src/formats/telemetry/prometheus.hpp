// Prometheus' answer to /api/v1/query_range: DCGM's exporter and node_exporter.
#pragma once

#include <string>
#include <string_view>

#include "formats/registry.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {

std::string refuse_prometheus(const Source& source);
Telemetry read_prometheus(const Source& source);
/// Several answers, as to one query a quantity: what one of them says of hosts and chips holds for all.
Telemetry read_answers(const std::vector<Source>& sources);

/// Is a series of this name read?
bool is_known_series(std::string_view name);
/// Likewise of a list of answers, from wherever they come. `about_times`: a warning, what they are the times
/// of.
Telemetry read_series(const Json& answers, const std::string& where, std::string_view about_times);

}  // namespace rle::formats
