#include "cli/reading.hpp"

#include "formats/readers.hpp"
#include "formats/times.hpp"
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

formats::ReadOptions read_options(const AnalysisOptions& given) {
    formats::ReadOptions options;
    options.grad_key = given.grad_key;
    options.grad_pattern = given.grad_pattern;
    options.time_zone = given.time_zone;
    options.step_seconds = given.step_seconds;
    if (!given.start.empty()) options.start_us = start_time(given.start, given.time_zone);
    return options;
}

}  // namespace

Telemetry read_telemetry_files(const std::vector<formats::Input>& files, const AnalysisOptions& given) {
    formats::ReadOptions options = read_options(given);
    options.format = given.telemetry_format;
    if (given.sample_seconds) options.step_seconds = given.sample_seconds;
    std::vector<Telemetry> parts;
    for (const formats::Input& file : files)
        parts.push_back(formats::read_telemetry(file.path(), options, file.name()));
    return parts.size() == 1 ? std::move(parts.front()) : formats::concatenate(std::move(parts));
}

Training read_training_files(const std::vector<formats::Input>& files, const AnalysisOptions& given) {
    formats::ReadOptions options = read_options(given);
    options.format = given.training_format;
    std::vector<Training> parts;
    for (const formats::Input& file : files)
        parts.push_back(formats::read_training(file.path(), options, file.name()));
    if (parts.empty()) return {};
    return parts.size() == 1 ? std::move(parts.front()) : formats::concatenate(std::move(parts));
}

std::unique_ptr<formats::TelemetryPieces> open_telemetry_file(const formats::Input& file,
                                                              const AnalysisOptions& given) {
    formats::ReadOptions options = read_options(given);
    options.format = given.telemetry_format;
    if (given.sample_seconds) options.step_seconds = given.sample_seconds;
    return formats::open_telemetry(file.path(), options, file.name());
}

std::unique_ptr<formats::TrainingPieces> open_training_file(const formats::Input& file,
                                                            const AnalysisOptions& given) {
    formats::ReadOptions options = read_options(given);
    options.format = given.training_format;
    return formats::open_training(file.path(), options, file.name());
}

}  // namespace rle::cli
