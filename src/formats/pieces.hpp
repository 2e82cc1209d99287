// A stream read piece by piece, for files that are larger than memory.
//
// Invariant: the pieces one after the other are the rows that reading the whole file gives, as long as
// holds(); finish() throws what that would throw, and carries its warnings and counts.
#pragma once

#include <cstddef>

#include "rlecouple/telemetry.hpp"

namespace rle::formats {

template <class Stream>
class Pieces {
  public:
    virtual ~Pieces() = default;

    /// The next rows, `most` of them or a few more; false, and none, at the end.
    virtual bool next(Stream& piece, std::size_t most) = 0;
    /// After the end: what there is besides rows.
    virtual Stream finish() = 0;
    /// After the end: no row would have been another one had the whole file been known.
    virtual bool holds() const = 0;
    /// Characters of the file that will not be looked at again.
    virtual std::size_t consumed() const = 0;
};

using TelemetryPieces = Pieces<Telemetry>;
using TrainingPieces = Pieces<Training>;

}  // namespace rle::formats
