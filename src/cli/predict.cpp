#include "cli/predict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/aligned_with.hpp"
#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/estimates.hpp"
#include "cli/made_of.hpp"
#include "cli/session_paths.hpp"
#include "cli/table.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "formats/readers.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/quantities.hpp"

namespace rle::cli {
namespace {

constexpr double kUsualGpuLimit = 83.0;  // degC, as align has it
constexpr double kUsualCpuLimit = 95.0;

// The columns that are not 0 in trouble.
std::vector<std::string> flag_columns(const PredictCommand& command) {
    if (command.event == "any") return {"collapse", "throttle"};
    return {command.event};
}

void take_flags(const PredictCommand& command, ColumnUses& columns, const std::string& where,
                PredictInput& out) {
    const std::vector<std::string> names = flag_columns(command);
    std::vector<std::string> found;
    for (const std::string& name : names) {
        if (auto flag = columns.take(name)) {
            out.flags.push_back(std::move(*flag));
            found.push_back(name);
        }
    }
    if (found.empty()) {
        throw Error(ErrorKind::failed, where,
                    fmt::format("no column {} that says when trouble began", fmt::join(names, " or ")),
                    fmt::format("rlecouple align writes collapse; --event takes one of {}",
                                fmt::join(all_names(columns.frame()), ", ")));
    }
    out.event_name = fmt::format("{}", fmt::join(found, " or "));
}

// Where nobody told one, a usual one.
double temp_limit(const PredictCommand& command, const StageInput& input, const std::string& device,
                  std::vector<std::string>& warnings) {
    if (const auto told = temp_limit_for(command.analysis.temp_limit_c, input, device)) return *told;
    const double usual = device.starts_with("cpu") ? kUsualCpuLimit : kUsualGpuLimit;
    warnings.push_back(
        fmt::format("temperature limit unknown, {:g} degC assumed for a rival; give --temp-limit", usual));
    return usual;
}

PredictInput predict_input(const PredictCommand& command, const StageInput& input, Frame frame,
                           const std::string& device, std::vector<std::string>& warnings) {
    PredictInput out;
    out.driver_name = command.analysis.driver;
    out.device = device;
    ColumnUses columns(std::move(frame), predict_columns(command));
    auto driver = columns.take(command.analysis.driver);
    if (!driver) {
        throw Error(ErrorKind::failed, input.file,
                    fmt::format("no column '{}' with numbers in it", command.analysis.driver),
                    fmt::format("--driver takes one of {}", fmt::join(all_names(columns.frame()), ", ")));
    }
    out.driver = std::move(*driver);
    if (tells_of_steps(out.driver_name)) out.step = columns.take("step").value_or(std::vector<double>());
    take_flags(command, columns, input.file, out);
    out.t_s = columns.take_times();
    out.rle = columns.take("rle").value_or(std::vector<double>());
    out.temp_c = columns.take("temp_c").value_or(std::vector<double>());
    if (!out.temp_c.empty()) out.temp_limit_c = temp_limit(command, input, device, warnings);
    return out;
}

std::string ratio(const std::optional<double>& value) {
    return value ? fmt::format("{:.2f}", *value) : std::string("-");
}

std::string row(const std::string& name, const WarningScore& score) {
    const auto& lead = score.lead.median_s;
    return fmt::format("  {:<22}{:>9}{:>9}{:>9}{:>16}{:>12}\n", name, ratio(score.precision),
                       ratio(score.recall), ratio(score.f1),
                       score.false_alarms_per_h ? fmt::format("{:.1f}", *score.false_alarms_per_h) : "-",
                       lead ? fmt::format("{:.3g} s", *lead) : "-");
}

std::string summary(const Prediction& p) {
    std::string text =
        fmt::format("Alarms on {}{} as warnings of {}, horizon {:g} s: {}, {}\n", p.driver,
                    p.device.empty() ? "" : " of " + p.device, p.event, p.horizon_s,
                    counted(p.alarms, "alarm"), p.flag_known ? counted(p.events, "event") : "events unknown");
    if (p.flag_known) {
        text += fmt::format("  z above {:g}{}, scored over {:.0f} s from t = {:g} s\n", p.alarm.threshold,
                            p.threshold_chosen ? " (chosen before)" : "", *p.scored_s, *p.scored_from_s);
        text += fmt::format("  {:<22}{:>9}{:>9}{:>9}{:>16}{:>12}\n", "", "precision", "recall", "F1",
                            "false alarms/h", "lead time");
        text += row("gradient norm", p.score);
        text += row("  horizon 1 s", p.manual_score);
        for (const Rival& rival : p.rivals) text += row(rival.name, rival.score);
    }
    return text + fmt::format("  {}\n", bold(p.explanation));
}

}  // namespace

std::vector<std::string> predict_columns(const PredictCommand& command) {
    std::vector<std::string> names = flag_columns(command);
    for (const char* name : {command.analysis.driver.c_str(), "rle", "temp_c"}) names.emplace_back(name);
    if (tells_of_steps(command.analysis.driver)) names.emplace_back("step");
    return names;
}

Prediction predict_stage(const PredictCommand& command) {
    const StageInput input = stage_input(command.input, kAlignedCsv, "align");
    std::string device;
    const std::vector<std::string> names = predict_columns(command);
    Frame frame =
        select_device(command.table ? command.table->take(names) : formats::read_frame(input.file, names),
                      input.info, command.analysis.device(), device);
    std::vector<std::string> warnings = frame.warnings;
    const std::set<std::string> estimated = estimated_columns(input, frame, device);
    PredictInput table = predict_input(command, input, std::move(frame), device, warnings);
    PredictOptions options;
    options.horizon_s = command.horizon_s;
    options.alarm = command.alarm.settled();
    options.choose_threshold = !command.alarm.threshold;
    options.seed = command.analysis.seed;
    Prediction result = predict(std::move(table), options);
    result.modelled = listed(estimated);
    const std::string why = prediction_of_estimates(estimated, flag_columns(command));
    if (!why.empty()) warnings.push_back(why);
    result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());

    const std::string output = stage_output(input, command.output, kPredictJson);
    if (!output.empty()) write_result(output, formats::to_json(result), input);
    if (!command.brief) print_warnings(result.warnings);
    say(command.brief ? result.explanation + "\n" : summary(result), output == "-");
    return result;
}

Runner setup_predict(CLI::App& app) {
    auto command = std::make_shared<PredictCommand>();
    app.add_option("input", command->input, "Session folder, or a table that align wrote; - is stdin")
        ->required()
        ->type_name("SESSION|FILE");
    app.add_option("-o,--output", command->output,
                   "Write the result here, - for stdout [SESSION/predict.json]")
        ->type_name("FILE");
    app.add_option("--horizon", command->horizon_s,
                   "Longest time from an alarm to an event that it warns of, s")
        ->capture_default_str()
        ->check(positive_number())
        ->type_name("S");
    app.add_option("--event", command->event,
                   "What to warn of: any (collapse or throttle), or a column that is not 0 in trouble")
        ->capture_default_str()
        ->type_name("COLUMN");
    declare_alarm_options(app, command->alarm, "[chosen on the first half; given, all is scored]");
    app.add_option("--driver", command->analysis.driver, "Column that the alarm looks at")
        ->capture_default_str()
        ->type_name("COLUMN");
    app.add_option("--temp-limit", command->analysis.temp_limit_c, "Temperature limit, degC [the device's]")
        ->check(temperature())
        ->type_name("DEGC");
    declare_device(app, command->analysis, "Device to look at [the GPU where there is only one]");
    declare_seed(app, command->analysis);
    return [command] {
        const Prediction result = predict_stage(*command);
        return result.verdict == WarningVerdict::cannot_tell ? static_cast<int>(ErrorKind::insufficient_data)
                                                             : 0;
    };
}

}  // namespace rle::cli
