#include "core/thermal/reading_steps.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rle::thermal {
namespace {

constexpr double kMostSteps = 5000.0;  // between the lowest and the highest reading: more, and none matters
constexpr double kLeastShare = 0.02;   // of q^2/12, below which the dithered error counts as none

bool in_steps_of(double step, std::span<const double> readings) {
    return std::all_of(readings.begin(), readings.end(), [per_unit = 1.0 / step](double p) {
        const double steps = std::abs(p) * per_unit;
        return steps < 1e9 && std::abs(steps - static_cast<double>(std::lrint(steps))) < 1e-6;
    });
}

// The share of rounding's variance that is left to readings of one level when the level scatters with the
// standard deviation `sd` (in steps): the Fourier series of rounding errors, dithered.
double share_undithered(double sd) {
    double out = 0.0;
    for (int k = 1; k <= 50; ++k) {
        const double turn = 2.0 * std::numbers::pi * k * sd;
        out += 6.0 / (std::numbers::pi * std::numbers::pi * k * k) * std::exp(-turn * turn);
    }
    return std::min(out, 1.0);
}

// The scatter of levels, in steps. Two samples of one level that differ by d steps before they are rounded
// are read differently with the chance E|d| = 2 sd/sqrt(pi). Pairs farther apart are changes of the level.
double scatter_in_steps(std::span<const double> readings, double step) {
    double pairs = 0.0, differ = 0.0;
    for (std::size_t i = 1; i < readings.size(); ++i) {
        const double apart = std::abs(readings[i] - readings[i - 1]) / step;
        if (apart > 3.5) continue;
        pairs += 1.0;
        if (apart > 0.5) differ += 1.0;
    }
    return pairs > 0.0 ? 0.5 * std::sqrt(std::numbers::pi) * differ / pairs : 0.0;
}

}  // namespace

ReadingSteps::ReadingSteps(std::span<const double> readings, std::span<const StepCandidate> candidates) {
    if (readings.empty()) return;
    const auto [low, high] = std::minmax_element(readings.begin(), readings.end());
    for (const StepCandidate& candidate : candidates) {
        const double step = candidate.step;
        if (!in_steps_of(step, readings)) continue;
        if ((*high - *low) / step > kMostSteps) return;
        step_ = step;
        per_unit_ = 1.0 / step;
        lowest_ = std::round(*low / step);
        count(readings, std::round(*high / step));
        if (distinct_ < candidate.fewest) {
            step_ = 0.0;
            if (candidate.chosen) return;
            continue;
        }
        const double share = share_undithered(scatter_in_steps(readings, step));
        if (share >= kLeastShare) variance_ = share * step * step / 12.0;
        return;
    }
}

void ReadingSteps::count(std::span<const double> readings, double highest) {
    number_.assign(static_cast<std::size_t>(highest - lowest_) + 1, 0);
    for (const double p : readings) number_[static_cast<std::size_t>(p * per_unit_ - lowest_ + 0.5)] = 1;
    distinct_ = 0;
    for (std::uint16_t& number : number_) {
        if (number == 0) continue;
        number = static_cast<std::uint16_t>(distinct_++);
    }
}

}  // namespace rle::thermal
