#include "cli/record_info.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "formats/writers.hpp"
#include "rlecouple/version.hpp"

namespace rle::cli {
namespace {

std::string user_name() {
    const passwd* user = getpwuid(getuid());
    return user != nullptr && user->pw_name != nullptr ? user->pw_name : std::string{};
}

// "Debian GNU/Linux 12 (bookworm), Linux 6.1.0"
std::string os_name(const std::string& root, const utsname& kernel) {
    const std::string text = sensors::SysRoot(root).text("/etc/os-release").value_or("");
    const std::string key = "PRETTY_NAME=\"";
    const std::size_t start = text.find(key);
    std::string name;
    if (start != std::string::npos) {
        const std::size_t from = start + key.size();
        name = text.substr(from, text.find('"', from) - from) + ", ";
    }
    return name + kernel.sysname + " " + kernel.release;
}

void warn_of_training(std::vector<std::string>& lines, const TrainingProcess& training,
                      std::optional<std::uint64_t> steps, const std::string& log) {
    if (!training.stopped_by_us && training.exit_status.value_or(0) != 0) {
        lines.push_back(fmt::format(
            "the training ended with exit status {}; what it printed, if anything, is in train.out",
            *training.exit_status));
    }
    if (!training.stopped_by_us && training.signal) {
        lines.push_back(
            fmt::format("the training was ended by signal {}; what it printed, if anything, is in train.out",
                        *training.signal));
    }
    if (steps == 0U) {
        lines.push_back(fmt::format(
            "no line {} tells of a gradient norm; see --grad-key and --grad-pattern",
            log.empty() ? "of the training's output" : "that came to " + log + " during the recording"));
    }
}

}  // namespace

SessionInfo session_info(const CollectOptions& options, const sensors::SensorSet& sensors) {
    SessionInfo info;
    info.name = options.name.empty() ? folder_name(options.output) : options.name;
    info.operator_name = options.operator_name.empty() ? user_name() : options.operator_name;
    utsname kernel{};
    uname(&kernel);
    info.host = kernel.nodename;
    info.os = os_name(options.root, kernel);
    info.mode = options.mode;
    info.sample_hz = options.sample_hz;
    info.sync_every_s = options.sync_every_s;
    info.ambient_c = options.ambient_c.value_or(info.ambient_c);
    info.ambient_given = options.ambient_c.has_value();
    info.rated_power_w = options.rated_power_w;
    info.temp_limit_c = options.temp_limit_c;
    info.devices = sensors.devices();
    info.command = command_line();
    info.tool_version = kVersion;
    info.warnings = sensors.warnings();
    return info;
}

void set_start(SessionInfo& info, std::int64_t wall_us) {
    info.start_wall_us = wall_us;
    info.started.clear();
    formats::append_timestamp(info.started, wall_us);
}

std::vector<std::string> session_warnings(const SessionInfo& info, const sensors::SensorSet& sensors,
                                          const SamplerStatus& status, std::optional<std::uint64_t> steps,
                                          const std::string& train_log, bool finished) {
    std::vector<std::string> lines = sensors.warnings();
    lines.insert(lines.end(), status.incidents.begin(), status.incidents.end());
    if (status.missed_ticks > 0) {
        lines.push_back(
            fmt::format("{} of {} sampling ticks missed: the machine was too busy, or a sensor too slow",
                        status.missed_ticks, status.missed_ticks + status.samples));
    }
    if (finished) warn_of_training(lines, info.training, steps, train_log);
    return lines;
}

void write_session_file(const std::filesystem::path& folder, const SessionInfo& info) {
    formats::write_text((folder / "session.json").string(), formats::dump(formats::to_json(info)));
}

}  // namespace rle::cli
