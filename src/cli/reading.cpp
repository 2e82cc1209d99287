#include "cli/reading.hpp"

#include "formats/chain.hpp"
#include "formats/readers.hpp"
#include "formats/text/times.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

std::int64_t start_time(const std::string& text, const std::string& zone) {
    const formats::ParsedTime parsed = formats::parse_time(text);
    if (parsed.time_class == formats::TimeClass::none) {
        throw Error(ErrorKind::usage, "--start", "'" + text + "' is no time",
                    "write it as 2026-11-22T16:45:00Z");
    }
    return formats::Clock(zone).to_utc(parsed);
}

formats::DateOrder order_of(const std::string& text) {
    if (text.empty()) return formats::DateOrder::unknown;
    return text == "dmy" ? formats::DateOrder::day_first : formats::DateOrder::month_first;
}

formats::ReadOptions read_options(const AnalysisOptions& given) {
    formats::ReadOptions options;
    options.grad_key = given.grad_key;
    options.grad_pattern = given.grad_pattern;
    options.date_order = order_of(given.date_order);
    options.time_zone = given.time_zone;
    options.step_seconds = given.step_seconds;
    if (!given.start.empty()) options.start_us = start_time(given.start, given.time_zone);
    return options;
}

formats::ReadOptions telemetry_options(const AnalysisOptions& given) {
    formats::ReadOptions options = read_options(given);
    options.format = given.telemetry_format;
    options.columns = given.columns;
    if (given.sample_seconds) options.step_seconds = given.sample_seconds;
    return options;
}

formats::ReadOptions training_options(const AnalysisOptions& given) {
    formats::ReadOptions options = read_options(given);
    options.format = given.training_format;
    options.columns = given.training_columns;
    return options;
}

}  // namespace

Telemetry read_telemetry_files(const std::vector<formats::Input>& files, const AnalysisOptions& given) {
    return formats::read_telemetry(files, telemetry_options(given));
}

Training read_training_files(const std::vector<formats::Input>& files, const AnalysisOptions& given) {
    const formats::ReadOptions options = training_options(given);
    std::vector<Training> parts;
    for (const formats::Input& file : files)
        parts.push_back(formats::read_training(file.path(), options, file.name()));
    return formats::concatenate(std::move(parts));
}

std::unique_ptr<formats::TelemetryPieces> open_telemetry_files(const std::vector<formats::Input>& files,
                                                               const AnalysisOptions& given) {
    const formats::ReadOptions options = telemetry_options(given);
    std::vector<formats::OpenPart<Telemetry>> parts;
    std::vector<std::string> names;
    for (const formats::Input& file : files) {
        parts.emplace_back([=] { return formats::open_telemetry(file.path(), options, file.name()); });
        names.push_back(file.name());
    }
    return formats::chain(std::move(parts), names);
}

std::unique_ptr<formats::TrainingPieces> open_training_files(const std::vector<formats::Input>& files,
                                                             const AnalysisOptions& given) {
    const formats::ReadOptions options = training_options(given);
    std::vector<formats::OpenPart<Training>> parts;
    for (const formats::Input& file : files)
        parts.emplace_back([=] { return formats::open_training(file.path(), options, file.name()); });
    return formats::chain(std::move(parts));
}

void refuse_counted_times(const Telemetry& telemetry, const Training& training,
                          const AnalysisOptions& given) {
    if (!telemetry.times_made || !training.times_made || given.sample_seconds) return;
    throw Error(ErrorKind::usage, "align", "neither telemetry nor training log has times",
                "--step-seconds is the log's; give the telemetry's as --sample-seconds S");
}

}  // namespace rle::cli
