#include "cli/analysis_options.hpp"

#include <fmt/format.h>

#include "cli/checks.hpp"
#include "rlecouple/align.hpp"

namespace rle::cli {

void declare_device(CLI::App& app, AnalysisOptions& options, const char* what) {
    app.add_option("--device", options.devices, what)
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("NAME");
}

void declare_devices(CLI::App& app, AnalysisOptions& options) {
    app.add_option("--device", options.devices, "Only this device (may be repeated) [all]")
        ->allow_extra_args(false)
        ->type_name("NAME");
}

void declare_ambient(CLI::App& app, AnalysisOptions& options) {
    app.add_option("--ambient", options.ambient_c, "Ambient temperature, degC [the session's, else 21]")
        ->check(temperature())
        ->type_name("DEGC");
}

void declare_limits(CLI::App& app, AnalysisOptions& options) {
    app.add_option("--rated-power", options.rated_power_w, "Rated power, W [the device's power limit]")
        ->check(positive_number())
        ->type_name("W");
    app.add_option("--temp-limit", options.temp_limit_c, "Temperature limit, degC [the device's]")
        ->check(temperature())
        ->type_name("DEGC");
}

void declare_rle_options(CLI::App& app, AnalysisOptions& options) {
    app.add_option("--tolerance", options.tolerance_s,
                   "Farthest sample or step that a grid point may take, s")
        ->default_str(fmt::format("{:g}", AlignOptions{}.tolerance_s))
        ->check(not_negative())
        ->type_name("S");
    app.add_option("--clock-offset", options.clock_offset_s, "Seconds to add to the training log's times")
        ->capture_default_str()
        ->check(number_in(-1e9, 1e9))
        ->type_name("S");
    app.add_flag("--step-time", options.step_time,
                 "Add step_time_s, the time that a training step takes, as the table's last column");
    app.add_option("--stability", options.stability, "eta_stability: ha, util or headroom")
        ->default_str("ha")
        ->check(CLI::IsMember({"ha", "util", "headroom"}));
    app.add_option("--sustain", options.sustain, "tau_sustain: limit or constant")
        ->default_str("limit")
        ->check(CLI::IsMember({"limit", "constant"}));
    app.add_option("--slope-window", options.slope_window_s, "Trailing window of the heating rate, s")
        ->default_str(fmt::format("{:g}", RleOptions{}.slope_window_s))
        ->check(positive_number())
        ->type_name("S");
    app.add_option("--tau-sustain", options.tau_sustain_s,
                   "Thermal time constant for --sustain constant, s [fitted]")
        ->check(positive_number())
        ->type_name("S");
}

void declare_reading_options(CLI::App& app, AnalysisOptions& options) {
    app.add_option("--telemetry-format", options.telemetry_format,
                   "Format of the telemetry [told from its content]")
        ->type_name("NAME");
    app.add_option("--training-format,--format", options.training_format,
                   "Format of the training log [told from its content]")
        ->type_name("NAME");
    app.add_option("--columns", options.columns,
                   "Names of the columns of telemetry without a header: timestamp,temperature.gpu,power.draw")
        ->type_name("NAMES");
    app.add_option("--training-columns", options.training_columns,
                   "Names of the columns of a training log in CSV without a header")
        ->type_name("NAMES");
    app.add_option("--grad-key", options.grad_key, "Column or key that holds the gradient norm")
        ->type_name("KEY");
    app.add_option("--grad-pattern", options.grad_pattern,
                   "Regular expression; its group 1 is the gradient norm in a printed line")
        ->type_name("REGEX");
    app.add_option("--date-order", options.date_order,
                   "Which comes first in 9/10/2026: the day (dmy) or the month (mdy) [told from the file]")
        ->check(CLI::IsMember({"dmy", "mdy"}));
    app.add_option("--tz", options.time_zone, "Zone of times that name none, e.g. Europe/Berlin [UTC]")
        ->type_name("ZONE");
    app.add_option("--start", options.start, "Time of the first step of a log without times, ISO 8601")
        ->type_name("TIME");
    app.add_option("--step-seconds", options.step_seconds, "Seconds a step of a log without times")
        ->check(positive_number())
        ->type_name("S");
    app.add_option("--sample-seconds", options.sample_seconds,
                   "Seconds a sample of telemetry without times [--step-seconds]")
        ->check(positive_number())
        ->type_name("S");
}

void declare_seed(CLI::App& app, AnalysisOptions& options) {
    app.add_option("--seed", options.seed, "Seed of everything random")
        ->capture_default_str()
        ->check(whole_number());
}

void declare_correlate_options(CLI::App& app, AnalysisOptions& options) {
    app.add_option("--driver", options.driver, "Column that may drive")
        ->capture_default_str()
        ->type_name("COLUMN");
    app.add_option("--response", options.response, "Column that may respond")
        ->capture_default_str()
        ->type_name("COLUMN");
    app.add_option("--max-lag", options.max_lag_s, "Longest lag searched, s")
        ->capture_default_str()
        ->check(positive_number())
        ->type_name("S");
    app.add_option("--alpha", options.alpha, "Level of the tests")
        ->capture_default_str()
        ->check(number_in(1e-6, 0.5))
        ->type_name("P");
}

}  // namespace rle::cli
