#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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

// At 10 Hz; the norm acts from the line that tells it until the next, so many rows later.
template <int rows, int delay_samples>
Pair long_steps(Random& random, std::size_t n) {
    Series norm = white(random, n);
    for (std::size_t i = 0; i < n; ++i) norm[i] = norm[i - i % rows];
    return coupled(random, std::move(norm), 0.1,
                   {.k_per_s = 0.1, .delay_samples = delay_samples, .process_noise = 0.08});
}

}  // namespace

std::vector<LagFamily> step_families(FamilyKind kind) {
    switch (kind) {
        case FamilyKind::null:
            return {
                {"null_stalls", "RLE falls while the work stalls", kind, 300, {.step_spread = 1.7}, stalls}};
        case FamilyKind::coupled:
            return {{"long_steps",
                     "k 0.1, steps of 1 s at 10 Hz, delay 1 s",
                     kind,
                     900,
                     {.sample_hz = 10.0, .step_rows = 10},
                     long_steps<10, 10>},
                    {"long_steps_now",
                     "the same at once, steps of 0.4 s",
                     kind,
                     900,
                     {.sample_hz = 10.0, .step_rows = 4},
                     long_steps<4, 0>}};
        default:
            return {};
    }
}

}  // namespace rle::simulate
