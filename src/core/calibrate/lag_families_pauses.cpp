#include <algorithm>
#include <cmath>
#include <limits>

#include "core/calibrate/lag_families_beyond.hpp"

namespace rle::simulate {
namespace {

constexpr double kNoStep = std::numeric_limits<double>::quiet_NaN();
constexpr double kBetween_s = 17.0;  // mean time from the end of a stall to the next, s

// While the work stalls RLE is low. In half of the stalls the training makes no step at all, in the others
// half as many, of which the mean scatters more. What the norm is has nothing to do with either.
void add_stalls(Random& random, Pair& pair) {
    const auto n = static_cast<double>(pair.driver.size());
    const auto gap = [&] { return 2.0 - kBetween_s * std::log(1.0 - random.uniform()); };
    double at = gap();
    while (at < n) {
        const double end = std::min(n, at + 1.0 + static_cast<double>(random.below(4)));
        const bool stands = random.uniform() < 0.5;
        for (auto i = static_cast<std::size_t>(at); static_cast<double>(i) < end; ++i) {
            pair.driver[i] = stands ? kNoStep : std::sqrt(2.0) * pair.driver[i];
            pair.response[i] -= stands ? 12.0 : 6.0;
        }
        at = end + gap();
    }
}

Pair stalls(Random& random, std::size_t n) {
    Pair pair{white(random, n), ar1(random, n, 0.7), {}, {}};
    add_stalls(random, pair);
    return pair;
}

}  // namespace

std::vector<LagFamily> pause_families(FamilyKind kind) {
    if (kind != FamilyKind::null) return {};
    return {{"null_stalls", "RLE falls while the work stalls", kind, 300, {.step_spread = 1.7}, stalls}};
}

}  // namespace rle::simulate
