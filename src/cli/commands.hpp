// THE table of commands: it drives dispatch, help, man pages, completion and "did you mean".
//
// A command is a setup function that declares its options without touching a file, and the function it
// returns, which runs the command. It lies in the file of its name, src/cli/NAME.cpp; its page is
// docs/commands/NAME.md, its tests tests/cli/NAME/.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rle::cli {

/// Runs a command after its options were parsed; returns the exit code. Errors are thrown as rle::Error.
using Runner = std::function<int()>;

struct Command {
    std::string_view name;
    std::string_view summary;  ///< one line
    std::string_view example;  ///< one worked example, shown by --help
    bool takes_process;        ///< `-- CMD ARGS...` may follow
    Runner (*setup)(CLI::App& app);
};

std::span<const Command> commands();
/// The entry called `name`; nullptr where there is none.
const Command* find_command(std::string_view name);

/// Declares `command` below `app`; when it is parsed, `chosen` becomes its runner.
void add_command(CLI::App& app, const Command& command, Runner& chosen);

/// One line for a command line that CLI11 refused, with the nearest known word where one was misspelt.
std::string explain_usage(const CLI::App& app, const std::vector<std::string>& arguments,
                          const CLI::ParseError& error);

Runner setup_sensors(CLI::App& app);
Runner setup_collect(CLI::App& app);
Runner setup_align(CLI::App& app);
Runner setup_correlate(CLI::App& app);
Runner setup_balance(CLI::App& app);
Runner setup_report(CLI::App& app);
Runner setup_run(CLI::App& app);
Runner setup_analyze(CLI::App& app);
Runner setup_predict(CLI::App& app);
Runner setup_watch(CLI::App& app);
Runner setup_reproduce(CLI::App& app);
Runner setup_check(CLI::App& app);
Runner setup_calibrate(CLI::App& app);
Runner setup_completion(CLI::App& app);
Runner setup_formats(CLI::App& app);

}  // namespace rle::cli
