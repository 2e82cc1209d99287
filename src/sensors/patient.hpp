// Reads a source in a thread of its own and waits for it only so long: one that is slow does not hold up
// the others, and one that hangs becomes a gap with a reason.
//
// A reading that comes too late for its sample is given to the next one, if it was asked for no more than
// kStillGoodS before; none is given twice.
#pragma once

#include <memory>

#include "sensors/source.hpp"

namespace rle::sensors {

/// Age at which a reading tells of another moment than its sample's, s.
inline constexpr double kStillGoodS = 0.3;

/// `patience_s` is after what time a reading counts as hung. A source that never comes back is left to its
/// thread.
std::unique_ptr<Source> make_patient(std::unique_ptr<Source> source, double patience_s);

}  // namespace rle::sensors
