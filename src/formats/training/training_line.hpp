// One printed line of a training process -> one step, while it is being recorded or from a kept train.out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rlecouple/telemetry.hpp"

namespace rle::formats {

/// What one line says of one step. NaN: the line does not say. A gradient norm printed as nan or inf is
/// infinity.
struct TrainingStep {
    std::int64_t wall_us = kNoTime;  ///< only where the line itself carries a time with its zone
    double step = kMissing;
    double epoch = kMissing;
    double loss = kMissing;
    double grad_norm = kMissing;
    double learning_rate = kMissing;
    bool norm_was_nan = false;  ///< printed as nan: such a norm stands in training.csv as it was printed
};

/// Recognises JSON lines, Hugging Face's printed dicts, Megatron-LM's, torchtitan's and --grad-pattern lines,
/// and rows of CSV below a header that it was given before.
/// Colours, carriage returns and progress bars in front of a record are skipped.
class TrainingLineParser {
  public:
    /// Throws Error{usage} where grad_pattern is no regular expression or has no group.
    explicit TrainingLineParser(std::string grad_key = {}, std::string grad_pattern = {});
    ~TrainingLineParser();
    TrainingLineParser(TrainingLineParser&&) noexcept;

    /// Missing: the line is not a step.
    std::optional<TrainingStep> parse(std::string_view line);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Appends one row of training.csv, with its line end.
void append_training_row(std::string& out, std::int64_t wall_us, double t_s, const TrainingStep& step);

}  // namespace rle::formats
