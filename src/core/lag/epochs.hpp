// Epochs as a common cause. Each epoch's end brings an evaluation, a checkpoint, a reshuffle: RLE dips for a
// few samples and the gradient norm jumps, whether or not the one has anything to do with the other.
//
// A row's place is how far it lies from the beginning of an epoch, in rows or as a share of the epoch. Where
// the epochs mean nothing to a series, its residual at a place is as likely to be large as at any other, in
// each epoch anew: the sum of normal scores over the rows of a place (van der Waerden 1952) is then normal,
// however heavy the tails. Where such sums stand out of both series, within the lags searched of each other,
// the epochs are a cause that they have in common. The residuals at these places are left out of the test;
// the rest has nothing to do with the epochs.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/lag/whitened_pair.hpp"

namespace rle {

/// The rows at which an epoch begins that is not the first: `epoch` (NaN: missing) passes a whole number, or,
/// where it is one in most rows, leaves it: the mean over the steps of a row in which an epoch ends lies
/// between two.
std::vector<std::size_t> epoch_starts(std::span<const double> epoch);

/// The rows at which both series, whitened to `pair`, change with the epochs that begin at `starts`. Empty:
/// fewer than three epochs, epochs of less than 8 rows in the median, more than 2^18 rows, or no such rows.
EpochRows rows_of_epochs(std::span<const double> driver, std::span<const double> response, double dt_s,
                         const WhitenedPair& pair, std::span<const std::size_t> starts, std::size_t max_lag);

/// whiten_pair(), without the residuals of these rows. Periods that both series share are then looked for in
/// the other rows: sines would spread over all rows what the epochs do at few.
std::optional<WhitenedPair> whiten_pair_beside(const EpochRows& rows, std::span<const double> driver,
                                               std::span<const double> response, double dt_s);

}  // namespace rle
