// The options of the analysis stages, declared once and shared by the stages and by `analyze` and `run`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace rle::cli {

inline constexpr double kDefaultAmbient = 21.0;  ///< degC; the manual's room, which nobody measured

struct AnalysisOptions {
    // whatever the stage
    std::vector<std::string> devices;  ///< --device
    bool take_busiest = false;         ///< none is named: of several the one that worked most, not an error
    std::optional<double> ambient_c;   ///< --ambient, degC
    // align
    std::optional<double> sample_hz;       ///< --sample-hz
    std::optional<double> tolerance_s;     ///< --tolerance
    double clock_offset_s = 0.0;           ///< --clock-offset, s
    bool step_time = false;                ///< --step-time
    std::optional<std::string> stability;  ///< --stability
    std::optional<std::string> sustain;    ///< --sustain
    std::optional<double> slope_window_s;  ///< --slope-window
    std::optional<double> tau_sustain_s;   ///< --tau-sustain
    std::optional<double> rated_power_w;   ///< --rated-power
    std::optional<double> temp_limit_c;    ///< --temp-limit
    // reading what others recorded
    std::string telemetry_format;          ///< --telemetry-format
    std::string training_format;           ///< --training-format, --format
    std::string columns;                   ///< --columns
    std::string training_columns;          ///< --training-columns
    std::string grad_key;                  ///< --grad-key
    std::string grad_pattern;              ///< --grad-pattern
    std::string date_order;                ///< --date-order
    std::string time_zone;                 ///< --tz
    std::string start;                     ///< --start
    std::optional<double> step_seconds;    ///< --step-seconds, s
    std::optional<double> sample_seconds;  ///< --sample-seconds, s
    // correlate
    std::string driver = "grad_norm";  ///< --driver
    std::string response = "rle";      ///< --response
    double max_lag_s = 3.0;            ///< --max-lag
    double alpha = 0.05;               ///< --alpha
    unsigned long long seed = 1;       ///< --seed
    // balance
    bool fit_ambient = false;            ///< --fit-ambient
    std::optional<double> idle_power_w;  ///< --idle-power, W

    /// Whether an option was given that makes steps of lines in which none was seen.
    bool tells_how_to_read_training() const {
        return !training_format.empty() || !training_columns.empty() || !grad_key.empty() ||
               !grad_pattern.empty() || !start.empty() || step_seconds.has_value();
    }
    /// Asked for as a column, or by its name as a driver or response.
    bool wants_step_time() const { return step_time || driver == "step_time_s" || response == "step_time_s"; }
    /// --device, where at most one makes sense.
    std::string device() const { return devices.empty() ? std::string() : devices.front(); }
};

/// --device, once; declare_devices takes it as often as it comes.
void declare_device(CLI::App& app, AnalysisOptions& options, const char* what);
void declare_devices(CLI::App& app, AnalysisOptions& options);
void declare_ambient(CLI::App& app, AnalysisOptions& options);
/// --rated-power and --temp-limit
void declare_limits(CLI::App& app, AnalysisOptions& options);
void declare_rle_options(CLI::App& app, AnalysisOptions& options);
void declare_reading_options(CLI::App& app, AnalysisOptions& options);
void declare_seed(CLI::App& app, AnalysisOptions& options);
void declare_correlate_options(CLI::App& app, AnalysisOptions& options);

}  // namespace rle::cli
