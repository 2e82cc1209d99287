// The options of `collect`, which `run` shares, and the recording itself.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace rle::cli {

struct CollectOptions {
    std::string output;  ///< session folder; empty: a fresh name
    bool force = false;  ///< replace a session that is there
    double sample_hz = 1.0;
    bool sample_hz_given = false;      ///< else recordings that are played back have their own
    std::optional<double> duration_s;  ///< missing: until the training ends, or SIGINT
    std::string mode = "both";         ///< gpu, cpu, both
    std::vector<std::string> devices;  ///< names or UUIDs; empty: all
    std::string cores;                 ///< CPUs whose utilisation counts, as taskset has them; empty: all
    std::vector<std::string> sources;  ///< --source; empty: auto
    std::string speed_text = "1";      ///< --speed, as given
    double speed = 1.0;                ///< seconds of a recording played back a second; infinite: at once
    std::optional<double> ambient_c;   ///< missing: 21 degC, which nobody measured
    std::optional<double> rated_power_w;
    std::optional<double> idle_power_w;
    std::optional<double> temp_limit_c;
    std::string model;                 ///< bundled workload
    std::vector<std::string> process;  ///< argv of the training, or further arguments of the bundled workload
    std::optional<unsigned> seed;      ///< of the bundled workload
    std::string train_log;             ///< a growing log to read the steps from
    std::optional<int> pid;            ///< a process whose end ends the recording
    std::string grad_key;
    std::string grad_pattern;
    std::string name;  ///< of the session; empty: the folder's
    std::string operator_name;
    double sync_every_s = 10.0;  ///< seconds between two syncs to the disk: what a power failure may cost
    bool quiet = false;          ///< don't show what the training prints
    bool no_live_line = false;   ///< what looks like a terminal is none: `watch` reads what we show
    std::string root = "/";      ///< where /sys and /proc lie
};

/// Declares the options of a recording; `process` becomes what stands behind "--".
void declare_collect_options(CLI::App& app, CollectOptions& options);

/// Checks what concerns several options and fills in what was left open (output, and the duration of a
/// bundled workload). Touches no file; calling it again changes nothing. Throws Error{usage}.
void settle_collect_options(CollectOptions& options);

/// What became of a recording. The session is complete and readable whatever stands here.
struct Recorded {
    std::string folder;
    int exit_code = 0;             ///< 0, or 130 or 143 where SIGINT, or SIGTERM or SIGHUP, ended it
    bool training_failed = false;  ///< the training ended by itself, and not with exit status 0
};

/// Records a session. Throws rle::Error where it cannot; what was recorded until then stays.
Recorded record_session(const CollectOptions& options);

/// record_session for those who go on whether the training failed or not: 0, 130 or 143.
int collect_session(const CollectOptions& options);

}  // namespace rle::cli
