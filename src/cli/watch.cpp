#include "cli/watch.hpp"

#include <memory>

#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

void declare_actions(CLI::App& app, WatchOptions& options) {
    app.add_option("--exec", options.actions.exec,
                   "Program to run at an alarm, its facts in the environment (RLE_Z, RLE_GRAD_NORM, ...)")
        ->type_name("CMD");
    app.add_flag("--shell", options.actions.shell,
                 "Hand --exec to /bin/sh instead of splitting it into words");
    app.add_option("--signal", options.actions.signal,
                   "Signal to send at an alarm; PID may be child, the command behind --")
        ->expected(2)
        ->allow_extra_args(false)
        ->type_name("PID SIG");
    app.add_flag("--dry-run", options.actions.dry_run, "Say what would be set off, and set off nothing");
    app.add_option("--textfile", options.textfile,
                   "Keep RLE, score and number of alarms here, for Prometheus' node_exporter")
        ->type_name("FILE");
}

void refuse_nonsense(const WatchOptions& options) {
    refuse_stdin(options.session);
    const bool command = !options.process.empty();
    if (options.session.empty() && !command) {
        throw Error(ErrorKind::usage, "watch", "nothing to watch",
                    "give a session folder, or a command behind --");
    }
    if (!options.session.empty() && command) {
        throw Error(ErrorKind::usage, "watch", "a session and a command at the same time",
                    "watch -o SESSION -- CMD records the command");
    }
    if (!options.output.empty() && !command) {
        throw Error(ErrorKind::usage, "-o", "there is no command to record", "give one behind --");
    }
    if (options.actions.shell && options.actions.exec.empty()) {
        throw Error(ErrorKind::usage, "--shell", "goes with --exec");
    }
}

}  // namespace

Runner setup_watch(CLI::App& app) {
    auto options = std::make_shared<WatchOptions>();
    options->process = trailing_process();
    app.add_option("session", options->session, "Session folder that is being recorded to")
        ->type_name("SESSION");
    app.add_option("-o,--output", options->output, "Record the command behind -- into this session folder")
        ->type_name("DIR");
    declare_alarm_options(app, options->alarm, "[3.5]");
    declare_actions(app, *options);
    app.add_option("--wait", options->wait_s, "Wait this long for a session that is not there yet, s")
        ->capture_default_str()
        ->check(not_negative())
        ->type_name("S");
    app.add_flag("--from-start", options->from_start, "Also raise the alarms of what was recorded before");
    app.add_flag("-q,--quiet", options->quiet, "Don't show what the command prints");
    declare_device(app, options->analysis,
                   "Device whose readings are told [the GPU where there is only one]");
    declare_ambient(app, options->analysis);
    declare_limits(app, options->analysis);
    app.add_option("--grad-key", options->analysis.grad_key,
                   "Key that holds the gradient norm in a printed line")
        ->type_name("KEY");
    app.add_option("--grad-pattern", options->analysis.grad_pattern,
                   "Regular expression whose group 1 is the gradient norm in a printed line")
        ->type_name("REGEX");
    return [options] {
        refuse_nonsense(*options);
        return watch(*options);
    };
}

}  // namespace rle::cli
