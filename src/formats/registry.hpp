// THE tables of formats: they drive detection, --format, `rlecouple formats` and the documentation's test.
//
// Telling a format is a chain of tries over the content, from the most particular to the most general. Each
// reader says why it refuses; of an unknown file the user is told what the one that comes nearest missed.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/pieces.hpp"
#include "formats/readers.hpp"

namespace rle::formats {

/// The text of one input file and how to read it. `text` is UTF-8 or whatever the file held.
struct Source {
    std::string_view text;
    std::string where;  ///< the file's name, for messages
    const ReadOptions& options;
    /// To be told now and then which characters lie behind, by who looks at many between two pieces.
    std::function<void(std::size_t)> passed = [](std::size_t) {};
};

struct TelemetryFormat {
    std::string_view name;     ///< for --format
    std::string_view summary;  ///< one line
    std::string_view example;  ///< one line of such a file
    /// Empty: it is mine. Otherwise why not, in a few words. Looks at the first lines alone.
    std::string (*refuse)(const Source& source);
    Telemetry (*read)(const Source& source);
    /// Opens it for reading in pieces, where the format can be; `source` must outlive what comes back.
    std::unique_ptr<TelemetryPieces> (*open)(const Source& source) = nullptr;
    bool is_table = false;  ///< the user may name its columns, where it has no header
};

struct TrainingFormat {
    std::string_view name;
    std::string_view summary;
    std::string_view example;
    std::string (*refuse)(const Source& source);
    Training (*read)(const Source& source);
    std::unique_ptr<TrainingPieces> (*open)(const Source& source) = nullptr;
    bool is_table = false;
};

std::span<const TelemetryFormat> telemetry_formats();
std::span<const TrainingFormat> training_formats();

/// Why each format refuses the text, in the order in which they are tried; empty: it reads it.
struct Refusal {
    std::string_view format;
    std::string why;
};
std::vector<Refusal> telemetry_refusals(const Source& source);
std::vector<Refusal> training_refusals(const Source& source);

/// The one that --format names, or the first that does not refuse. Throws Error{usage} for a name that is in
/// no table, Error{failed} where all refuse.
Telemetry read_telemetry_text(const Source& source);
Training read_training_text(const Source& source);
/// Likewise in pieces; null where the format cannot be read so.
std::unique_ptr<TelemetryPieces> open_telemetry_text(const Source& source);
std::unique_ptr<TrainingPieces> open_training_text(const Source& source);

}  // namespace rle::formats
