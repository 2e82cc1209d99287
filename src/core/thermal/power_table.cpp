#include "core/thermal/power_table.hpp"

#include "core/thermal/conservation.hpp"
#include "core/thermal/power_behind.hpp"

namespace rle {
namespace {

constexpr double kNearWindow = 0.02;  // of a window, over which the derivative is taken

}  // namespace

PowerTable::PowerTable(std::span<const double> t_s, std::span<const double> power_w, PowerReading reading)
    : t_(t_s), p_(power_w), lost_(t_s, power_w, longest_interval(t_s)) {
    if (reading != PowerReading::late) return;
    energy_.resize(t_.size());
    for (std::size_t i = 0; i + 1 < t_.size(); ++i)
        energy_[i + 1] = energy_[i] + held_watts(lost_, t_, p_, i) * (t_[i + 1] - t_[i]);
    if (lost_.any()) place_edges();
}

// Where samples are missing a reading holds into the middle of what nobody saw, and the next one from there
// on.
void PowerTable::place_edges() {
    edges_.assign(t_.begin(), t_.end());
    for (std::size_t i = 0; i + 1 < t_.size(); ++i) {
        if (!lost_.at(i)) continue;
        const double dt = t_[i + 1] - t_[i];
        edges_[i + 1] = t_[i] + lost_.share_before(dt, 1.0) * dt;
    }
    for (std::size_t i = 0; i + 1 < t_.size(); ++i)
        energy_[i + 1] = energy_[i] + p_[i] * (edges_[i + 1] - edges_[i]);
}

PowerTable::PowerTable(const ThermalView& samples, const ThermalConstants& constants)
    : PowerTable(samples.t_s, samples.power_w, constants.reading) {
    if (looks_behind(constants.reading)) look_behind(constants.reading, constants.power_shift_s);
}

double PowerTable::lost_variance(std::size_t i, PowerReading reading, double shift_s) const {
    if (reading <= PowerReading::averaged) return lost_.variance(i);
    const double dt = t_[i + 1] - t_[i], from = t_[i] + shift_s, to = t_[i + 1] + shift_s;
    double out = 0.0;
    for (std::size_t k = i; k + 1 < t_.size() && t_[k] < to; ++k) {
        const double both = std::min(t_[k + 1], to) - std::max(t_[k], from), share = both / dt;
        if (both > 0.0) out += share * share * lost_.variance(k);
    }
    return out;
}

void PowerTable::look_behind(PowerReading reading, double window_s) {
    const double longest_s = longest_interval(t_), more_s = kNearWindow * window_s;
    const auto behind =
        reading == PowerReading::trailing ? power_behind_trailing_mean : power_behind_fading_mean;
    window_s_ = window_s;
    behind_ = behind(t_, p_, window_s, longest_s);
    by_window_ = behind(t_, p_, window_s + more_s, longest_s);
    for (std::size_t i = 0; i < behind_.size(); ++i) by_window_[i] = (by_window_[i] - behind_[i]) / more_s;
}

}  // namespace rle
