#include "cli/session_paths.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/checks.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/uniform_grid.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

bool is_gpu(const std::string& device, const std::optional<SessionInfo>& info) {
    if (info) {
        for (const DeviceInfo& known : info->devices) {
            if (known.name == device && !known.kind.empty()) return known.kind == "gpu";
        }
    }
    return device.starts_with("gpu") || device.starts_with("GPU");
}

}  // namespace

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

std::string folder_name(const std::string& path) {
    std::error_code error;
    fs::path folder = fs::absolute(path, error).lexically_normal();
    if (error) return path;
    if (!folder.has_filename()) folder = folder.parent_path();
    return folder.has_filename() ? folder.filename().string() : path;
}

void refuse_stdin(const std::string& session) {
    if (session != "-") return;
    throw Error(ErrorKind::usage, "-", "a session is a folder, and cannot come through stdin",
                "name the folder");
}

StageInput stage_input(const std::string& path, const char* file_name, const char* made_by) {
    if (path.empty()) throw Error(ErrorKind::usage, "''", "an empty name", "name a session folder or a file");
    std::error_code ignored;
    if (path == "-" || !fs::is_directory(path, ignored)) {
        if (path != "-" && !is_there(path)) {
            const bool names_a_file = fs::path(path).has_extension();
            throw Error(ErrorKind::failed, path, "no such session folder or file",
                        names_a_file ? "check the path" : "make one with rlecouple collect -o " + path);
        }
        return {path, std::nullopt, std::nullopt};
    }
    const fs::path file = fs::path(path) / file_name;
    if (!is_there(file)) {
        throw Error(ErrorKind::failed, path, fmt::format("the session has no {}", file_name),
                    fmt::format("make it with rlecouple {} {}", made_by, path));
    }
    return {file.string(), path, read_session(path)};
}

std::string file_at(const std::string& output, const char* file_name) {
    std::error_code ignored;
    const bool folder = output.ends_with('/') || fs::is_directory(output, ignored);
    return folder ? (fs::path(output) / file_name).string() : output;
}

std::string stage_output(const StageInput& input, const std::string& output, const char* file_name) {
    if (!output.empty()) {
        const std::string file = file_at(output, file_name);
        refuse_overwriting({input.file}, {file});
        return file;
    }
    return input.session ? (fs::path(*input.session) / file_name).string() : std::string();
}

std::optional<SessionInfo> read_session(const std::string& folder) {
    const fs::path file = fs::path(folder) / kSessionJson;
    if (!is_there(file)) return std::nullopt;
    SessionInfo info = formats::session_from_json(formats::read_json(file.string()), file.string());
    static std::set<std::string> told;
    if (info.bare && told.insert(file.string()).second)
        print_warning(file.string() + ": no `schema`; it is taken for what it has");
    return info;
}

std::optional<std::string> find_training(const std::string& folder) {
    const auto has = [&](const char* name) { return is_there(fs::path(folder) / name); };
    constexpr std::array kNames{kTrainingCsv, "training.json", "training.jsonl", "trainer_state.json",
                                "metrics.csv"};
    for (const char* name : kNames) {
        if (has(name)) return (fs::path(folder) / name).string();
    }
    if (has(kTrainOut) && !has(kSessionJson)) return (fs::path(folder) / kTrainOut).string();
    return std::nullopt;
}

std::optional<std::string> find_printed(const std::string& folder) {
    const fs::path file = fs::path(folder) / kTrainOut;
    return is_there(file) ? std::optional(file.string()) : std::nullopt;
}

std::vector<std::string> eligible_devices(const std::vector<std::string>& devices,
                                          const std::optional<SessionInfo>& info) {
    std::vector<std::string> gpus;
    std::copy_if(devices.begin(), devices.end(), std::back_inserter(gpus),
                 [&](const auto& d) { return is_gpu(d, info); });
    return gpus.empty() ? devices : gpus;
}

std::string choose_device(const std::vector<std::string>& devices, const std::optional<SessionInfo>& info,
                          const std::string& wanted) {
    if (!wanted.empty()) {
        if (std::find(devices.begin(), devices.end(), wanted) != devices.end()) return wanted;
        throw Error(ErrorKind::usage, "--device", fmt::format("no device '{}' in the table", wanted),
                    devices.empty() ? std::string("it names no devices")
                                    : fmt::format("it has {}", fmt::join(devices, ", ")));
    }
    if (devices.empty()) return {};
    const std::vector<std::string> open = eligible_devices(devices, info);
    if (open.size() == 1) return open.front();
    throw Error(ErrorKind::usage, "--device", fmt::format("the table has {} devices", devices.size()),
                fmt::format("choose one with --device: {}", fmt::join(devices, ", ")));
}

Frame select_device(Frame frame, const std::optional<SessionInfo>& info, const std::string& wanted,
                    std::string& chosen) {
    chosen = choose_device(frame.device_names(), info, wanted);
    Frame one = chosen.empty() || frame.device.empty() ? std::move(frame) : frame.of_device(chosen);
    if (starts_again(one.t_s)) {
        one.warnings.emplace_back(
            "t_s starts again in mid-table (several runs in one?): rows of the same time are taken for one; "
            "give each run by itself");
    }
    return one;
}

}  // namespace rle::cli
