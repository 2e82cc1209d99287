// How several files of one stream lie to each other in time.
//
// Each file's t_s counts from its own start. They are kept only where the files agree on that start (rotated
// files of one session); otherwise the wall clock alone says how the files lie to each other.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle::formats {

inline constexpr std::string_view kOtherStarts =
    "the files count t_s from different starts; the wall clock alone is used";

/// How a file begins; NaN: none of its rows says.
struct Beginning {
    double wall_s = kMissing;   ///< of the first row with a wall clock
    double t_s = kMissing;      ///< of the first row with one
    double start_s = kMissing;  ///< wall clock at t_s = 0, of the first row with both

    bool operator==(const Beginning& other) const {
        const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
        return same(wall_s, other.wall_s) && same(t_s, other.t_s) && same(start_s, other.start_s);
    }
};

/// Takes what is still missing from further rows.
template <class Stream>
void note_rows(const Stream& rows, Beginning& beginning) {
    Beginning& b = beginning;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!std::isnan(b.start_s)) return;  // and so the others are known
        const bool timed = rows.wall_us[i] != kNoTime;
        const double wall_s = timed ? static_cast<double>(rows.wall_us[i]) * 1e-6 : kMissing;
        if (std::isnan(b.wall_s)) b.wall_s = wall_s;
        if (std::isnan(b.t_s)) b.t_s = rows.t_s[i];
        b.start_s = wall_s - rows.t_s[i];
    }
}

struct PartOrder {
    bool keep_t_s = true;          ///< the rows' t_s may stand beside each other; otherwise they go
    bool dropped_t_s = false;      ///< some rows had one
    std::vector<std::size_t> nth;  ///< the files in the order of time
};

/// Throws Error{failed} where some files have only a wall clock and some only t_s.
PartOrder order_parts(const std::vector<Beginning>& parts);
/// Likewise, of whole parts.
PartOrder order_of(const std::vector<Telemetry>& parts);
PartOrder order_of(const std::vector<Training>& parts);

/// The rows of `from` behind those of `to`, with its counts and warnings.
void append_rows(Telemetry& to, const Telemetry& from, bool keep_t_s);
void append_rows(Training& to, const Training& from, bool keep_t_s);

}  // namespace rle::formats
