// Intervals of a difference of two F1 scores by a bootstrap of blocks of time: alarms and events that come
// in clusters stay together. Kunsch, "The jackknife and the bootstrap for general stationary observations",
// Annals of Statistics 17 (1989); percentiles after Efron.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/predict/predict_rivals.hpp"
#include "core/predict/predict_score.hpp"
#include "rlecouple/interval.hpp"

namespace rle {

/// The stretch that is scored, cut into blocks of equal length.
struct TimeBlocks {
    double from_s = 0.0;
    double block_s = 0.0;
    std::size_t n = 0;  ///< 0: too short to be cut

    std::size_t of(double t_s) const;
};
/// Blocks of two horizons, or of 1/40 of the time where that is longer; none where there would be fewer
/// than eight.
TimeBlocks time_blocks(double from_s, double to_s, double horizon_s);

/// What one way of raising alarms did in one block, or in several together.
struct BlockTally {
    double alarms = 0.0, right = 0.0, events = 0.0, warned = 0.0;

    void add(const BlockTally& other);
};
std::vector<BlockTally> tally(const TimeBlocks& blocks, const JudgedAlarms& judged,
                              std::span<const double> event_s);

/// What random alarms meet in a block.
struct RandomTally {
    double rows = 0.0, covered = 0.0, chances = 0.0;

    void add(const RandomTally& other);
};
std::vector<RandomTally> tally(const TimeBlocks& blocks, const RandomRival& rival,
                               std::span<const double> row_s, std::span<const double> event_s);

/// 95 % intervals of F1(ours) - F1(theirs) and of F1(ours) - F1(random at our rate); missing without blocks.
std::optional<Interval> f1_difference_interval(const std::vector<BlockTally>& ours,
                                               const std::vector<BlockTally>& theirs, std::uint64_t seed);
std::optional<Interval> f1_difference_interval(const std::vector<BlockTally>& ours,
                                               const std::vector<RandomTally>& random, std::uint64_t seed);

}  // namespace rle
