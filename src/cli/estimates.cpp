#include "cli/estimates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace rle::cli {
namespace {

// What the columns that `align` computes are made of (docs/method.md).
struct Made {
    std::string_view column;
    bool of_temp;
    bool of_power;
};
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

std::string marked(const std::set<std::string>& estimated) {
    const std::vector<std::string> found = behind(estimated, "rle");
    return found.empty() ? std::string() : fmt::format(" ({}, not measured)", are_estimates(found));
}

}  // namespace rle::cli
