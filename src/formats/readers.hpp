// Reading the two streams, whatever wrote them: the format is told from the content, never from the file's
// name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/io/input.hpp"
#include "formats/text/times.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::formats {

template <class Stream>
class Pieces;  // pieces.hpp

struct ReadOptions {
    std::string format;    ///< --format: name of a reader; empty: tell from the content
    std::string columns;   ///< --columns: names of a table that has none, between commas; empty: it has
    std::string grad_key;  ///< --grad-key: column or key that holds the gradient norm; empty: the known ones
    std::string grad_pattern;  ///< --grad-pattern: regular expression whose group 1 is the gradient norm in a
                               ///< printed line
    DateOrder date_order = DateOrder::unknown;  ///< --date-order: which number of 9/10/2026 is the day;
                                                ///< unknown: tell from the file
    std::string time_zone;                 ///< --tz: zone of times that name none; empty: UTC, with a warning
    std::optional<std::int64_t> start_us;  ///< --start: wall clock of the first step of a log without times
    std::optional<std::int64_t> written_us;  ///< when the file was last written, from which times without a
                                             ///< year take theirs; filled in where a file is opened
    std::optional<double> step_seconds;      ///< --step-seconds: seconds a step of a log without times; of
                                             ///< telemetry --sample-seconds: from one sample to the next
};

/// Reads a file; "-" is stdin; `name` is for messages, where the path is not. Throws Error{failed} with file,
/// line and hint where it cannot be opened, is empty, or no reader knows it (the error lists what was tried
/// and why each refused).
Telemetry read_telemetry(const std::string& path, const ReadOptions& options = {},
                         const std::string& name = {});
/// Likewise. A log without times, and without options that give them, throws Error{insufficient_data}.
Training read_training(const std::string& path, const ReadOptions& options = {},
                       const std::string& name = {});
/// Likewise in pieces. Null for what must be read whole: stdin, packed files, formats that cannot be read
/// so.
std::unique_ptr<Pieces<Telemetry>> open_telemetry(const std::string& path, const ReadOptions& options,
                                                  const std::string& name = {});
std::unique_ptr<Pieces<Training>> open_training(const std::string& path, const ReadOptions& options,
                                                const std::string& name = {});
/// Any CSV with a `t_s` column, as `correlate` and `balance` take it; of its columns these alone, where any
/// are named.
using FrameColumns = std::vector<std::string>;
Frame read_frame(const std::string& path, const FrameColumns& only = {});

/// Several files of one stream: Prometheus' answers as one, others one after the other in time, with their
/// devices told apart by the files' names where they contradict each other (file_devices.hpp).
Telemetry read_telemetry(const std::vector<Input>& files, const ReadOptions& options);

/// Several files of one stream, one after the other in time.
Telemetry concatenate(std::vector<Telemetry> parts);
Training concatenate(std::vector<Training> parts);

}  // namespace rle::formats
