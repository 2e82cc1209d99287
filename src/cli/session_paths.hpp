// The files of a session folder, and choosing what a stage works on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/session.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::cli {

inline constexpr const char* kSessionJson = "session.json";
inline constexpr const char* kTelemetryCsv = "telemetry.csv";
inline constexpr const char* kTrainingCsv = "training.csv";
inline constexpr const char* kTrainOut = "train.out";
inline constexpr const char* kAlignedCsv = "aligned.csv";
inline constexpr const char* kAlignJson = "align.json";
inline constexpr const char* kCorrelationJson = "correlation.json";
inline constexpr const char* kBalanceJson = "balance.json";
inline constexpr const char* kPredictJson = "predict.json";

/// Whether anything lies there that can be seen.
bool is_there(const std::filesystem::path& path);

/// What a stage was pointed at: a session folder, a file, or "-".
struct StageInput {
    std::string file;                    ///< what to read; "-" is stdin
    std::optional<std::string> session;  ///< the folder, where it is one
    std::optional<SessionInfo> info;     ///< its session.json, where there is one
};

/// The last name of a folder's path, also of "." and "results/".
std::string folder_name(const std::string& path);

/// Throws Error{usage} where what should be a session folder is "-".
void refuse_stdin(const std::string& session);

/// Resolves the positional argument of a stage that reads `file_name` in a session. Throws Error{failed}
/// naming the command `made_by` where the session lacks the file, or where nothing lies at `path`.
StageInput stage_input(const std::string& path, const char* file_name, const char* made_by);

/// `file_name` in `output` where that is a folder, or is named as one (new/); else `output` itself.
std::string file_at(const std::string& output, const char* file_name);

/// Where a stage's result goes: file_at() `output` where that is given, else `file_name` in the session, else
/// nowhere (empty).
std::string stage_output(const StageInput& input, const std::string& output, const char* file_name);

/// The session.json of a folder; missing where it has none. Throws Error{failed} where it is broken or of
/// another schema; one without a schema is taken for what it has, with a warning on the terminal.
std::optional<SessionInfo> read_session(const std::string& folder);

/// The training log of a session folder, whatever it is called; missing where there is none. What a recorded
/// training printed (train.out) is none: its steps are in training.csv, if it told of any.
std::optional<std::string> find_training(const std::string& folder);

/// What the training of a session printed; missing where it was not kept.
std::optional<std::string> find_printed(const std::string& folder);

/// Those that an analysis may be of where none is named: the GPUs, or all where there is no GPU.
std::vector<std::string> eligible_devices(const std::vector<std::string>& devices,
                                          const std::optional<SessionInfo>& info);

/// The device that `correlate` and `balance` work on: `wanted`, else the only one, else the GPU where there
/// is only one. Empty where the table names no devices. Throws Error{usage} naming the devices where the
/// choice is open.
std::string choose_device(const std::vector<std::string>& devices, const std::optional<SessionInfo>& info,
                          const std::string& wanted);

/// The rows of that device; `chosen` becomes its name.
Frame select_device(Frame frame, const std::optional<SessionInfo>& info, const std::string& wanted,
                    std::string& chosen);

}  // namespace rle::cli
