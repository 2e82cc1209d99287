// Does t_s start again in mid-stream, as where two recordings were appended to one file?
//
// Invariant: rows that only stand out of order, or a second time, are no restart. Where rows have timestamps
// those decide: t_s falls back while the wall clock goes on. Else a stretch of rows counts once more from
// where the stream began, through times that were told already, with other readings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle {

class RestartWatch {
  public:
    using Readings = std::array<double, 3>;

    /// The rows of one device in the order of the file.
    void add(std::int64_t wall_us, double t_s, const Readings& readings);
    bool restarted() const { return restarted_; }

  private:
    struct Stretch {  // of rows in which t_s does not fall back
        double first_s = kMissing, last_s = kMissing;
        std::size_t rows = 0;
        std::size_t told_before = 0;  // rows within the stretch before
        std::vector<Readings> head;
    };

    Stretch before_, now_;
    double start_s_ = kMissing;
    double last_t_s_ = kMissing;
    std::int64_t last_wall_us_ = kNoTime;
    bool restarted_ = false;
};

}  // namespace rle
