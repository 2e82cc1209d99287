// Readings that another program prints: a thermocouple logger, nvidia-smi, ipmitool. CSV with a header, or
// JSON lines.
//
// Columns are named as in telemetry.csv (temp_c, power_w, ...; any other name is carried through), or as
// nvidia-smi names them; a column `device` says whose they are. A reading holds until the next line, but not
// for longer than three times the usual pause.
#pragma once

#include <memory>
#include <string>

#include "sensors/source.hpp"

namespace rle::sensors {

/// Starts `command` by /bin/sh and waits for its first rows. Throws Error{failed} where none comes within
/// five seconds. Rows without a `device` are of `default_device`.
std::unique_ptr<Source> make_exec_source(const std::string& command, const std::string& default_device);

}  // namespace rle::sensors
