// A recording played back: at time t since the first reading, what it held at its own time t.
#pragma once

#include <memory>
#include <string>

#include "rlecouple/telemetry.hpp"
#include "sensors/source.hpp"

namespace rle::sensors {

/// `name` is the file's, for the source of each channel. Throws Error{failed} where the recording has no
/// times.
std::unique_ptr<Source> make_replay(Telemetry recording, const std::string& name);

}  // namespace rle::sensors
