#include "formats/mlflow_metric.hpp"

#include <fmt/format.h>

#include "formats/training_record.hpp"

namespace rle::formats {
namespace {

struct Point {
    std::string_view timestamp_ms, value, step;
};

// "1790596800000 1.5 10"; the step may be missing in very old files.
std::optional<Point> parse_point(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t first = line.find(' ');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = line.find(' ', first + 1);
    if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos)
        return std::nullopt;
    const Point point{line.substr(0, first), line.substr(first + 1, second - first - 1),
                      line.substr(second + 1)};
    const bool number = parse_number(point.value) || means_nan(point.value) ||
                        parse_cell(point.value).kind == CellKind::infinite;
    if (parse_time(point.timestamp_ms).time_class != TimeClass::epoch || !number ||
        !parse_number(point.step)) {
        return std::nullopt;
    }
    return point;
}

std::string_view file_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string refuse_mlflow_metric(const Source& source) {
    const std::size_t end = source.text.find('\n');
    return parse_point(source.text.substr(0, end)) ? "" : "its first line is not: timestamp_ms value step";
}

Training read_mlflow_metric(const Source& source) {
    TrainingBuilder builder(source);
    KnownKey key = known_key(file_name(source.where), source.options.grad_key);
    if (key.field != StepField::loss && key.field != StepField::learning_rate &&
        key.field != StepField::grad_norm) {
        builder.warn(
            fmt::format("a metric called '{}'; it is taken for the gradient norm", file_name(source.where)));
        key = {StepField::grad_norm, 0};
    }
    std::string_view rest = source.text;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) {
            builder.count("torn_line");
            builder.warn("the last line has no end and may be torn; it was left out");
            break;
        }
        const auto point = parse_point(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        if (!point) {
            builder.count("malformed_line");
            continue;
        }
        RecordMaker maker;
        maker.set(known_key("timestamp", {}), point->timestamp_ms);
        maker.set(known_key("step", {}), point->step);
        maker.set(key, point->value);
        builder.add(maker.record());
    }
    return builder.finish();
}

}  // namespace rle::formats
