#include "cli/record_sources.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "formats/readers.hpp"
#include "sensors/exec_source.hpp"
#include "sensors/proc_stat.hpp"
#include "sensors/replay.hpp"

namespace rle::cli {
namespace {

constexpr std::string_view kExec = "exec:";
constexpr std::string_view kReplay = "replay:";

bool starts_with(const std::string& text, std::string_view prefix) {
    return text.rfind(prefix, 0) == 0 && text.size() > prefix.size();
}

// auto, measured, model: the machine's own sensors.
bool machine_wanted(const std::vector<std::string>& sources) {
    return sources.empty() || std::any_of(sources.begin(), sources.end(), [](const std::string& source) {
               return !starts_with(source, kExec) && !starts_with(source, kReplay);
           });
}

}  // namespace

std::string check_source(const std::string& text) {
    for (const char* word : {"auto", "model", "measured"}) {
        if (text == word) return {};
    }
    if (starts_with(text, kExec) || starts_with(text, kReplay)) return {};
    return "'" + text + "' is no source; one of auto, model, measured, exec:CMD, replay:FILE";
}

std::string check_cores(const std::string& text) {
    return sensors::parse_cpu_list(text) ? std::string{} : "'" + text + "' is no list of CPUs like 0-7,16";
}

bool only_recordings(const std::vector<std::string>& sources) {
    return !sources.empty() && std::all_of(sources.begin(), sources.end(), [](const std::string& source) {
        return starts_with(source, kReplay);
    });
}

sensors::Probed probe_sources(const CollectOptions& options) {
    sensors::Probed probed;
    const std::string device = options.devices.size() == 1 ? options.devices.front() : "external";
    for (const std::string& source : options.sources) {
        if (starts_with(source, kExec)) {
            probed.sources.push_back(sensors::make_exec_source(source.substr(kExec.size()), device));
        } else if (starts_with(source, kReplay)) {
            const std::string file = source.substr(kReplay.size());
            probed.sources.push_back(sensors::make_replay(formats::read_telemetry(file), file));
        }
    }
    if (!machine_wanted(options.sources)) return probed;
    const sensors::SysRoot root(options.root);
    if (!options.cores.empty()) {
        probed.sources.push_back(
            sensors::make_core_group(root, *sensors::parse_cpu_list(options.cores), options.cores));
    }
    sensors::Probed machine = sensors::probe_all(root);
    for (auto& source : machine.sources) probed.sources.push_back(std::move(source));
    probed.missing = std::move(machine.missing);
    return probed;
}

std::optional<double> recorded_rate(const CollectOptions& options) {
    double shortest_s = INFINITY;
    for (const auto& source : probe_sources(options).sources) {
        for (const sensors::Channel& channel : source->channels())
            shortest_s = std::min(shortest_s, channel.update_period_s.value_or(INFINITY));
    }
    if (!std::isfinite(shortest_s) || shortest_s <= 0.0) return std::nullopt;
    const double hz = 1.0 / shortest_s;  // 3.98 Hz where 4 was meant
    const double nearest = hz >= 1.0 ? std::round(hz) : 1.0 / std::round(shortest_s);
    return std::clamp(std::abs(hz - nearest) <= 0.1 * hz ? nearest : hz, 0.01, 1000.0);
}

sensors::Selection selection_of(const CollectOptions& options) {
    sensors::Selection selection;
    selection.mode = options.mode;
    selection.devices = options.devices;
    selection.sample_hz = options.sample_hz;
    selection.ambient_c = options.ambient_c.value_or(selection.ambient_c);
    selection.idle_power_w = options.idle_power_w;
    selection.rated_power_w = options.rated_power_w;
    selection.temp_limit_c = options.temp_limit_c;
    if (!machine_wanted(options.sources)) selection.estimate = sensors::Estimate::never;
    for (const std::string& source : options.sources) {
        if (source == "model") selection.estimate = sensors::Estimate::always;
        if (source == "measured") selection.estimate = sensors::Estimate::never;
    }
    return selection;
}

}  // namespace rle::cli
