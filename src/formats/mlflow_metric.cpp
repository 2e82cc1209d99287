#include "formats/mlflow_metric.hpp"

#include <fmt/format.h>

#include <limits>

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

class MetricFile : public TrainingPieces {
  public:
    explicit MetricFile(const Source& source)
        : source_(source),
          builder_(source),
          key_(known_key(file_name(source.where), source.options.grad_key)),
          rest_(source.text) {
        if (key_.field == StepField::loss || key_.field == StepField::learning_rate ||
            key_.field == StepField::grad_norm)
            return;
        builder_.warn(
            fmt::format("a metric called '{}'; it is taken for the gradient norm", file_name(source.where)));
        key_ = {StepField::grad_norm, 0};
    }

    /// Reads on until `most` steps wait, or to the end.
    void read(std::size_t most) {
        while (!rest_.empty() && builder_.size() < most) read_line();
    }
    bool next(Training& piece, std::size_t most) override {
        read(most);
        builder_.take(piece);
        return piece.size() > 0;
    }
    Training finish() override { return builder_.finish(); }
    bool holds() const override { return builder_.taken_hold(); }
    std::size_t consumed() const override { return source_.text.size() - rest_.size(); }

  private:
    void read_line() {
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos) {
            builder_.count("torn_line");
            builder_.warn("the last line has no end and may be torn; it was left out");
            rest_ = {};
            return;
        }
        const auto point = parse_point(rest_.substr(0, end));
        rest_.remove_prefix(end + 1);
        if (!point) return builder_.count("malformed_line");
        RecordMaker maker;
        maker.set(known_key("timestamp", {}), point->timestamp_ms);
        maker.set(known_key("step", {}), point->step);
        maker.set(key_, point->value);
        builder_.add(maker.record());
    }

    const Source& source_;
    TrainingBuilder builder_;
    KnownKey key_;
    std::string_view rest_;
};

}  // namespace

std::string refuse_mlflow_metric(const Source& source) {
    const std::size_t end = source.text.find('\n');
    return parse_point(source.text.substr(0, end)) ? "" : "its first line is not: timestamp_ms value step";
}

Training read_mlflow_metric(const Source& source) {
    MetricFile file(source);
    file.read(std::numeric_limits<std::size_t>::max());
    return file.finish();
}

std::unique_ptr<TrainingPieces> open_mlflow_metric(const Source& source) {
    return std::make_unique<MetricFile>(source);
}

}  // namespace rle::formats
