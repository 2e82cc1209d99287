// CPU utilisation from /proc/stat: the share of time that CPUs were not idle since an earlier reading, of all
// of them together, of each socket where there are several, or of those that a user names.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

/// One flag a CPU, by its number; CPUs beyond the end are not in it.
using CpuList = std::vector<bool>;

/// "0-7,16,18" as the kernel and taskset(1) write it; missing where it is none, or names no CPU.
std::optional<CpuList> parse_cpu_list(std::string_view text);

/// Null where there is no /proc/stat.
std::unique_ptr<Source> probe_proc_stat(const SysRoot& root, std::vector<Missing>& missing);

/// util_pct of these CPUs alone; `name` is how the user wrote them. Throws Error{usage} where one of them is
/// not there.
std::unique_ptr<Source> make_core_group(const SysRoot& root, const CpuList& cpus, const std::string& name);

}  // namespace rle::sensors
