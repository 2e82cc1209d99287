// The manual's data sheet: session information, thermal and optimization measurements, correlation results.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "report/sheet.hpp"
#include "report/text.hpp"
#include "rlecouple/version.hpp"

namespace rle::report {
namespace {

constexpr double kSameAmbient = 0.05;  // degC

// The ambient temperature that RLE was made with; null where align.json does not tell.
const Choice<double>* aligned_ambient(const ReportInput& input) {
    const bool told = input.alignment && input.alignment->choices;
    return told ? &input.alignment->choices->ambient_c : nullptr;
}

// What RLE was made with, where the balance goes by another.
std::string of_rle(const ReportInput& input, const std::optional<double>& balanced) {
    const Choice<double>* const aligned = aligned_ambient(input);
    if (aligned == nullptr || !balanced || std::abs(aligned->value - *balanced) < kSameAmbient) return {};
    return "; RLE was made with " + plain(aligned->value);
}

// Where the ambient temperature that the analysis used is from.
std::string ambient_remark(const ReportInput& input) {
    const std::string from = input.balance ? input.balance->thermal.ambient_from : "";
    if (input.balance && input.balance->thermal.ambient_fitted) return "fitted to the temperatures";
    if (from == "option") return "given to the analysis by --ambient";
    if (from == "align") return "given to align by --ambient";
    if (from == "logged") return "logged beside the device: the mean";
    if (from == "assumed") return "assumed: nobody measured it";
    if (const Choice<double>* const aligned = aligned_ambient(input)) {
        if (aligned->from == ChoiceFrom::given) return "given to align by --ambient";
        if (aligned->from == ChoiceFrom::assumed) return "assumed: nobody measured it";
    }
    if (!input.session) return {};
    return input.session->ambient_given ? "given to the recording" : "the default, which nobody measured";
}

void add_ambient_row(Sheet& sheet, const ReportInput& input) {
    std::optional<double> ambient = input.balance ? input.balance->thermal.ambient_c : std::nullopt;
    const bool analysed = ambient.has_value();
    const std::string rle = of_rle(input, ambient);
    if (const auto* const aligned = aligned_ambient(input); !ambient && aligned != nullptr)
        ambient = aligned->value;
    if (!ambient && input.session) ambient = input.session->ambient_c;
    sheet.number("ambient_c", "Ambient temperature", ambient,
                 {.unit = "degC",
                  .remark = ambient_remark(input) + rle,
                  .digits = analysed && input.balance->thermal.ambient_fitted ? 4 : 0});
}

// The recording's rate, else that of the grid.
void add_rate_row(Sheet& sheet, const ReportInput& input) {
    std::optional<double> recorded = input.session ? input.session->sample_hz : std::nullopt;
    std::optional<double> grid = input.alignment && input.alignment->sample_hz > 0.0
                                     ? std::optional(input.alignment->sample_hz)
                                     : std::nullopt;
    std::string remark;
    if (!recorded && grid) remark = "of the aligned rows";
    if (recorded && grid && *recorded != *grid) remark = "aligned at " + plain(*grid) + " Hz";
    sheet.number("sample_hz", "Sample rate", recorded ? recorded : grid,
                 {.unit = "Hz", .remark = remark, .digits = recorded ? 0 : 4});
}

// As recorded, else what the aligned rows cover.
void add_duration_row(Sheet& sheet, const View& view) {
    const ReportInput& input = *view.input;
    std::optional<double> duration = input.session ? input.session->duration_s : std::nullopt;
    std::string remark;
    if (!duration && view.rows.size() > 1) {
        duration = view.rows.t_s.back() - view.rows.t_s.front();
        remark = "from the first aligned row to the last";
    }
    sheet.number("duration_s", "Duration", duration, {.unit = "s", .remark = remark});
}

std::string ending(const SessionInfo& session) {
    if (session.interrupted) return "interrupted; everything up to then is valid";
    return session.finished ? "to its end" : "not finished: still recording, or killed";
}

std::string training_ending(const TrainingProcess& training) {
    if (training.command.empty()) return {};
    if (training.stopped_by_us) return "stopped at the end of the recording";
    if (training.signal) return fmt::format("ended by signal {}", *training.signal);
    if (training.exit_status) return fmt::format("exit status {}", *training.exit_status);
    return "not known";
}

// The limits that RLE was made with; where align.json does not tell, those of the recording.
struct Limits {
    std::optional<double> rated_power_w, temp_limit_c;
    std::string rated_from, limit_from;  // where that wants a word
};

std::string limit_remark(ChoiceFrom from, const std::string& option, const std::string& assumed) {
    if (from == ChoiceFrom::given) return "given to the analysis by " + option;
    if (from == ChoiceFrom::telemetry) return "as the telemetry tells";
    return from == ChoiceFrom::assumed ? "assumed: " + assumed : "";
}

Limits limits_of(const View& view) {
    Limits limits;
    const SessionInfo* const session = view.input->session ? &*view.input->session : nullptr;
    if (session != nullptr) {
        limits.rated_power_w = session->rated_power_w;
        limits.temp_limit_c = session->temp_limit_c;
    }
    if (view.info != nullptr && view.info->rated_power_w) limits.rated_power_w = view.info->rated_power_w;
    if (view.info != nullptr && view.info->temp_limit_c) limits.temp_limit_c = view.info->temp_limit_c;
    const bool told = view.input->alignment && view.input->alignment->choices;
    const DeviceChoices* const used = told ? view.input->alignment->choices->of(view.device) : nullptr;
    if (used == nullptr) return limits;
    limits.temp_limit_c = used->temp_limit_c.value;
    limits.limit_from = limit_remark(used->temp_limit_c.from, "--temp-limit", "a usual limit");
    if (!used->rated_power_w) return limits;
    limits.rated_power_w = used->rated_power_w->value;
    limits.rated_from =
        limit_remark(used->rated_power_w->from, "--rated-power", "the largest power of the session");
    return limits;
}

void add_device_rows(Sheet& sheet, const View& view) {
    sheet.text("device", "Device analysed", view.device, {.missing = "the recording names no device"});
    const DeviceInfo unknown;
    const bool known = view.info != nullptr;
    const DeviceInfo& device = known ? *view.info : unknown;
    const auto reason = [&](const char* why) { return known ? std::string(why) : std::string(); };
    sheet.text("device_model", "Device model", device.model, {.missing = reason("the driver does not tell")});
    sheet.text("device_driver", "Driver", device.driver, {.missing = reason("the source names none")});
    const Limits limits = limits_of(view);
    sheet.number("rated_power_w", "Rated power", limits.rated_power_w,
                 {.unit = "W",
                  .remark = limits.rated_from,
                  .missing = reason("neither the device nor --rated-power gives one"),
                  .digits = 0});
    sheet.number("temp_limit_c", "Temperature limit", limits.temp_limit_c,
                 {.unit = "degC",
                  .remark = limits.limit_from,
                  .missing = reason("neither the device nor --temp-limit gives one"),
                  .digits = 0});
    const std::vector<std::string> modelled = view.modelled();
    const std::string none = known ? "none" : "";
    sheet.text("modelled", "Modelled columns (estimates, not measurements)",
               modelled.empty() ? none : fmt::format("{}", fmt::join(modelled, ", ")));
}

void add_session_rows(Sheet& sheet, const View& view) {
    const ReportInput& input = *view.input;
    sheet.section("Session information", short_reason_for(input, "session.json", "not recorded"));
    const SessionInfo unknown;
    const bool known = input.session.has_value();
    const SessionInfo& s = known ? *input.session : unknown;
    sheet.text("session", "Session", session_name(input));
    sheet.text("started", "Started (UTC)", s.started.empty() ? input.first_timestamp : s.started,
               {.remark = s.started.empty() ? "the first aligned row's time" : ""});
    add_duration_row(sheet, view);
    sheet.text("ending", "Recorded", known ? ending(s) : "");
    sheet.text("operator", "Operator", s.operator_name);
    sheet.text("host", "Host", s.host);
    sheet.text("os", "Operating system", s.os);
    add_device_rows(sheet, view);
    add_rate_row(sheet, input);
    sheet.count("missed_ticks", "Missed samples",
                known ? std::optional<std::uint64_t>(s.missed_ticks) : std::nullopt);
    add_ambient_row(sheet, input);
    sheet.text("model", "Training model", s.training.model, {.missing = known ? "no --model given" : ""});
    sheet.text(
        "training_command", "Training process", shell_line(s.training.command),
        {.remark = training_ending(s.training), .missing = known ? "none was started by the recorder" : ""});
    sheet.text("command", "Recorded by", shell_line(s.command));
}

void add_alignment_rows(Sheet& sheet, const View& view) {
    const ReportInput& input = *view.input;
    const std::string reason = short_reason_for(input, "align.json", "");
    const Alignment* a = input.alignment ? &*input.alignment : nullptr;
    const auto count = [&](std::size_t Alignment::*member) {
        return a == nullptr ? std::nullopt : std::optional<std::uint64_t>(a->*member);
    };
    sheet.count("n_samples", "Aligned samples (both streams)", count(&Alignment::n_samples),
                {.missing = reason});
    sheet.count("n_telemetry", "Telemetry rows", count(&Alignment::n_telemetry), {.missing = reason});
    sheet.count("n_training", "Training rows", count(&Alignment::n_training), {.missing = reason});
    sheet.number("overlap_s", "Both streams cover", a == nullptr ? std::nullopt : std::optional(a->overlap_s),
                 {.unit = "s", .missing = reason});
    sheet.number("pairing_p95_s", "Pairing, 95th percentile of |dt|",
                 a == nullptr ? std::nullopt : a->pairing.p95_abs_dt_s,
                 {.unit = "s", .missing = a == nullptr ? reason : "no row has both streams"});
}

}  // namespace

void Sheet::section(std::string title, std::string reason) {
    title_ = std::move(title);
    reason_ = std::move(reason);
}

void Sheet::text(std::string key, std::string label, std::string value, RowNotes notes) {
    DataSheetRow row{title_,     std::move(key), std::move(label), clean(value),
                     notes.unit, notes.expected, notes.remark,     {}};
    if (row.value.empty()) row.remark = notes.missing.empty() ? reason_ : notes.missing;
    rows_.push_back(std::move(row));
}

void Sheet::count(std::string key, std::string label, const std::optional<std::uint64_t>& value,
                  RowNotes notes) {
    text(std::move(key), std::move(label), value ? std::to_string(*value) : "", std::move(notes));
    if (value) rows_.back().number = static_cast<double>(*value);
}

void Sheet::number(std::string key, std::string label, const std::optional<double>& value, RowNotes notes) {
    std::string shown = notes.digits > 0 ? report::number(value, notes.digits) : value ? plain(*value) : "";
    shown_number(std::move(key), std::move(label), value, std::move(shown), std::move(notes));
}

void Sheet::shown_number(std::string key, std::string label, const std::optional<double>& value,
                         std::string shown, RowNotes notes) {
    text(std::move(key), std::move(label), std::move(shown), std::move(notes));
    if (!rows_.back().value.empty()) rows_.back().number = value;
}

std::string reason_for(const ReportInput& input, const std::string& file, const std::string& otherwise) {
    for (const MissingStage& stage : missing_stages(input)) {
        if (stage.file != file) continue;
        const std::string fault =
            stage.why.empty() ? "no " + file : file + " could not be used (" + stage.why + ")";
        return stage.reason.empty() ? fault + "; " + what_to_do(stage) : stage.reason;
    }
    return otherwise;
}

std::string short_reason_for(const ReportInput& input, const std::string& file,
                             const std::string& otherwise) {
    for (const MissingStage& stage : missing_stages(input)) {
        if (stage.file != file) continue;
        const std::string fault = (stage.why.empty() ? "no " : "unusable ") + file;
        const bool can_be_made = stage.reason.empty() && !stage.command.empty();
        return can_be_made ? fmt::format("{} (rlecouple {})", fault, stage.stage) : fault;
    }
    return otherwise;
}

std::vector<DataSheetRow> data_sheet(const ReportInput& input) {
    return data_sheet(view_of(input));
}

std::vector<DataSheetRow> data_sheet(const View& view) {
    Sheet sheet;
    add_session_rows(sheet, view);
    add_alignment_rows(sheet, view);
    add_thermal_rows(sheet, view);
    add_optimization_rows(sheet, view);
    add_correlation_rows(sheet, view);
    return sheet.take();
}

}  // namespace rle::report
