#include "cli/aligned_with.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "formats/documents/documents.hpp"
#include "report/text.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

constexpr double kSameGiven = 0.005;   // degC
constexpr double kSameMeasured = 0.5;  // degC

}  // namespace

std::optional<AlignChoices> aligned_with(const StageInput& input) {
    if (!input.session) return std::nullopt;
    const std::filesystem::path file = std::filesystem::path(*input.session) / kAlignJson;
    if (!is_there(file)) return std::nullopt;
    try {
        return formats::alignment_from_json(formats::read_json(file.string()), file.string()).choices;
    } catch (const Error&) {  // the report says what is wrong with it
        return std::nullopt;
    }
}

AmbientChoice ambient_for(const std::optional<double>& given, const StageInput& input,
                          const std::optional<AlignChoices>& choices) {
    if (given) return {*given, "option"};
    if (input.info && input.info->ambient_given) return {input.info->ambient_c, "session"};
    if (choices && choices->ambient_c.from != ChoiceFrom::assumed) return {choices->ambient_c.value, "align"};
    return {input.info ? input.info->ambient_c : kDefaultAmbient, "assumed"};
}

std::string other_ambient(double ambient_c, bool measured, const StageInput& input,
                          const AlignChoices& choices) {
    const double of_rle = choices.ambient_c.value;
    const bool matters =
        choices.stability.value == StabilityTerm::ha || choices.sustain.value == SustainTerm::constant;
    if (!matters || std::abs(of_rle - ambient_c) < (measured ? kSameMeasured : kSameGiven)) return {};
    return fmt::format(
        "RLE was made with an ambient of {0:g} degC (align.json), and the balance goes by {1:.4g}: run "
        "rlecouple align {2} --ambient {1:.4g}",
        of_rle, ambient_c, report::shell_word(input.session.value_or("SESSION")));
}

std::optional<double> temp_limit_for(const std::optional<double>& given, const StageInput& input,
                                     const std::string& device) {
    if (given) return given;
    if (input.info) {
        for (const DeviceInfo& known : input.info->devices) {
            if (known.name == device && known.temp_limit_c) return known.temp_limit_c;
        }
        if (input.info->temp_limit_c) return input.info->temp_limit_c;
    }
    const std::optional<AlignChoices> choices = aligned_with(input);
    const DeviceChoices* const aligned = choices ? choices->of(device) : nullptr;
    const bool told = aligned != nullptr && aligned->temp_limit_c.from != ChoiceFrom::assumed;
    return told ? std::optional(aligned->temp_limit_c.value) : std::nullopt;
}

}  // namespace rle::cli
