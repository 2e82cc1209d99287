// A table on a finer grid than its readings: each reading stands in several rows.
//
// Invariant: told only where the rows change at whole multiples of a block, or in blocks of much the same
// length as often as the power does; a temperature that rests is no block.
#pragma once

#include <optional>

#include "rlecouple/balance.hpp"

namespace rle {

/// Seconds from one reading to the next where each repeats over several rows; missing where it does not.
std::optional<double> repeated_every_s(const BalanceInput& input);

}  // namespace rle
