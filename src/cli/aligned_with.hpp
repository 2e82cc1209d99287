// What the alignment of a session went by: later stages go by the same where nothing else is known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "cli/session_paths.hpp"
#include "rlecouple/align_choices.hpp"

namespace rle::cli {

/// By the session's align.json; missing for a table by itself, and where align.json does not tell.
std::optional<AlignChoices> aligned_with(const StageInput& input);

/// An ambient temperature for the whole session, and where it is from in the words of balance.json.
struct AmbientChoice {
    double ambient_c = kDefaultAmbient;
    std::string from = "assumed";
};
/// The user's, else the one that session.json was given, else align's, else the usual one.
AmbientChoice ambient_for(const std::optional<double>& given, const StageInput& input,
                          const std::optional<AlignChoices>& choices);

/// Why RLE and a balance at `ambient_c` (`measured`: fitted or a mean, and known to half a degree at best)
/// are not of one ambient temperature; empty where they are, or where RLE rests on none.
std::string other_ambient(double ambient_c, bool measured, const StageInput& input,
                          const AlignChoices& choices);

/// The user's, else the device's by session.json, else align's; missing where nobody told one.
std::optional<double> temp_limit_for(const std::optional<double>& given, const StageInput& input,
                                     const std::string& device);

}  // namespace rle::cli
