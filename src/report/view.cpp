#include "report/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/text.hpp"

namespace rle::report {
namespace {

// The columns that are shown whatever was correlated.
constexpr std::array kShown{"temp_c",   "power_w",   "util_pct", "rle", "collapse",
                            "throttle", "grad_norm", "loss",     "step"};
constexpr std::array kFlags{"collapse", "throttle"};  // shown as stretches
constexpr std::array kSummedUp{"loss", "step"};       // shown in the data sheet alone

double grid_step(const ReportInput& input, const Frame& rows) {
    if (input.alignment && input.alignment->sample_hz > 0.0) return 1.0 / input.alignment->sample_hz;
    if (input.correlation && input.correlation->sample_hz > 0.0) return 1.0 / input.correlation->sample_hz;
    std::vector<double> steps;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const double step = rows.t_s[i] - rows.t_s[i - 1];
        if (step > 0.0) steps.push_back(step);
    }
    if (steps.empty()) return 0.0;
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    return *middle;
}

void append(std::vector<std::string>& all, const std::string& stage,
            const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) {
        const std::string line = stage + ": " + warning;
        if (std::find(all.begin(), all.end(), line) == all.end()) all.push_back(line);
    }
}

const std::string* why_unreadable(const ReportInput& input, const std::string& file) {
    for (const auto& [name, why] : input.unreadable) {
        if (name == file) return &why;
    }
    return nullptr;
}

std::string path_of(const ReportInput& input) {
    return shell_word(input.session_path.empty() ? "SESSION" : input.session_path);
}

// What align.json tells of why there is nothing to correlate with the gradient norm; else empty.
std::string why_unpaired(const ReportInput& input) {
    if (!input.alignment || input.alignment->n_samples > 0) return {};
    const Alignment& a = *input.alignment;
    if (a.suggested_shift_s) {
        return fmt::format(
            "telemetry and training log do not overlap in time; they would with the log shifted by {0:g} s: "
            "rlecouple analyze {1} --clock-offset {0:g}",
            *a.suggested_shift_s, path_of(input));
    }
    if (a.n_training == 0) return "there is no training log, or none with a step that can be used";
    return a.overlap_s > 0.0 ? "no row has both telemetry and a gradient norm"
                             : "telemetry and training log do not overlap in time";
}

MissingStage with_reason(const ReportInput& input, MissingStage stage) {
    if (const std::string* why = why_unreadable(input, stage.file)) stage.why = *why;
    for (const auto& [file, why] : input.left_out) {
        if (file == stage.file) stage.reason = why;
    }
    return stage;
}

// The alarms have a section of their own only where they were scored; a summary says why they were not.
MissingStage missing_prediction(const ReportInput& input) {
    return with_reason(input, {"predict", "predict.json", "rlecouple predict " + path_of(input),
                               "how well alarms would have warned", "", why_unpaired(input)});
}

// A view that looks at the device's rows where they stand, if the table is of one device.
View bare_view(const ReportInput& input) {
    static const Frame kNoRows;
    std::string device = device_of(input);
    std::shared_ptr<const Frame> own;
    if (input.aligned && !input.aligned->device.empty())
        own = std::make_shared<const Frame>(input.aligned->of_device(device));
    const Frame& rows = own ? *own : input.aligned ? *input.aligned : kNoRows;
    return {.input = &input,
            .device = std::move(device),
            .own = std::move(own),
            .rows = rows,
            .driver = correlated(input).driver,
            .response = correlated(input).response};
}

}  // namespace

std::string session_name(const ReportInput& input) {
    const bool named = input.session && !input.session->name.empty() && input.session->name != ".";
    if (named) return input.session->name;
    if (!input.folder_name.empty()) return input.folder_name;
    return input.session_path.empty() ? "session" : input.session_path;
}

ColumnStats stats_of(const std::vector<double>* column) {
    ColumnStats stats;
    if (column == nullptr) return stats;
    double mean = 0.0, squares = 0.0;
    for (const double value : *column) {
        if (!std::isfinite(value)) continue;
        ++stats.n;
        const double step = value - mean;
        mean += step / static_cast<double>(stats.n);
        squares += step * (value - mean);
        stats.min = stats.min ? std::min(*stats.min, value) : value;
        stats.max = stats.max ? std::max(*stats.max, value) : value;
        if (!stats.first) stats.first = value;
        stats.last = value;
    }
    if (stats.n > 0) stats.mean = mean;
    if (stats.n > 1) stats.sd = std::sqrt(squares / static_cast<double>(stats.n - 1));
    return stats;
}

const std::vector<double>* View::column(std::string_view name) const {
    const std::vector<double>* found = rows.find(name);
    if (found == nullptr) return nullptr;
    return std::any_of(found->begin(), found->end(), [](double x) { return std::isfinite(x); }) ? found
                                                                                                : nullptr;
}

ColumnStats View::stats(std::string_view name) const {
    const auto found = known.find(name);
    return found != known.end() ? found->second : stats_of(column(name));
}

bool View::is_modelled(std::string_view name) const {
    const std::vector<std::string> columns = modelled();
    return std::find(columns.begin(), columns.end(), name) != columns.end();
}

std::vector<std::string> View::modelled() const {
    return info == nullptr ? modelled_columns(*input) : info->modelled;
}

std::vector<Span> View::spans(std::string_view flag, const std::string& kind, Colour colour) const {
    std::vector<Span> spans;
    const std::vector<double>* values = column(flag);
    if (values == nullptr) return spans;
    bool inside = false;
    for (std::size_t row = 0; row < values->size(); ++row) {
        const bool set = std::isfinite((*values)[row]) && (*values)[row] != 0.0;
        if (set && !inside) spans.push_back({rows.t_s[row], rows.t_s[row], kind, colour});
        if (set) spans.back().to = rows.t_s[row] + dt_s;  // a flag holds for the whole of its grid step
        inside = set;
    }
    return spans;
}

// The device that was correlated; else the one that was balanced; else the GPU, else the first.
std::string device_of(const ReportInput& input) {
    if (input.correlation && !input.correlation->device.empty()) return input.correlation->device;
    if (input.balance && !input.balance->device.empty()) return input.balance->device;
    if (input.session) {
        for (const DeviceInfo& device : input.session->devices) {
            if (device.kind == "gpu") return device.name;
        }
    }
    if (input.aligned) {
        const std::vector<std::string> names = input.aligned->device_names();
        const auto gpu =
            std::find_if(names.begin(), names.end(), [](const auto& n) { return n.rfind("gpu", 0) == 0; });
        if (gpu != names.end()) return *gpu;
        if (!names.empty()) return names.front();
    }
    return input.session && !input.session->devices.empty() ? input.session->devices.front().name
                                                            : std::string();
}

std::vector<std::string> modelled_columns(const ReportInput& input) {
    const std::string name = device_of(input);
    for (const DeviceInfo& device : input.session ? input.session->devices : std::vector<DeviceInfo>()) {
        if (device.name == name) return device.modelled;
    }
    if (input.balance) return input.balance->modelled;  // as the table of a copied file says
    return input.correlation ? input.correlation->modelled : std::vector<std::string>{};
}

Correlated correlated(const ReportInput& input) {
    Correlated columns;
    if (!input.correlation) return columns;
    if (!input.correlation->driver.empty()) columns.driver = input.correlation->driver;
    if (!input.correlation->response.empty()) columns.response = input.correlation->response;
    return columns;
}

std::vector<std::string> shown_columns(const Correlated& correlated) {
    std::vector<std::string> names(kShown.begin(), kShown.end());
    for (const std::string& name : {correlated.driver, correlated.response}) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
}

KnownStats sum_up(Frame& table, const Correlated& correlated) {
    KnownStats known;
    if (!table.device.empty()) return known;
    for (const std::string name : kSummedUp) {
        const auto found = std::find(table.names.begin(), table.names.end(), name);
        if (found == table.names.end() || name == correlated.driver || name == correlated.response) continue;
        const auto column = table.columns.begin() + (found - table.names.begin());
        known.emplace(name, stats_of(&*column));
        table.columns.erase(column);
        table.names.erase(found);
        table.unread.push_back(name);
    }
    return known;
}

View view_of(const ReportInput& input) {
    View view = bare_view(input);
    view.known = input.known;
    if (input.session) {
        for (const DeviceInfo& device : input.session->devices) {
            if (device.name == view.device) view.info = &device;
        }
    }
    view.dt_s = grid_step(input, view.rows);
    if (const std::vector<double>* driver = view.column(view.driver)) {
        view.spikes = find_spikes(view.rows.t_s, *driver);
    }
    for (const std::string& name : shown_columns({view.driver, view.response})) {
        if (view.known.count(name) == 0 && std::find(kFlags.begin(), kFlags.end(), name) == kFlags.end())
            view.known.emplace(name, stats_of(view.column(name)));
    }
    return view;
}

std::vector<std::string> all_warnings(const ReportInput& input) {
    std::vector<std::string> all;
    append(all, "report", input.stale);
    append(all, "analyze", input.notes);
    if (input.session) append(all, "collect", input.session->warnings);
    if (input.alignment) append(all, "align", input.alignment->warnings);
    if (input.aligned) append(all, "aligned.csv", input.aligned->warnings);
    if (input.correlation) append(all, "correlate", input.correlation->warnings);
    if (input.correlation && input.correlation->tested)
        append(all, "correlate", input.correlation->tested->warnings);
    if (input.balance) append(all, "balance", input.balance->warnings);
    if (input.prediction) append(all, "predict", input.prediction->warnings);
    std::vector<MissingStage> missing = missing_stages(input);
    if (!input.prediction) missing.push_back(missing_prediction(input));
    for (const MissingStage& stage : missing) {
        if (stage.stage != "collect" && stage.why.empty())
            append(all, stage.stage, {"no " + stage.file + ": " + what_to_do(stage)});
    }
    for (const auto& [file, why] : input.unreadable)
        all.push_back("report: " + file + " could not be used: " + why);
    return all;
}

std::string what_to_do(const MissingStage& stage) {
    if (!stage.reason.empty()) return stage.reason;
    return stage.command.empty() ? "recorded without it" : "run " + stage.command;
}

std::vector<MissingStage> missing_stages(const ReportInput& input) {
    std::vector<MissingStage> missing;
    const auto need = [&](bool there, MissingStage stage) {
        if (!there) missing.push_back(with_reason(input, std::move(stage)));
    };
    const std::string path = path_of(input);
    need(input.session.has_value(),
         {"collect", "session.json", "",
          "who, what, when, the devices, which columns are modelled: only a recording by rlecouple has it",
          ""});
    need(input.aligned.has_value(),
         {"align", "aligned.csv", "rlecouple align " + path, "every chart over time", ""});
    need(input.alignment.has_value(),
         {"align", "align.json", "rlecouple align " + path, "counts, pairing and gaps of the alignment", ""});
    need(input.correlation.has_value(), {"correlate", "correlation.json", "rlecouple correlate " + path,
                                         "the verdict, the lag, its significance", "", why_unpaired(input)});
    need(input.balance.has_value(), {"balance", "balance.json", "rlecouple balance " + path,
                                     "thermal constants and the energy balance", ""});
    return missing;
}

}  // namespace rle::report
