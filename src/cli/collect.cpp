// `rlecouple collect`: record the sensors, and a training process beside them, into a session folder.
#include "cli/collect.hpp"

#include <cmath>
#include <limits>
#include <memory>

#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/record_files.hpp"
#include "cli/record_sources.hpp"
#include "cli/record_workloads.hpp"
#include "cli/ui.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

constexpr double kWorkloadDurationS = 90.0;  // the manual's session

void declare_sensor_options(CLI::App& app, CollectOptions& options) {
    app.add_option("--sample-hz", options.sample_hz,
                   "Samples a second (of recordings that are played back: their own)")
        ->check(number_in(0.01, 1000.0))
        ->each([&options](const std::string&) { options.sample_hz_given = true; })
        ->capture_default_str();
    app.add_option("--mode", options.mode, "Which devices")
        ->check(CLI::IsMember({"gpu", "cpu", "both"}))
        ->capture_default_str();
    app.add_option("--device", options.devices,
                   "Only this device (name, UUID or index of a GPU, see `sensors`); may be repeated")
        ->allow_extra_args(false)
        ->type_name("NAME");
    app.add_option("--cores", options.cores,
                   "CPUs whose utilisation counts, where the training is bound to some: 0-7,16")
        ->check(CLI::Validator(check_cores, ""))
        ->type_name("LIST");
    app.add_option(
           "--source", options.sources,
           "auto: measured, and estimated where nothing measures; measured: nothing estimated; model: "
           "temperature and power estimated; exec:CMD: what a program prints; replay:FILE: a recording; may "
           "be repeated")
        ->check(CLI::Validator(check_source, ""))
        ->allow_extra_args(false)
        ->type_name("SOURCE");
    app.add_option("--speed", options.speed_text,
                   "How much faster than real time recordings are played back; max: as fast as can be")
        ->check(number_in(0.01, 10000.0) | CLI::IsMember({"max"}))
        ->type_name("X|max")
        ->capture_default_str();
    app.add_option("--root", options.root, "Where /sys and /proc lie")->group("");
}

// What nobody can read, or only the driver tells.
void declare_device_facts(CLI::App& app, CollectOptions& options) {
    app.add_option("--ambient", options.ambient_c, "Ambient temperature, degC (default 21)")
        ->check(temperature())
        ->type_name("DEGC");
    app.add_option("--rated-power", options.rated_power_w,
                   "Rated power of the device, W (default: what its driver says)")
        ->check(number_in(0.1, 20000.0));
    app.add_option("--idle-power", options.idle_power_w, "Power at rest, W, for the estimate of power")
        ->check(number_in(0.0, 20000.0));
    app.add_option("--temp-limit", options.temp_limit_c,
                   "Temperature at which the device throttles, degC (default: what its driver says)")
        ->check(number_in(20.0, 150.0));
}

void declare_training_options(CLI::App& app, CollectOptions& options) {
    app.add_option("--model", options.model, "Train a bundled workload: tiny, distilgpt2")->type_name("NAME");
    app.add_option("--seed", options.seed, "Seed of the bundled workload")->check(whole_number());
    app.add_option("--train-log", options.train_log,
                   "Read the steps from this growing file, not from what is printed")
        ->type_name("FILE");
    app.add_option("--pid", options.pid, "Record while this process runs")->check(positive_number());
    app.add_option("--grad-key", options.grad_key, "Key that holds the gradient norm in a printed line")
        ->type_name("KEY");
    app.add_option("--grad-pattern", options.grad_pattern,
                   "Regular expression whose group 1 is the gradient norm in a printed line")
        ->type_name("REGEX");
    app.add_flag("-q,--quiet", options.quiet, "Don't show what the training prints");
    app.add_flag("--no-live-line", options.no_live_line, "Show no live line, on a terminal either")
        ->group("");
}

Runner runner_of(const std::shared_ptr<CollectOptions>& options) {
    return [options] {
        if (options->seed && options->model.empty())
            print_warning("--seed is handed to a bundled workload (--model), and there is none");
        const Recorded recorded = record_session(*options);
        if (recorded.exit_code != 0) return recorded.exit_code;
        return recorded.training_failed ? static_cast<int>(ErrorKind::failed) : 0;
    };
}

// Only what lies in a file can be had faster than it happens.
void settle_speed(CollectOptions& options) {
    options.speed = options.speed_text == "max" ? std::numeric_limits<double>::infinity() : 1.0;
    if (options.speed_text != "max") CLI::detail::lexical_cast(options.speed_text, options.speed);
    if (options.speed == 1.0) return;
    const bool live = !options.process.empty() || !options.model.empty() || options.pid ||
                      !options.train_log.empty() || !only_recordings(options.sources);
    if (!live) return;
    throw Error(ErrorKind::usage, "--speed " + options.speed_text,
                "only recordings can be played faster or slower than they were made",
                "give --source replay:FILE, and nothing that is live beside it");
}

}  // namespace

void declare_collect_options(CLI::App& app, CollectOptions& options) {
    options.process = trailing_process();
    app.add_option("-o,--output", options.output, "Session folder to make (default: a fresh name)")
        ->check(CLI::Validator(
            [](const std::string& name) { return name.empty() ? "the folder's name is empty" : ""; }, ""))
        ->type_name("DIR");
    app.add_flag("--force", options.force, "Replace a session that is there");
    app.add_option(
           "-d,--duration", options.duration_s,
           "Seconds to record (default: until the training ends, or Ctrl-C; 90 for a bundled workload)")
        ->check(number_in(0.1, 1e8));
    app.add_option("--sync-every", options.sync_every_s,
                   "Seconds between two syncs to the disk: what a power failure may cost")
        ->check(number_in(0.1, 3600.0))
        ->type_name("S")
        ->capture_default_str();
    declare_sensor_options(app, options);
    declare_device_facts(app, options);
    declare_training_options(app, options);
    app.add_option("--name", options.name, "Name of the session (default: the folder's)");
    app.add_option("--operator", options.operator_name,
                   "Who records, for the data sheet (default: the user)");
}

void settle_collect_options(CollectOptions& options) {
    if (!options.model.empty()) {
        check_workload(options.model);
        if (!options.process.empty() && options.process.front().rfind('-', 0) != 0) {
            throw Error(ErrorKind::usage, "--model " + options.model,
                        "and a command behind -- at the same time", "leave one of them out");
        }
        if (!options.duration_s) options.duration_s = kWorkloadDurationS;
    }
    if (options.pid && !(options.process.empty() && options.model.empty())) {
        throw Error(ErrorKind::usage, "--pid", "and a training to start at the same time",
                    "leave one of them out");
    }
    settle_speed(options);
    if (options.output == "-")
        throw Error(ErrorKind::usage, "-o -", "a session is a folder", "give -o a name");
    if (options.output.empty()) options.output = fresh_session_name();
    if (options.idle_power_w && options.rated_power_w && *options.idle_power_w >= *options.rated_power_w) {
        throw Error(ErrorKind::usage, "--idle-power", "is not below --rated-power");
    }
}

int collect_session(const CollectOptions& options) {
    return record_session(options).exit_code;
}

Runner setup_collect(CLI::App& app) {
    const auto options = std::make_shared<CollectOptions>();
    declare_collect_options(app, *options);
    return runner_of(options);
}

}  // namespace rle::cli
