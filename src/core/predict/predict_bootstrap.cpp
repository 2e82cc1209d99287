#include "core/predict/predict_bootstrap.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/order_statistics.hpp"
#include "core/maths/random.hpp"

namespace rle {
namespace {

constexpr std::size_t kResamples = 1999;
constexpr std::size_t kFewestBlocks = 8;
constexpr double kBlockHorizons = 2.0;
constexpr double kMostBlocks = 40.0;

double f1_of(const BlockTally& t) {
    return rle::f1_of(t.alarms, t.right, t.events, t.warned).value_or(0.0);
}

// Of random alarms at the rate of `ours`. Without events there is nothing to be right about.
double random_f1(const BlockTally& ours, const RandomTally& random) {
    if (!(ours.events > 0.0)) return 0.0;
    return expected_score(ours.alarms, random.rows, random.covered, random.chances / ours.events)
        .f1.value_or(0.0);
}

template <class Theirs, class F1OfTheirs>
std::optional<Interval> percentile_interval(const std::vector<BlockTally>& ours,
                                            const std::vector<Theirs>& theirs, std::uint64_t seed,
                                            F1OfTheirs f1_of_theirs) {
    if (ours.empty()) return std::nullopt;
    Random random(seed);
    std::vector<double> differences;
    differences.reserve(kResamples);
    for (std::size_t i = 0; i < kResamples; ++i) {
        BlockTally our_sum;
        Theirs their_sum;
        for (std::size_t drawn = 0; drawn < ours.size(); ++drawn) {
            const std::size_t block = random.below(ours.size());
            our_sum.add(ours[block]);
            their_sum.add(theirs[block]);
        }
        differences.push_back(f1_of(our_sum) - f1_of_theirs(our_sum, their_sum));
    }
    return Interval{quantile(differences, 0.025), quantile(differences, 0.975)};
}

}  // namespace

std::size_t TimeBlocks::of(double t_s) const {
    const double block = std::floor((t_s - from_s) / block_s);
    return static_cast<std::size_t>(std::clamp(block, 0.0, static_cast<double>(n - 1)));
}

TimeBlocks time_blocks(double from_s, double to_s, double horizon_s) {
    const double length = to_s - from_s;
    const double least = std::max(kBlockHorizons * horizon_s, length / kMostBlocks);
    if (!(length > 0.0) || !(least > 0.0)) return {};
    const double n = std::floor(length / least + 1e-9);
    if (n < static_cast<double>(kFewestBlocks)) return {};
    return {from_s, length / n, static_cast<std::size_t>(n)};
}

void BlockTally::add(const BlockTally& other) {
    alarms += other.alarms;
    right += other.right;
    events += other.events;
    warned += other.warned;
}

void RandomTally::add(const RandomTally& other) {
    rows += other.rows;
    covered += other.covered;
    chances += other.chances;
}

std::vector<BlockTally> tally(const TimeBlocks& blocks, const JudgedAlarms& judged,
                              std::span<const double> event_s) {
    std::vector<BlockTally> tallies(blocks.n);
    if (blocks.n == 0) return tallies;
    for (std::size_t i = 0; i < judged.alarm_s.size(); ++i) {
        BlockTally& block = tallies[blocks.of(judged.alarm_s[i])];
        block.alarms += 1.0;
        if (judged.lead_s[i]) block.right += 1.0;
    }
    for (std::size_t i = 0; i < event_s.size(); ++i) {
        BlockTally& block = tallies[blocks.of(event_s[i])];
        block.events += 1.0;
        if (judged.warning_s[i]) block.warned += 1.0;
    }
    return tallies;
}

std::vector<RandomTally> tally(const TimeBlocks& blocks, const RandomRival& rival,
                               std::span<const double> row_s, std::span<const double> event_s) {
    std::vector<RandomTally> tallies(blocks.n);
    if (blocks.n == 0) return tallies;
    for (std::size_t i = 0; i < row_s.size(); ++i) {
        if (!rival.judged[i]) continue;
        RandomTally& block = tallies[blocks.of(row_s[i])];
        block.rows += 1.0;
        if (rival.covered[i]) block.covered += 1.0;
    }
    for (std::size_t i = 0; i < event_s.size(); ++i) {
        tallies[blocks.of(event_s[i])].chances += static_cast<double>(rival.chances[i]);
    }
    return tallies;
}

std::optional<Interval> f1_difference_interval(const std::vector<BlockTally>& ours,
                                               const std::vector<BlockTally>& theirs, std::uint64_t seed) {
    return percentile_interval(ours, theirs, seed,
                               [](const BlockTally&, const BlockTally& sum) { return f1_of(sum); });
}

std::optional<Interval> f1_difference_interval(const std::vector<BlockTally>& ours,
                                               const std::vector<RandomTally>& random, std::uint64_t seed) {
    return percentile_interval(ours, random, seed, random_f1);
}

}  // namespace rle
