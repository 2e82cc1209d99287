// The bundled training workloads behind --model, found beside this very program.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rle::cli {

/// The workloads that --model takes.
std::vector<std::string> workload_names();

/// Throws Error{usage} that lists the known ones where there is no such workload. Touches no file.
void check_workload(const std::string& model);

/// The command that runs it. Throws Error{failed} where it, or what it needs, is not installed.
std::vector<std::string> workload_command(const std::string& model, std::optional<double> duration_s,
                                          std::optional<unsigned> seed);

}  // namespace rle::cli
