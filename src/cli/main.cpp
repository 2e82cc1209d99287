// Parses the command line, runs one command, and is the one place that prints errors.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <vector>

#include "cli/commands.hpp"
#include "cli/ui.hpp"
#include "formats/io/shown_file.hpp"
#include "formats/io/unfinished.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/version.hpp"

namespace {

constexpr int kFailed = static_cast<int>(rle::ErrorKind::failed);
constexpr int kUsage = static_cast<int>(rle::ErrorKind::usage);

// Ends as a recording does, with the code that a shell has for a program that the signal ended, and without
// the files that were being written.
extern "C" void end_by_signal(int signal) {
    rle::formats::remove_unfinished();
    ::_exit(signal == SIGINT ? 130 : 143);
}

void tidy_up_at_signals() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        if (std::signal(signal, end_by_signal) == SIG_IGN) std::signal(signal, SIG_IGN);
    }
}

// "help" and "help align" are "--help" and "align --help".
void spell_out_help(std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.front() != "help") return;
    while (!arguments.empty() && arguments.front() == "help") arguments.erase(arguments.begin());
    if (arguments.empty() || rle::cli::find_command(arguments.front()) != nullptr)
        arguments.emplace_back("--help");
}

// A reader that has seen enough (| head) is no failure; a stdout that is full or closed is one, told when
// the work is done.
int after_words(int code) {
    const int lost = rle::cli::lost_words();
    if (lost == 0 || lost == EPIPE) return code;
    throw rle::Error(rle::ErrorKind::failed, "stdout", "cannot write");
}

int run(std::vector<std::string> arguments) {
    spell_out_help(arguments);
    CLI::App app{"Is trouble in a training run's optimizer coupled to the heat of its hardware?",
                 "rlecouple"};
    app.set_version_flag("--version", std::string("rlecouple ") + rle::kVersion);
    app.require_subcommand(1);
    rle::cli::Runner chosen;
    // Options are declared of the one command that is asked for, or of all, for help and for what was
    // misspelt.
    const rle::cli::Command* const asked =
        arguments.empty() ? nullptr : rle::cli::find_command(arguments.front());
    for (const rle::cli::Command& command : rle::cli::commands()) {
        if (asked == nullptr || asked == &command) rle::cli::add_command(app, command, chosen);
    }
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
        app.parse(std::move(reversed));
    } catch (const CLI::Success& help) {
        const int code = app.exit(help);
        if (!rle::cli::stdout_holds()) throw rle::Error(rle::ErrorKind::failed, "stdout", "cannot write");
        return code;
    } catch (const CLI::ParseError& error) {
        rle::cli::print_error(rle::cli::explain_usage(app, arguments, error));
        return kUsage;
    }
    const rle::cli::Command& command = *rle::cli::find_command(app.get_subcommands().front()->get_name());
    if (!command.takes_process && !rle::cli::trailing_process().empty()) {
        throw rle::Error(rle::ErrorKind::usage, std::string(command.name), "takes no process behind --",
                         "rlecouple collect and rlecouple run do");
    }
    return after_words(chosen());
}

}  // namespace

int main(int argc, char** argv) {
    rle::cli::keep_standard_descriptors();
    tidy_up_at_signals();
    rle::formats::explain_cut_files();
    try {
        return run(rle::cli::remember_command_line(argc, argv));
    } catch (const rle::Error& error) {
        rle::cli::print_error(error.what());
        return error.exit_code();
    } catch (const std::bad_alloc&) {
        rle::cli::print_error("out of memory; analyse a shorter stretch, or fewer devices");
        return kFailed;
    } catch (const std::exception& error) {
        rle::cli::print_error(error.what());
        return kFailed;
    }
}
