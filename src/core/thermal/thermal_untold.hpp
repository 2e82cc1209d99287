// What a balance does not tell, and one line for each reason: intervals that bound nothing are left out, and
// what needs a constant that is missing is named.
#pragma once

#include "rlecouple/balance.hpp"

namespace rle {

/// Does it tell anything: less than a factor of a million, or a thousand units where it reaches 0?
bool is_bounded(const Interval& interval);

/// Leaves out the intervals that bound nothing, and notes what is missing and why.
void note_untold(Balance& balance);

}  // namespace rle
