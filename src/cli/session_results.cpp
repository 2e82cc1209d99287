#include "cli/session_results.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/made_of.hpp"
#include "cli/session_paths.hpp"
#include "formats/documents/documents.hpp"
#include "formats/documents/session_results.hpp"
#include "formats/pieces.hpp"
#include "formats/readers.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSummaryJson = "summary.json";
constexpr std::array kResultFiles{kSummaryJson, kCorrelationJson, kBalanceJson};
constexpr std::size_t kMostNorms = 4096;  // of a session, to tell it from another

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool has_result(const fs::path& folder) {
    return std::any_of(kResultFiles.begin(), kResultFiles.end(),
                       [&](const char* name) { return is_there(folder / name); });
}

bool is_session(const fs::path& folder) {
    return has_result(folder) || is_there(folder / kSessionJson) || is_there(folder / kTelemetryCsv) ||
           is_there(folder / kAlignedCsv);
}

std::vector<std::string> matches(const std::string& pattern) {
    glob_t found{};
    std::vector<std::string> paths;
    if (glob(pattern.c_str(), GLOB_TILDE, nullptr, &found) == 0)
        paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
    return paths;
}

std::vector<std::string> sessions_in(const fs::path& folder) {
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (is_folder(entry.path()) && has_result(entry.path())) paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

Json documents_of(const fs::path& folder) {
    Json documents = Json::object();
    if (is_there(folder / kSummaryJson)) return formats::read_json((folder / kSummaryJson).string());
    const std::array<std::pair<const char*, const char*>, 4> parts{{{"align", kAlignJson},
                                                                    {"correlation", kCorrelationJson},
                                                                    {"balance", kBalanceJson},
                                                                    {"predict", kPredictJson}}};
    for (const auto& [key, file] : parts) {
        if (is_there(folder / file)) documents[key] = formats::read_json((folder / file).string());
    }
    return documents;
}

// A file that stands among the sessions, as a README does, comes with a pattern such as `*`.
Json json_of(const std::string& path) {
    try {
        return formats::read_json(path);
    } catch (const Error& error) {
        throw Error(error.kind(), "", error.what(),
                    "it takes session folders and summary.json files; a pattern that ends in / matches "
                    "folders alone");
    }
}

// A file may be a summary, or one stage's document.
Json documents_of_file(const std::string& path) {
    Json document = json_of(path);
    const std::string schema = formats::schema_of(document);
    if (schema == "rlecouple.summary/1") return document;
    for (const char* key : {"correlation", "balance"}) {
        if (schema == fmt::format("rlecouple.{}/1", key)) return Json{{key, std::move(document)}};
    }
    throw Error(ErrorKind::failed, path, "is no result of a session",
                "it takes a session folder, or the summary.json that rlecouple report writes");
}

void take_log(const Training& log, SessionResult& result) {
    const std::size_t n = std::min(log.size(), kMostNorms);
    result.norms.assign(log.grad_norm.begin(), log.grad_norm.begin() + static_cast<std::ptrdiff_t>(n));
    result.norm_steps.assign(log.step.begin(), log.step.begin() + static_cast<std::ptrdiff_t>(n));
    const bool counted =
        std::adjacent_find(result.norm_steps.begin(), result.norm_steps.end(),
                           [](double a, double b) { return !(a < b); }) == result.norm_steps.end();
    if (!counted) result.norm_steps.clear();
}

std::string folder_of(const std::string& path) {
    return is_folder(path) ? path : fs::absolute(path).parent_path().string();
}

// An estimate is a model's: two sessions under the same load have the same by right.
bool is_estimate(const std::optional<SessionInfo>& info, const std::string& device, const char* column) {
    if (!info) return false;
    return std::any_of(info->devices.begin(), info->devices.end(), [&](const DeviceInfo& d) {
        return d.name == device &&
               std::find(d.modelled.begin(), d.modelled.end(), column) != d.modelled.end();
    });
}

Telemetry first_samples(const std::string& file) {
    formats::ReadOptions options;
    options.start_us = 0;
    options.step_seconds = 1.0;
    const auto pieces = formats::open_telemetry(file, options, file);
    if (!pieces) return formats::read_telemetry(file, options, file);
    Telemetry samples;
    pieces->next(samples, kMostNorms);
    return samples;
}

}  // namespace

std::vector<std::string> expand_sessions(const std::vector<std::string>& arguments) {
    std::vector<std::string> paths;
    for (const std::string& argument : arguments) {
        refuse_stdin(argument);
        std::vector<std::string> found{argument};
        if (!is_there(argument)) {
            const bool pattern = argument.find_first_of("*?[") != std::string::npos;
            found = pattern ? matches(argument) : std::vector<std::string>();
            if (found.empty()) {
                throw Error(ErrorKind::failed, argument,
                            pattern ? "matches nothing" : "no such session folder or file");
            }
        } else if (is_folder(argument) && !is_session(argument)) {
            found = sessions_in(argument);
            if (found.empty()) {
                throw Error(ErrorKind::failed, argument,
                            "neither a session with results nor a folder of such",
                            "make them with rlecouple analyze SESSION");
            }
        }
        paths.insert(paths.end(), found.begin(), found.end());
    }
    return paths;
}

SessionResult read_session_result(const std::string& path) {
    refuse_stdin(path);
    if (!is_folder(path)) {
        if (!is_there(path)) throw Error(ErrorKind::failed, path, "no such session folder or file");
        return formats::session_result_from_json(documents_of_file(path), path, path);
    }
    if (!has_result(path)) {
        throw Error(ErrorKind::failed, path, "the session has no results",
                    fmt::format("make them with rlecouple analyze {}", path));
    }
    return formats::session_result_from_json(documents_of(path), path, path);
}

std::vector<std::string> other_files_of(const std::string& path) {
    return is_folder(path) ? other_files(path, documents_of(path)) : std::vector<std::string>();
}

void read_norms(const std::string& path, SessionResult& result) {
    const std::string folder = folder_of(path);
    try {
        if (const auto log = find_training(folder)) {
            formats::ReadOptions options;
            options.start_us = 0;  // what it says of time does not matter here
            options.step_seconds = 1.0;
            take_log(formats::read_training(*log, options), result);
        } else if (is_there(fs::path(folder) / kAlignedCsv)) {
            Frame frame = formats::read_frame((fs::path(folder) / kAlignedCsv).string());
            const std::vector<std::string> devices = frame.device_names();
            if (devices.size() > 1) frame = frame.of_device(devices.front());
            if (const auto* norms = frame.find("grad_norm"))
                result.norms.assign(norms->begin(), norms->begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                         norms->size(), kMostNorms)));
        }
    } catch (const Error&) {
        result.norms.clear();
        result.norm_steps.clear();
    }
}

void read_readings(const std::string& path, SessionResult& result) {
    const fs::path folder(folder_of(path));
    if (!is_there(folder / kTelemetryCsv)) return;
    try {
        const std::optional<SessionInfo> info = read_session(folder.string());
        const Telemetry samples = first_samples((folder / kTelemetryCsv).string());
        for (std::size_t i = 0; i < samples.size() && i < kMostNorms; ++i) {
            const std::string device =
                samples.device[i] < samples.devices.size() ? samples.devices[samples.device[i]] : "";
            result.readings.push_back(is_estimate(info, device, "temp_c") ? kMissing : samples.temp_c[i]);
            result.readings.push_back(is_estimate(info, device, "power_w") ? kMissing : samples.power_w[i]);
        }
    } catch (const Error&) {
        result.readings.clear();
    }
}

}  // namespace rle::cli
