// One line of Prometheus' text format for what exporters show at /metrics: a series with its value, and with
// its time where the exporter knows one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "formats/text/json_fields.hpp"

namespace rle::formats {

struct ExposedSample {
    std::string_view name;
    std::string_view labels;  ///< as they stand between the braces
    std::string_view value;
    std::optional<std::int64_t> us;  ///< UTC, microseconds since 1970-01-01
};

/// Missing: the line is none.
std::optional<ExposedSample> sample_of(std::string_view line);
/// "# TYPE NAME gauge"
bool is_type_line(std::string_view line);
/// {"__name__": ..., LABEL: VALUE, ...}
Json labels_of(const ExposedSample& sample);

}  // namespace rle::formats
