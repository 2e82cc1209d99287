// Has a recorded session's result moved against a baseline?
#include "rlecouple/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/session_paths.hpp"
#include "cli/session_results.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/documents/session_results.hpp"
#include "formats/io/files.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

struct CheckCommand {
    std::string session;
    std::string baseline;
    std::string tolerance = "20%";
    std::vector<std::string> metrics;  ///< NAME or NAME=TOLERANCE
    std::string junit;
    std::string output;
    bool update = false;
};

// "10%" is relative, "0.5" is in the metric's unit.
Tolerance parse_tolerance(const std::string& text, const std::string& option) {
    const bool relative = text.ends_with('%');
    const auto amount = formats::parse_number(relative ? text.substr(0, text.size() - 1) : text);
    if (!amount || *amount < 0.0) {
        throw Error(ErrorKind::usage, option, fmt::format("'{}' is no tolerance", text),
                    "a share such as 20%, or an amount in the metric's unit such as 0.5");
    }
    return {relative ? *amount / 100.0 : *amount, relative};
}

CheckOptions check_options(const CheckCommand& command) {
    CheckOptions options;
    options.tolerance = parse_tolerance(command.tolerance, "--tolerance");
    if (!options.tolerance.relative && options.tolerance.amount != 0.0) {
        throw Error(ErrorKind::usage, "--tolerance", "one amount cannot suit metrics of several units",
                    fmt::format("a share such as 20%, or --metric NAME={}", command.tolerance));
    }
    for (const std::string& metric : command.metrics) {
        const std::size_t equals = metric.find('=');
        const std::string name = metric.substr(0, equals);
        options.metrics[name] = equals == std::string::npos
                                    ? options.tolerance
                                    : parse_tolerance(metric.substr(equals + 1), "--metric " + name);
    }
    return options;
}

std::string value(const CheckRow& row, bool before) {
    if (!row.tolerance) {
        const std::string& word = before ? row.word_before : row.word_now;
        return word.empty() ? "-" : word;
    }
    const auto& number = before ? row.before : row.now;
    return number ? fmt::format("{:.6g}", *number) : std::string("-");
}

std::string change(const CheckRow& row) {
    if (row.relative_change) return fmt::format("{:+.1f} %", 100.0 * *row.relative_change);
    return row.change ? fmt::format("{:+.4g}", *row.change) : std::string("-");
}

std::string allowed(const CheckRow& row) {
    if (!row.tolerance) return "none";
    return row.tolerance->relative ? fmt::format("{:g} %", 100.0 * row.tolerance->amount)
                                   : fmt::format("{:g} {}", row.tolerance->amount, row.unit);
}

std::string check_table(const CheckCommand& command, const CheckResult& result) {
    std::string text = fmt::format("{} against {}\n  {:<18}{:>20}{:>20}{:>12}{:>14}\n", command.session,
                                   command.baseline, "", "baseline", "now", "change", "tolerance");
    for (const CheckRow& row : result.rows) {
        text += fmt::format("{} {:<18}{:>20}{:>20}{:>12}{:>14}\n", row.moved ? "!" : " ", row.name,
                            value(row, true), value(row, false), change(row), allowed(row));
    }
    text +=
        result.moved == 0 ? "  nothing moved" : fmt::format("  {} moved", bold(std::to_string(result.moved)));
    if (result.other_files.empty()) return text + "\n";
    return text + ", " + bold("but the result is not that of the files that are there") + "\n";
}

// A recording made anew and not analysed: what is compared is the one before it.
void note_other_files(const CheckCommand& command, CheckResult& result) {
    result.other_files = other_files_of(command.session);
    if (result.other_files.empty()) return;
    const bool results_alone =
        std::all_of(result.other_files.begin(), result.other_files.end(),
                    [](const std::string& file) { return file == kCorrelationJson || file == kBalanceJson; });
    result.warnings.push_back(fmt::format(
        "{}: the result was made of another {} than the one that is there now: run rlecouple {} {}",
        command.session, fmt::join(result.other_files, ", "), results_alone ? "report" : "analyze",
        command.session));
}

int update_baseline(const CheckCommand& command) {
    std::error_code ignored;
    const fs::path file = fs::is_directory(command.session, ignored)
                              ? fs::path(command.session) / "summary.json"
                              : fs::path(command.session);
    if (!is_there(file)) {
        throw Error(ErrorKind::failed, command.session, "the session has no summary.json",
                    fmt::format("make it with rlecouple analyze {}", command.session));
    }
    formats::write_text(command.baseline, formats::dump(formats::read_json(file.string())));
    say(fmt::format("{}: baseline taken from {}\n", command.baseline, file.string()));
    return 0;
}

// One stage's result would make everything else look as if it had moved.
SessionResult read_baseline(const std::string& path) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
        const nlohmann::ordered_json document = formats::read_json(path);
        if (formats::schema_of(document) != "rlecouple.summary/1") {
            throw Error(ErrorKind::failed, path, "a baseline is a summary.json, and this is none",
                        "check SESSION --baseline FILE --update takes one from a session");
        }
    }
    return read_session_result(path);
}

int run_check(const CheckCommand& command) {
    const CheckOptions options = check_options(command);
    refuse_stdin(command.session);
    refuse_overwriting({command.session, command.baseline}, {command.junit, command.output});
    if (command.update) {
        read_session_result(command.session);  // what is no result must not become a baseline
        CheckResult taken;
        note_other_files(command, taken);
        print_warnings(taken.warnings);
        return update_baseline(command);
    }
    if (!is_there(command.baseline)) {
        throw Error(ErrorKind::failed, command.baseline, "no such baseline",
                    fmt::format("make it with rlecouple check {} --baseline {} --update", command.session,
                                command.baseline));
    }
    CheckResult result =
        check_against(read_baseline(command.baseline), read_session_result(command.session), options);
    note_other_files(command, result);
    if (!command.junit.empty())
        formats::write_text(command.junit, formats::junit_xml(result, command.session));
    if (!command.output.empty()) {
        formats::write_text(command.output,
                            formats::dump(formats::to_json(result, command.session, command.baseline)));
    }
    print_warnings(result.warnings);
    say(check_table(command, result), command.output == "-" || command.junit == "-");
    return result.held() ? 0 : static_cast<int>(ErrorKind::check_failed);
}

}  // namespace

Runner setup_check(CLI::App& app) {
    auto command = std::make_shared<CheckCommand>();
    app.add_option("session", command->session, "Session folder, or a summary.json")
        ->required()
        ->type_name("SESSION");
    app.add_option("--baseline", command->baseline, "The summary.json that it is held against")
        ->required()
        ->type_name("FILE");
    app.add_option("--tolerance", command->tolerance, "How far a metric may move, relative to the baseline")
        ->capture_default_str()
        ->type_name("SHARE%");
    app.add_option("--metric", command->metrics,
                   "Look at this metric too, at --tolerance, or at NAME=10% or NAME=0.5 in its unit; may be "
                   "repeated")
        ->allow_extra_args(false)
        ->type_name("NAME[=TOLERANCE]");
    app.add_option("--junit", command->junit, "Write JUnit's XML here, - for stdout")->type_name("FILE");
    app.add_option("-o,--output", command->output, "Write the table as JSON here, - for stdout")
        ->type_name("FILE");
    app.add_flag("--update", command->update, "Write the session's summary as the new baseline");
    return [command] { return run_check(*command); };
}

}  // namespace rle::cli
