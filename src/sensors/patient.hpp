// Reads a source in a thread of its own and waits for it only so long: a call that hangs becomes a gap with a
// reason, and does not hold up the other sources.
#pragma once

#include <memory>

#include "sensors/source.hpp"

namespace rle::sensors {

/// `patience_s` is what the others can spare. A source that never comes back is left to its thread.
std::unique_ptr<Source> make_patient(std::unique_ptr<Source> source, double patience_s);

}  // namespace rle::sensors
