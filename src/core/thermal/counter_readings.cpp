#include "core/thermal/counter_readings.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/order_statistics.hpp"

namespace rle {
namespace {

constexpr double kFarMore = 10.0;  // times what the record shows: no averaging of a meter hides as much

// W, beyond which a rise is none. A counter whose every rise is that steep has another unit, and is shown as
// it is.
double steepest(const std::vector<double>& t_s, const std::vector<double>& power_w,
                const std::vector<double>& energy_j, const std::vector<std::size_t>& read) {
    std::vector<double> rates;
    for (std::size_t k = 1; k < read.size(); ++k) {
        const double rise = energy_j[read[k]] - energy_j[read[k - 1]];
        if (rise > 0.0) rates.push_back(rise / (t_s[read[k]] - t_s[read[k - 1]]));
    }
    const double usual = rates.empty() ? 0.0 : quantile(rates, 0.5);
    return kFarMore * std::max(usual, *std::max_element(power_w.begin(), power_w.end()));
}

}  // namespace

CounterReadings counter_readings(const std::vector<double>& t_s, const std::vector<double>& power_w,
                                 const std::vector<double>& energy_j) {
    std::vector<std::size_t> read;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (std::isfinite(energy_j[i])) read.push_back(i);
    }
    CounterReadings out;
    if (read.size() < 2) return out;
    const double most_w = steepest(t_s, power_w, energy_j, read);
    std::size_t last = read.front(), moved = last;  // a coarse counter makes up for the time it stood still
    const auto too_much = [&](std::size_t i) {
        return energy_j[i] - energy_j[last] > most_w * (t_s[i] - t_s[moved]);
    };
    const auto strange = [&](std::size_t i) { return energy_j[i] < energy_j[last] || too_much(i); };
    for (std::size_t k = 1; k < read.size(); ++k) {
        const std::size_t i = read[k];
        const bool lone = strange(i) && k + 1 < read.size() && !strange(read[k + 1]);
        if ((lone || too_much(i)) && out.glitches + out.impossible == 0) out.first_strange_s = t_s[i];
        if (lone) {
            ++out.glitches;
            continue;
        }
        out.steps.push_back({last, i, energy_j[i] - energy_j[last], too_much(i)});
        if (too_much(i)) ++out.impossible;
        if (energy_j[i] != energy_j[last]) moved = i;
        last = i;
    }
    return out;
}

}  // namespace rle
