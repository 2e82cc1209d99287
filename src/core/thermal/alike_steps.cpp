#include "core/thermal/alike_steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace rle {
namespace {

constexpr std::size_t kMostKinds = 4096;
constexpr std::size_t kFewestEach = 4;  // intervals a kind, on average, for kinds to be worth while

// Twice the spacing of numbers as large as the times.
double rounding_of(const ThermalView& s) {
    const double largest = std::max(std::abs(s.t_s.front()), std::abs(s.t_s.back()));
    return 2.0 * (std::nextafter(largest, std::numeric_limits<double>::infinity()) - largest);
}

}  // namespace

AlikeSteps::AlikeSteps(const ThermalView& s, bool by_fan) {
    if (s.size() < 2) return;
    const std::size_t most = std::min(kMostKinds, s.size() / kFewestEach + 1);
    const double rounding = rounding_of(s);
    std::unordered_map<double, std::vector<std::uint16_t>> by_length;  // by whole multiples of the rounding
    kind_.reserve(s.size() - 1);
    std::vector<double> seconds, count;
    std::size_t last = 0;
    for (std::size_t i = 0; i + 1 < s.size(); ++i) {
        const double dt = s.t_s[i + 1] - s.t_s[i], fan = by_fan ? s.fan[i] : 0.0;
        const auto alike = [&](const Kind& k) { return std::abs(k.dt_s - dt) <= rounding && k.fan == fan; };
        if (kinds_.empty() || !alike(kinds_[last])) {
            std::vector<std::uint16_t>& near = by_length[std::round(dt / (8.0 * rounding))];
            const auto found =
                std::find_if(near.begin(), near.end(), [&](std::uint16_t k) { return alike(kinds_[k]); });
            last = found == near.end() ? kinds_.size() : *found;
            if (found == near.end()) {
                near.push_back(static_cast<std::uint16_t>(last));
                kinds_.push_back({dt, fan});
                seconds.push_back(0.0);
                count.push_back(0.0);
            }
        }
        if (kinds_.size() > most) {
            kinds_.clear();
            return;
        }
        kind_.push_back(static_cast<std::uint16_t>(last));
        seconds[last] += dt;
        count[last] += 1.0;
    }
    for (std::size_t k = 0; k < kinds_.size(); ++k) kinds_[k].dt_s = seconds[k] / count[k];
}

}  // namespace rle
