// session.json while it is being recorded: who, what, when, on which machine, and what went wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/collect.hpp"
#include "cli/record_sampler.hpp"
#include "rlecouple/session.hpp"
#include "sensors/sensor_set.hpp"

namespace rle::cli {

/// What is known before the first sample.
SessionInfo session_info(const CollectOptions& options, const sensors::SensorSet& sensors);
void set_start(SessionInfo& info, std::int64_t wall_us);

/// What a reader of the session has to know; the sensors' own warnings first. `steps` is missing where there
/// was no training.
std::vector<std::string> session_warnings(const SessionInfo& info, const sensors::SensorSet& sensors,
                                          const SamplerStatus& status, std::optional<std::uint64_t> steps,
                                          const std::string& train_log, bool finished);

/// Replaces session.json in one step.
void write_session_file(const std::filesystem::path& folder, const SessionInfo& info);

}  // namespace rle::cli
