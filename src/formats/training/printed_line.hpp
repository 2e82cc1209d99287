// One line that a training process printed -> one step: the part that knows the printed layouts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/text/object_scanner.hpp"
#include "formats/training/printed_time.hpp"
#include "formats/training/training_record.hpp"

namespace rle::formats {

/// `line` without terminal escapes and without what a carriage return has overwritten, in `scratch` where it
/// had to change.
std::string_view visible_text(std::string_view line, std::string& scratch);

/// What a container's log or journald keeps of a line, {"log":"step=3 ...\n","stream":"stdout","time":"..."},
/// {"__REALTIME_TIMESTAMP":"1790596800123456","MESSAGE":"step=3 ..."}: the line itself, in `scratch`, and its
/// time.
struct WrappedLine {
    std::string_view line;
    ParsedTime time;
};
std::optional<WrappedLine> wrapped_line(std::string_view line, std::vector<RecordField>& fields,
                                        std::string& scratch);

/// How the lines of a log are to be read.
struct LineOptions {
    std::string grad_key{};  ///< the one name of the gradient norm, where not empty
    DateReading dates{};
};

/// A dict or JSON record somewhere in the line. Missing: none that names a loss or a gradient norm.
std::optional<TrainingRecord> record_in_line(std::string_view line, const LineOptions& options,
                                             std::vector<RecordField>& scratch);

/// "step: 1  loss: 8.1  grad_norm: 1.3", "... iteration 10/ 500 | lm loss: 9.1E+00 | grad norm: 1.234 |",
/// "gnorm=1.2". Missing: the line names neither a gradient norm nor a loss with a step, or is of an
/// evaluation.
std::optional<TrainingRecord> pairs_in_line(std::string_view line, const LineOptions& options);

/// "2026-01-05 12:00:00 INFO [step=10/600,epoch=0]": time and step of what stands below. Missing: it lacks
/// one of them.
std::optional<TrainingRecord> heading_in_line(std::string_view line, const LineOptions& options);

/// "step 1/100 | loss 10.9 (+nanz)| norm 15.6 (+nanz)| lr 3.00e-04 |", "iter 10: loss 2.3, time 50ms": parts
/// that are a key and a number and nothing else. Missing: it has no step, or neither loss nor norm.
std::optional<TrainingRecord> bare_pairs_in_line(std::string_view line, const LineOptions& options);

/// Step number and time alone, of a line whose gradient norm a pattern finds.
TrainingRecord step_and_time_of(std::string_view line, const LineOptions& options);

/// What all that stands in a part of the line is the key of. "norm" alone is a gradient's, where no better
/// name is there.
KnownKey key_of_part(std::string_view key, std::string_view grad_key);
/// Is one of these words "validation", "eval", ...? A loss behind it is no step's.
bool speaks_of_evaluation(std::string_view words);

}  // namespace rle::formats
