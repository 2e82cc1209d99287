#include "cli/align.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/align_stream.hpp"
#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/estimates.hpp"
#include "cli/made_of.hpp"
#include "cli/reading.hpp"
#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "formats/aligned_csv.hpp"
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

StabilityTerm stability_of(const std::string& name) {
    if (name == "util") return StabilityTerm::util;
    return name == "headroom" ? StabilityTerm::headroom : StabilityTerm::ha;
}

// The session's own facts, where there is a session and the user says nothing else.
AlignOptions align_options(const AnalysisOptions& given, const std::optional<SessionInfo>& info) {
    AlignOptions options;
    options.sample_hz = given.sample_hz;
    if (!options.sample_hz && info) options.sample_hz = info->sample_hz;
    options.tolerance_s = given.tolerance_s.value_or(options.tolerance_s);
    for (const std::string& name : given.devices) {  // a name that comes twice is one device
        if (std::find(options.devices.begin(), options.devices.end(), name) == options.devices.end())
            options.devices.push_back(name);
    }
    options.clock_offset_s = given.clock_offset_s;
    options.step_time = given.wants_step_time();
    if (given.stability) options.rle.stability = stability_of(*given.stability);
    if (given.sustain == "constant") options.rle.sustain = SustainTerm::constant;
    options.rle.slope_window_s = given.slope_window_s.value_or(options.rle.slope_window_s);
    options.rle.ambient_c = given.ambient_c.value_or(info ? info->ambient_c : kDefaultAmbient);
    options.ambient_from = given.ambient_c               ? ChoiceFrom::given
                           : info && info->ambient_given ? ChoiceFrom::session
                                                         : ChoiceFrom::assumed;
    options.constant_tau_s = given.tau_sustain_s;
    options.rated_power_w = given.rated_power_w;
    options.temp_limit_c = given.temp_limit_c;
    if (!info) return options;
    options.other_limits = {info->rated_power_w, info->temp_limit_c};
    for (const DeviceInfo& device : info->devices) {
        options.limits[device.name] = {device.rated_power_w, device.temp_limit_c};
    }
    return options;
}

// The core knows an option by its value, so that one given at its default looks like one not given.
void tell_given(const AnalysisOptions& given, AlignChoices& choices) {
    if (given.stability) choices.stability.from = ChoiceFrom::given;
    if (given.sustain) choices.sustain.from = ChoiceFrom::given;
    if (given.slope_window_s) choices.slope_window_s.from = ChoiceFrom::given;
    if (given.tolerance_s) choices.tolerance_s.from = ChoiceFrom::given;
}

// Files named on the command line go before those of the session.
AlignCommand with_session_files(AlignCommand command) {
    if (command.session.empty()) {
        if (command.telemetry.empty()) {
            throw Error(ErrorKind::usage, "align", "nothing to align",
                        "give a session folder, or --telemetry FILE");
        }
        return command;
    }
    refuse_stdin(command.session);
    std::error_code ignored;
    if (fs::is_regular_file(command.session, ignored)) {
        throw Error(ErrorKind::usage, command.session, "a session folder is wanted, and this is a file",
                    "give files as --telemetry FILE and --training FILE");
    }
    if (command.telemetry.empty()) {
        command.telemetry.push_back(stage_input(command.session, kTelemetryCsv, "collect -o").file);
    }
    if (command.training.empty()) {
        auto found = find_training(command.session);
        if (!found && command.analysis.tells_how_to_read_training()) found = find_printed(command.session);
        if (found) command.training.push_back(*found);
    }
    return command;
}

struct Outputs {
    std::string csv;   ///< empty: none
    std::string json;  ///< empty: none
};

// align.json lies beside aligned.csv; beside a table of another name it takes that name.
Outputs outputs_of(const AlignCommand& command) {
    Outputs outputs{command.output, command.json};
    if (outputs.csv.empty() && !command.session.empty())
        outputs.csv = (fs::path(command.session) / kAlignedCsv).string();
    if (outputs.csv.empty()) outputs.csv = kAlignedCsv;
    outputs.csv = file_at(outputs.csv, kAlignedCsv);
    if (!outputs.json.empty() || outputs.csv == "-") return outputs;
    const fs::path csv(outputs.csv);
    const bool usual = csv.filename() == kAlignedCsv;
    outputs.json = (csv.parent_path() / (usual ? kAlignJson : csv.stem().string() + ".align.json")).string();
    return outputs;
}

std::string summary(const Alignment& a, const Outputs& outputs) {
    std::string text = fmt::format(
        "Aligned {} of {} at {:g} Hz; {} have both telemetry and a gradient norm\n", counted(a.n_rows, "row"),
        counted(a.rows.devices.size(), "device"), a.sample_hz, a.n_samples);
    if (a.pairing.median_abs_dt_s) {
        const double reach_s = std::max(a.tolerance_s, 0.5 / a.sample_hz);  // steps count in the whole cell
        text += fmt::format(
            "  a row's two halves lie {:.3f} s apart in the median, {:.3f} s at most, each within {:g} s of "
            "the row's time\n",
            *a.pairing.median_abs_dt_s, *a.pairing.max_abs_dt_s, reach_s);
    }
    if (!a.gaps.empty()) text += fmt::format("  {} in the telemetry\n", counted(a.gaps.size(), "gap"));
    return text + fmt::format("  wrote {}{}{}\n", outputs.csv == "-" ? "stdout" : outputs.csv,
                              outputs.json.empty() ? "" : ", ", outputs.json);
}

// Why no row has both; missing where there is one.
std::optional<Error> why_unpaired(const Alignment& a) {
    const auto refusal = [](const std::string& what, const std::string& hint) {
        return Error(ErrorKind::insufficient_data, "", what, hint);
    };
    if (a.n_samples > 0) return std::nullopt;
    if (a.n_training == 0)
        return refusal("no step of the training log has a finite gradient norm and a time", "");
    if (a.n_without_norm > 0)
        return refusal("the training log's steps have no gradient norm",
                       "--grad-key KEY or --grad-pattern REGEX says where it stands");
    if (a.overlap_s > 0.0 && !a.suggested_shift_s)
        return refusal(fmt::format("no row has telemetry and a training step within {:g} s", a.tolerance_s),
                       "a larger --tolerance would pair them");
    const std::string hint =
        a.suggested_shift_s
            ? fmt::format(
                  "they would with the training log shifted by {0:g} s (a time zone?): --clock-offset {0:g}",
                  *a.suggested_shift_s)
            : std::string("are they of the same session?");
    return refusal("telemetry and training log do not overlap in time", hint);
}

std::string without_training(const AlignCommand& command) {
    std::string warning = "no training log: the gradient norm's cells are empty";
    if (!command.session.empty() && find_printed(command.session))
        warning +=
            "; train.out holds what the training printed, and --grad-key or --grad-pattern with --start and "
            "--step-seconds make steps of it";
    return warning;
}

struct Inputs {
    std::vector<formats::Input> telemetry, training;
};

// The folder of the output, or the nearest above it that is there already; empty for stdout.
std::string folder_there(const std::string& output) {
    if (output == "-") return {};
    fs::path folder = fs::absolute(output).parent_path();
    while (!is_there(folder) && folder.has_relative_path()) folder = folder.parent_path();
    return folder.string();
}

// Pipes and packed files are unpacked beside the output, where there is to be room for a table of their size.
Inputs open_inputs(const AlignCommand& command, const std::string& output) {
    const std::string folder = folder_there(output);
    const auto open = [&](const std::string& path) {
        return command.in_memory ? formats::Input::as_it_is(path) : formats::Input::open(path, folder);
    };
    Inputs inputs;
    for (const std::string& path : command.telemetry) inputs.telemetry.push_back(open(path));
    for (const std::string& path : command.training) inputs.training.push_back(open(path));
    return inputs;
}

std::optional<Alignment> align_in_pieces(const Inputs& inputs, const AlignCommand& command,
                                         const AlignOptions& options, const std::string& output) {
    if (command.in_memory) return std::nullopt;
    return align_streaming({inputs.telemetry, inputs.training, output}, command.analysis, options);
}

Alignment align_in_memory(const Inputs& inputs, const AlignCommand& command, const AlignOptions& options,
                          const std::string& output) {
    const Telemetry telemetry = read_telemetry_files(inputs.telemetry, command.analysis);
    const Training training = read_training_files(inputs.training, command.analysis);
    refuse_counted_times(telemetry, training, command.analysis);
    Alignment result = align(telemetry, command.training.empty() ? nullptr : &training, options);
    formats::write_aligned_csv(output, result.rows, telemetry);
    return result;
}

// A training log that has nothing to align is no reason to have no table: it is made as without a log, and
// the reason kept. What is wrong with the telemetry is thrown on.
AlignedStage align_what_is_there(const Inputs& inputs, const AlignCommand& command,
                                 const AlignOptions& options, const std::string& output) {
    const auto align_inputs = [&](const Inputs& in, const AlignCommand& how) {
        std::optional<Alignment> streamed = align_in_pieces(in, how, options, output);
        return streamed ? std::move(*streamed) : align_in_memory(in, how, options, output);
    };
    try {
        return {align_inputs(inputs, command), std::nullopt};
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::insufficient_data || command.training.empty()) throw;
        AlignCommand untrained = command;
        untrained.training.clear();
        try {
            return {align_inputs({inputs.telemetry, {}}, untrained), error};
        } catch (const Error&) {  // then it was not the log
            throw error;
        }
    }
}

nlohmann::ordered_json document_of(const Alignment& alignment, const AlignCommand& command) {
    nlohmann::ordered_json document = formats::to_json(alignment);
    if (command.session.empty()) return document;
    std::vector<std::string> files = command.telemetry;
    files.insert(files.end(), command.training.begin(), command.training.end());
    formats::add_inputs(document, session_inputs(command.session, files));
    return document;
}

}  // namespace

AlignedStage align_whatever_pairs(const AlignCommand& given) {
    const AlignCommand command = with_session_files(given);
    const std::optional<SessionInfo> info =
        command.session.empty() ? std::nullopt : read_session(command.session);
    const Outputs outputs = outputs_of(command);
    std::vector<std::string> inputs = command.telemetry;
    inputs.insert(inputs.end(), command.training.begin(), command.training.end());
    if (std::count(inputs.begin(), inputs.end(), "-") > 1)
        throw Error(ErrorKind::usage, "-", "two inputs cannot share stdin", "name a file for one");
    refuse_overwriting(inputs, {outputs.csv, outputs.json});
    const AlignOptions options = align_options(command.analysis, info);
    const Inputs opened = open_inputs(command, outputs.csv);
    AlignedStage stage = align_what_is_there(opened, command, options, outputs.csv);
    Alignment& result = stage.alignment;
    tell_given(command.analysis, *result.choices);
    if (command.training.empty()) result.warnings.push_back(without_training(command));
    const formats::Input& first = opened.telemetry.front();
    for (std::string& line : alignment_of_estimates(estimated_in(info, first.path())))
        result.warnings.push_back(std::move(line));
    print_warnings(result.warnings);
    if (!command.training.empty() && !stage.unpaired) stage.unpaired = why_unpaired(result);
    if (stage.unpaired) result.warnings.emplace_back(stage.unpaired->what());
    if (!outputs.json.empty()) formats::write_text(outputs.json, formats::dump(document_of(result, command)));
    say(summary(result, outputs), outputs.csv == "-" || outputs.json == "-");
    return stage;
}

Alignment align_stage(const AlignCommand& command) {
    AlignedStage stage = align_whatever_pairs(command);
    if (stage.unpaired) throw Error(*stage.unpaired);
    return std::move(stage.alignment);
}

Runner setup_align(CLI::App& app) {
    auto command = std::make_shared<AlignCommand>();
    app.add_option("session", command->session, "Session folder")->type_name("SESSION");
    app.add_option("--telemetry", command->telemetry,
                   "Telemetry file; several are joined in time; - is stdin")
        ->type_name("FILE");
    app.add_option("--training", command->training, "Training log; several are joined in time; - is stdin")
        ->type_name("FILE");
    app.add_option("-o,--output", command->output, "Write the table here, - for stdout [SESSION/aligned.csv]")
        ->type_name("FILE");
    app.add_option("--json", command->json, "Write align.json here, - for stdout [beside the table]")
        ->type_name("FILE");
    app.add_option("--sample-hz", command->analysis.sample_hz,
                   "Rate of the grid, Hz [the session's, else the telemetry's own]")
        ->check(positive_number())
        ->type_name("HZ");
    declare_ambient(app, command->analysis);
    app.add_flag("--in-memory", command->in_memory,
                 "Read everything before aligning it, and unpack nothing onto the disk");
    declare_devices(app, command->analysis);
    declare_limits(app, command->analysis);
    declare_rle_options(app, command->analysis);
    declare_reading_options(app, command->analysis);
    return [command] {
        align_stage(*command);
        return 0;
    };
}

}  // namespace rle::cli
