// `rlecouple sensors`: what can be read on this machine, and what is missing with what would provide it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>

#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/text/json_fields.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/quantities.hpp"
#include "sensors/prober.hpp"
#include "sensors/registry.hpp"
#include "sensors/sensor_set.hpp"
#include "sensors/ticker.hpp"

namespace rle::cli {
namespace {

using formats::Json;
using formats::json_of;
using formats::text_or_null;
using sensors::Channel;
using sensors::SensorSet;

struct SensorsOptions {
    bool json = false;
    std::optional<double> probe_s;
    std::vector<std::string> require;
    std::string mode = "both";
    std::vector<std::string> devices;
    std::string root = "/";
};

// Words of --require and the columns that they stand for.
struct Requirement {
    std::string_view word;
    std::string_view column;
};
constexpr std::array kRequirements{Requirement{"temp", "temp_c"}, Requirement{"power", "power_w"},
                                   Requirement{"util", "util_pct"}};

std::string unit_of(const std::string& column) {
    const Quantity* quantity = find_quantity(column);
    return quantity == nullptr || quantity->unit == "1" ? std::string{} : std::string(quantity->unit);
}

// What a table or a document shows: the sensors, and what --probe measured, if it was asked to.
struct Shown {
    const SensorSet& set;
    const std::vector<sensors::ProbeResult>& probed;  // empty, or one a cell

    const sensors::ProbeResult& probe(std::size_t device, std::size_t column) const {
        static const sensors::ProbeResult nothing;
        return probed.empty() ? nothing : probed[device * set.columns().size() + column];
    }
};

// Powers and shares of time are differences: a first reading alone tells nothing.
void read_twice(SensorSet& set) {
    const auto now_s = [] { return static_cast<double>(sensors::monotonic_ns()) * 1e-9; };
    set.read(now_s());
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    set.read(now_s());
}

std::string cell(std::optional<double> value) {
    return value ? fmt::format("{:g}", *value) : std::string("-");
}

std::vector<std::string> row_of(const Shown& shown, std::size_t device, std::size_t column) {
    const SensorSet& set = shown.set;
    const sensors::ProbeResult& probe = shown.probe(device, column);
    const Channel& channel = *set.channel(device, column);
    const double value = set.value(device, column);
    return {set.devices()[device].name,
            set.columns()[column],
            std::isnan(value) ? "no reading" : fmt::format("{:.6g}", value),
            unit_of(set.columns()[column]),
            cell(channel.resolution),
            cell(channel.update_period_s),
            cell(channel.delay_s),
            cell(probe.resolution),
            cell(probe.update_period_s),
            cell(probe.step_delay_s),
            channel.source};
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> width(rows.front().size(), 0);
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], width[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

std::string describe(const DeviceInfo& device) {
    std::string text =
        fmt::format("{}: {}", device.name, device.model.empty() ? "unknown model" : device.model);
    if (device.rated_power_w) text += fmt::format(", rated {:g} W", *device.rated_power_w);
    if (device.temp_limit_c) text += fmt::format(", throttles at {:g} degC", *device.temp_limit_c);
    if (!device.uuid.empty()) text += ", " + device.uuid;
    return text + '\n';
}

std::string missing_line(const sensors::Missing& missing) {
    std::string text = fmt::format("  {} {}: {}", missing.device, missing.column, missing.reason);
    if (!missing.hint.empty()) text += "; " + missing.hint;
    return text + '\n';
}

// The three columns that --probe fills are left out where it did not run.
void forget_probe(std::vector<std::vector<std::string>>& rows) {
    for (auto& row : rows) row.erase(row.begin() + 7, row.begin() + 10);
}

void print_table(const Shown& shown) {
    const SensorSet& set = shown.set;
    std::string text;
    for (const DeviceInfo& device : set.devices()) text += describe(device);
    std::vector<std::vector<std::string>> rows{{"device", "quantity", "now", "unit", "resolution", "period_s",
                                                "delay_s", "probed: resolution", "period_s", "step_delay_s",
                                                "source"}};
    for (std::size_t device = 0; device < set.devices().size(); ++device) {
        for (std::size_t column = 0; column < set.columns().size(); ++column) {
            if (set.channel(device, column) != nullptr) rows.push_back(row_of(shown, device, column));
        }
    }
    if (shown.probed.empty()) forget_probe(rows);
    text += '\n' + table(rows);
    if (!set.missing().empty()) text += "\nmissing\n";
    for (const sensors::Missing& missing : set.missing()) text += missing_line(missing);
    say(text);
}

Json probe_json(const Shown& shown, std::size_t device, std::size_t column) {
    if (shown.probed.empty()) return nullptr;
    const sensors::ProbeResult& probe = shown.probe(device, column);
    return {{"resolution", json_of(probe.resolution)},
            {"update_period_s", json_of(probe.update_period_s)},
            {"step_delay_s", json_of(probe.step_delay_s)}};
}

Json device_json(const Shown& shown, std::size_t index) {
    const SensorSet& set = shown.set;
    const DeviceInfo& device = set.devices()[index];
    Json out{{"name", device.name},
             {"kind", device.kind},
             {"model", text_or_null(device.model)},
             {"driver", text_or_null(device.driver)},
             {"uuid", text_or_null(device.uuid)},
             {"rated_power_w", json_of(device.rated_power_w)},
             {"temp_limit_c", json_of(device.temp_limit_c)},
             {"quantities", Json::array()}};
    for (std::size_t column = 0; column < set.columns().size(); ++column) {
        const Channel* channel = set.channel(index, column);
        if (channel == nullptr) continue;
        out["quantities"].push_back({{"name", channel->column},
                                     {"value", json_of(set.value(index, column))},
                                     {"unit", text_or_null(unit_of(channel->column))},
                                     {"resolution", json_of(channel->resolution)},
                                     {"update_period_s", json_of(channel->update_period_s)},
                                     {"delay_s", json_of(channel->delay_s)},
                                     {"delay_sd_s", json_of(channel->delay_sd_s)},
                                     {"probed", probe_json(shown, index, column)},
                                     {"source", channel->source}});
    }
    return out;
}

void print_json(const Shown& shown) {
    const SensorSet& set = shown.set;
    Json out = formats::document_head("sensors");
    out["devices"] = Json::array();
    out["missing"] = Json::array();
    out["warnings"] = set.problems();
    for (std::size_t device = 0; device < set.devices().size(); ++device) {
        out["devices"].push_back(device_json(shown, device));
    }
    for (const sensors::Missing& missing : set.missing()) {
        out["missing"].push_back({{"device", missing.device},
                                  {"quantity", missing.column},
                                  {"reason", missing.reason},
                                  {"hint", text_or_null(missing.hint)}});
    }
    put(formats::dump(out));
}

bool has_reading(const SensorSet& set, std::string_view column) {
    const auto at = std::find(set.columns().begin(), set.columns().end(), column) - set.columns().begin();
    for (std::size_t device = 0; device < set.devices().size(); ++device) {
        if (!std::isnan(set.value(device, static_cast<std::size_t>(at)))) return true;
    }
    return false;
}

// "temp (cpu: no hwmon chip of a CPU; modprobe coretemp ...)"
std::string why_missing(const SensorSet& set, const Requirement& requirement) {
    const auto reason = std::find_if(set.missing().begin(), set.missing().end(),
                                     [&](const auto& m) { return m.column == requirement.column; });
    if (reason == set.missing().end()) return fmt::format("{} (no device gives a reading)", requirement.word);
    return fmt::format("{} ({}: {}{}{})", requirement.word, reason->device, reason->reason,
                       reason->hint.empty() ? "" : "; ", reason->hint);
}

// Throws where no device gives a quantity that was asked for; all of them are named.
void demand(const SensorSet& set, const std::vector<std::string>& words) {
    std::vector<std::string_view> missing;
    std::vector<std::string> reasons;
    for (const Requirement& requirement : kRequirements) {
        const bool asked = std::find(words.begin(), words.end(), requirement.word) != words.end();
        if (!asked || has_reading(set, requirement.column)) continue;
        missing.push_back(requirement.word);
        reasons.push_back(why_missing(set, requirement));
    }
    if (missing.empty()) return;
    throw Error(ErrorKind::check_failed, fmt::format("--require {}", fmt::join(missing, ",")),
                fmt::format("no device gives {}", fmt::join(reasons, ", nor ")));
}

int run_sensors(const SensorsOptions& options) {
    sensors::Selection selection;
    selection.mode = options.mode;
    selection.devices = options.devices;
    selection.estimate = sensors::Estimate::never;
    SensorSet set(sensors::probe_all(sensors::SysRoot(options.root)), selection);
    std::vector<sensors::ProbeResult> probed;
    if (options.probe_s) probed = sensors::probe_timing(set, *options.probe_s, true);
    read_twice(set);
    const Shown shown{set, probed};
    if (options.json)
        print_json(shown);
    else
        print_table(shown);
    demand(set, options.require);
    return 0;
}

}  // namespace

Runner setup_sensors(CLI::App& app) {
    const auto options = std::make_shared<SensorsOptions>();
    app.add_flag("--json", options->json, "Print JSON");
    app.add_option("--probe", options->probe_s,
                   "Measure update period, resolution and delay in so many seconds (6); all CPUs work in the "
                   "second half")
        ->expected(0, 1)
        ->default_str("6")
        ->check(number_in(1.0, 600.0))
        ->type_name("S");
    app.add_option("--require", options->require, "Exit 3 where no device gives these: temp, power, util")
        ->delimiter(',')
        ->check(CLI::IsMember({"temp", "power", "util"}))
        ->type_name("LIST");
    app.add_option("--mode", options->mode, "Which devices")
        ->check(CLI::IsMember({"gpu", "cpu", "both"}))
        ->capture_default_str();
    app.add_option("--device", options->devices,
                   "Only this device (name, UUID or index of a GPU); may be repeated")
        ->allow_extra_args(false)
        ->type_name("NAME");
    app.add_option("--root", options->root, "Where /sys and /proc lie")->group("");
    return [options] { return run_sensors(*options); };
}

}  // namespace rle::cli
