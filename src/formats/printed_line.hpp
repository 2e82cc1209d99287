// One line that a training process printed -> one step: the part that knows the printed layouts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/object_scanner.hpp"
#include "formats/training_record.hpp"

namespace rle::formats {

/// `line` without terminal escapes and without what a carriage return has overwritten, in `scratch` where it
/// had to change.
std::string_view visible_text(std::string_view line, std::string& scratch);

/// A dict or JSON record somewhere in the line. Missing: none that names a loss or a gradient norm.
std::optional<TrainingRecord> record_in_line(std::string_view line, std::string_view grad_key,
                                             std::vector<RecordField>& scratch);

/// "step: 1  loss: 8.1  grad_norm: 1.3", "... iteration 10/ 500 | lm loss: 9.1E+00 | grad norm: 1.234 |",
/// "gnorm=1.2". Missing: the line names neither a gradient norm nor a loss with a step.
std::optional<TrainingRecord> pairs_in_line(std::string_view line, std::string_view grad_key);

/// Step number and time alone, of a line whose gradient norm a pattern finds.
TrainingRecord step_and_time_of(std::string_view line);

}  // namespace rle::formats
