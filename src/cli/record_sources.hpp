// What --source asks for: the machine's own sensors, programs that print readings, recordings that are played
// back.
#pragma once

#include <string>
#include <vector>

#include "cli/collect.hpp"
#include "sensors/registry.hpp"
#include "sensors/sensor_set.hpp"

namespace rle::cli {

/// Empty where `text` is a source, else why not. Touches no file.
std::string check_source(const std::string& text);

/// Empty where `text` is a list of CPUs, else why not.
std::string check_cores(const std::string& text);

/// Whether nothing but recordings is to be read.
bool only_recordings(const std::vector<std::string>& sources);

/// Programs and recordings first: who names one means it. Alone, they keep the machine's own sensors out.
sensors::Probed probe_sources(const CollectOptions& options);
/// The rate of the fastest of the sources, Hz; missing where none tells its own.
std::optional<double> recorded_rate(const CollectOptions& options);
sensors::Selection selection_of(const CollectOptions& options);

}  // namespace rle::cli
