#include "cli/estimates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "formats/io/files.hpp"
#include "formats/pieces.hpp"
#include "formats/readers.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

// What the columns that `align` computes are made of (docs/method.md).
struct Made {
    std::string_view column;
    bool of_temp;
    bool of_power;
};
constexpr std::size_t kRowsWithMarks = 1024;  // `collect` marks each row of a device alike
constexpr std::array kMade{
    Made{"rle", true, true},           Made{"rle_raw", true, true}, Made{"collapse", true, true},
    Made{"eta_stability", true, true}, Made{"a_load", false, true}, Made{"tau_sustain_s", true, false},
};

// The estimates behind a column: itself, or what it is made of.
std::vector<std::string> behind(const std::set<std::string>& estimated, const std::string& column) {
    const auto made =
        std::find_if(kMade.begin(), kMade.end(), [&](const Made& m) { return m.column == column; });
    std::vector<std::string> found;
    const auto add = [&](const std::string& name) {
        if (estimated.count(name) != 0) found.push_back(name);
    };
    if (made == kMade.end()) add(column);
    if (made != kMade.end() && made->of_temp) add("temp_c");
    if (made != kMade.end() && made->of_power) add("power_w");
    return found;
}

std::string are_estimates(const std::vector<std::string>& columns) {
    return fmt::format("{} {}", fmt::join(columns, " and "),
                       columns.size() > 1 ? "are estimates" : "is an estimate");
}

// "power_w;temp_c"
void take_marks(std::string_view marks, std::set<std::string>& columns) {
    while (!marks.empty()) {
        const std::size_t end = std::min(marks.find(';'), marks.size());
        if (end > 0) columns.emplace(marks.substr(0, end));
        marks.remove_prefix(std::min(end + 1, marks.size()));
    }
}

void take_marks_of(const Telemetry& samples, std::map<std::string, std::set<std::string>>& estimated) {
    const TextColumn* const marks = samples.other("modelled");
    for (std::size_t row = 0; marks != nullptr && row < samples.size(); ++row) {
        const std::uint32_t device = samples.device[row];
        if (!(*marks)[row].empty())
            take_marks((*marks)[row],
                       estimated[device < samples.devices.size() ? samples.devices[device] : ""]);
    }
}

// Tables that others wrote have not even the word, and need not be opened as tables.
bool may_have_marks(const std::string& file) {
    constexpr std::size_t kHead = std::size_t{1} << 20U;  // characters, in which the header stands
    const auto text = formats::MappedText::open(file);
    return !text || text->text().substr(0, kHead).find("modelled") != std::string_view::npos;
}

void look_for_marks(const std::string& file, std::map<std::string, std::set<std::string>>& estimated) {
    formats::ReadOptions options;
    options.start_us = 0;  // what it says of time does not matter here
    options.step_seconds = 1.0;
    try {
        if (!may_have_marks(file)) return;
        const auto pieces = formats::open_telemetry(file, options, file);
        Telemetry samples;
        if (!pieces) return;  // only the tables that `collect` and `align` write have marks
        pieces->next(samples, 1);
        if (samples.other("modelled") == nullptr) return;
        take_marks_of(samples, estimated);
        pieces->next(samples, kRowsWithMarks - 1);
        take_marks_of(samples, estimated);
    } catch (const Error&) {  // then nothing is known of it
        estimated.clear();
    }
}

std::string rests_on(const std::string& column, const std::vector<std::string>& estimates) {
    if (estimates.size() == 1 && estimates.front() == column) return are_estimates(estimates);
    return fmt::format("{} rests on estimates: {}", column, fmt::join(estimates, " and "));
}

}  // namespace

std::set<std::string> estimated_columns(const StageInput& input, const Frame& frame,
                                        const std::string& device) {
    std::set<std::string> columns;
    for (const auto& [name, marks] : frame.modelled) {
        if (name == device || device.empty()) columns.insert(marks.begin(), marks.end());
    }
    if (!input.info) return columns;
    for (const DeviceInfo& known : input.info->devices) {
        const bool ours = known.name == device || (device.empty() && input.info->devices.size() == 1);
        if (ours) columns.insert(known.modelled.begin(), known.modelled.end());
    }
    return columns;
}

std::map<std::string, std::set<std::string>> estimated_in(const std::optional<SessionInfo>& info,
                                                          const std::string& file) {
    std::map<std::string, std::set<std::string>> estimated;
    for (const DeviceInfo& known : info ? info->devices : std::vector<DeviceInfo>()) {
        if (!known.modelled.empty()) estimated[known.name] = {known.modelled.begin(), known.modelled.end()};
    }
    if (!info && file != "-") look_for_marks(file, estimated);
    return estimated;
}

std::string balance_of_estimates(const std::set<std::string>& estimated) {
    const bool temp = estimated.count("temp_c") != 0;
    const bool power = estimated.count("power_w") != 0;
    if (temp) {
        return fmt::format(
            "{}, not measured: the thermal constants, their intervals and the closure are those of the model "
            "that made {}, and say nothing of the machine",
            are_estimates(behind(estimated, "rle")), power ? "them" : "it");
    }
    if (power) {
        return "power_w is an estimate, not measured: every W and J, hA and C lean on the idle and rated "
               "power that it was made from";
    }
    return {};
}

std::string correlation_of_estimates(const std::set<std::string>& estimated, const std::string& driver,
                                     const std::string& response) {
    std::vector<std::string> parts;
    for (const std::string& column : {driver, response}) {
        const std::vector<std::string> found = behind(estimated, column);
        if (!found.empty()) parts.push_back(rests_on(column, found));
    }
    if (parts.empty()) return {};
    return fmt::format(
        "{}, not measured: a coupling found here is one with the readings that the estimate was made from "
        "(utilisation, or power), through the model's own time constant",
        fmt::join(parts, "; "));
}

std::string prediction_of_estimates(const std::set<std::string>& estimated,
                                    const std::vector<std::string>& flags) {
    for (const std::string& flag : flags) {
        const std::vector<std::string> found = behind(estimated, flag);
        if (found.empty()) continue;
        return fmt::format(
            "{}, not measured: its events are the model's, and the machine may have had others",
            rests_on(flag, found));
    }
    return {};
}

std::vector<std::string> alignment_of_estimates(
    const std::map<std::string, std::set<std::string>>& estimated) {
    std::vector<std::string> lines;
    for (const auto& [device, columns] : estimated) {
        const std::vector<std::string> found = behind(columns, "rle");
        if (found.empty()) continue;
        lines.push_back(fmt::format("{}{}, not measured: RLE and collapse rest on {}",
                                    device.empty() ? "" : device + ": ", are_estimates(found),
                                    found.size() > 1 ? "them" : "it"));
    }
    return lines;
}

std::vector<std::string> listed(const std::set<std::string>& estimated) {
    return {estimated.begin(), estimated.end()};
}

std::string marked(const std::set<std::string>& estimated) {
    const std::vector<std::string> found = behind(estimated, "rle");
    return found.empty() ? std::string() : fmt::format(" ({}, not measured)", are_estimates(found));
}

}  // namespace rle::cli
