#include "formats/training/mlflow_metric.hpp"

#include <fmt/format.h>

#include "formats/training/step_lines.hpp"
#include "formats/training/training_record.hpp"

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

class MetricFile : public StepLines {
  public:
    explicit MetricFile(const Source& source)
        : StepLines(source), key_(known_key(file_name(source.where), source.options.grad_key)) {
        if (key_.field == StepField::loss || key_.field == StepField::learning_rate ||
            key_.field == StepField::grad_norm)
            return;
        builder().warn(
            fmt::format("a metric called '{}'; it is taken for the gradient norm", file_name(source.where)));
        key_ = {StepField::grad_norm, 0};
    }

  private:
    void read_line() override {
        const std::size_t end = rest().find('\n');
        if (end == std::string_view::npos) {
            leave_out_torn_line();
            rest() = {};
            return;
        }
        const auto point = parse_point(rest().substr(0, end));
        rest().remove_prefix(end + 1);
        if (!point) return builder().count("malformed_line");
        RecordMaker maker;
        maker.set(known_key("timestamp", {}), point->timestamp_ms);
        maker.set(known_key("step", {}), point->step);
        maker.set(key_, point->value);
        builder().add(maker.record());
    }

    KnownKey key_;
};

}  // namespace

std::string refuse_mlflow_metric(const Source& source) {
    const std::size_t end = source.text.find('\n');
    return parse_point(source.text.substr(0, end)) ? "" : "its first line is not: timestamp_ms value step";
}

Training read_mlflow_metric(const Source& source) {
    return MetricFile(source).whole();
}

std::unique_ptr<TrainingPieces> open_mlflow_metric(const Source& source) {
    return std::make_unique<MetricFile>(source);
}

}  // namespace rle::formats
