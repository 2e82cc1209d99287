#include "core/thermal/lost_rows.hpp"

#include <algorithm>
#include <cmath>

namespace rle {
namespace {

constexpr double kLonger = 1.75;         // usual intervals: from here on one sample or more is missing
constexpr double kUsual = 0.1;           // the usual interval is the length that so many fall short of
constexpr std::size_t kLookedAt = 4096;  // intervals that tell it

double usual_interval(std::span<const double> t_s) {
    const std::size_t n = t_s.size() - 1, stride = (n + kLookedAt - 1) / kLookedAt;
    std::vector<double> dt;
    for (std::size_t i = 0; i < n; i += stride) dt.push_back(t_s[i + 1] - t_s[i]);
    const auto usual = dt.begin() + static_cast<std::ptrdiff_t>(kUsual * static_cast<double>(dt.size()));
    std::nth_element(dt.begin(), usual, dt.end());
    return *usual;
}

// How often, and by how much, the power steps where no samples are missing.
struct Steps {
    double per_s = 0.0;      // as many of one size would make the same squares and fourth powers
    double square_w2 = 0.0;  // of that size
};

Steps steps_of(std::span<const double> t_s, std::span<const double> power_w, double longest_usual_s) {
    double seconds = 0.0, squares = 0.0, fourths = 0.0;
    for (std::size_t i = 0; i + 1 < t_s.size(); ++i) {
        const double dt = t_s[i + 1] - t_s[i];
        if (dt > longest_usual_s) continue;
        const double step = power_w[i + 1] - power_w[i];
        seconds += dt;
        squares += step * step;
        fourths += step * step * step * step;
    }
    if (fourths <= 0.0 || seconds <= 0.0) return {};
    return {squares * squares / fourths / seconds, fourths / squares};
}

// Of the mean over an interval of `unseen_s` in which power may have stepped away and back: two steps of a
// Poisson process, uniformly placed, lie a share u apart with E[u^2] = 1/6; many are a Brownian bridge, whose
// mean has 1/12 of the variance that a walk gathers.
double there_and_back(const Steps& steps, double unseen_s) {
    const double expected = steps.per_s * unseen_s;
    return std::min(expected, 1.0) * expected * steps.square_w2 / 12.0;
}

}  // namespace

LostRows::LostRows(std::span<const double> t_s, std::span<const double> power_w, double longest_s) {
    if (t_s.size() < 3) return;
    double shortest = t_s[1] - t_s[0], longest = shortest;
    for (std::size_t i = 1; i + 1 < t_s.size(); ++i) {
        shortest = std::min(shortest, t_s[i + 1] - t_s[i]);
        longest = std::max(longest, t_s[i + 1] - t_s[i]);
    }
    if (longest <= kLonger * shortest) return;
    usual_s_ = usual_interval(t_s);
    const double least_s = kLonger * usual_s_;
    if (longest <= least_s) return;
    const Steps steps = steps_of(t_s, power_w, least_s);
    variance_.assign(t_s.size(), -1.0F);
    for (std::size_t i = 0; i + 1 < t_s.size(); ++i) {
        const double dt = t_s[i + 1] - t_s[i];
        if (dt <= least_s || dt > longest_s) continue;
        const double step = power_w[i + 1] - power_w[i], told = usual_s_ / dt, unseen = 1.0 - told;
        // An edge at any of m places, 1/m apart, leaves the mean with (1 - 1/m^2)/12 of the step's square.
        const double edge = (1.0 - told * told) / 12.0 * step * step;
        variance_[i] = static_cast<float>(edge + unseen * unseen * there_and_back(steps, unseen * dt));
    }
}

}  // namespace rle
