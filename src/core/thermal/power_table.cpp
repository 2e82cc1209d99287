#include "core/thermal/power_table.hpp"

#include "core/thermal/conservation.hpp"
#include "core/thermal/power_behind.hpp"

namespace rle {
namespace {

constexpr double kNearWindow = 0.02;  // of a window, over which the derivative is taken

}  // namespace

PowerTable::PowerTable(std::span<const double> t_s, std::span<const double> power_w, PowerReading reading)
    : t_(t_s), p_(power_w) {
    if (reading != PowerReading::late) return;
    energy_.resize(t_.size());
    for (std::size_t i = 0; i + 1 < t_.size(); ++i) energy_[i + 1] = energy_[i] + p_[i] * (t_[i + 1] - t_[i]);
}

PowerTable::PowerTable(const ThermalView& samples, const ThermalConstants& constants)
    : PowerTable(samples.t_s, samples.power_w, constants.reading) {
    if (looks_behind(constants.reading)) look_behind(constants.reading, constants.power_shift_s);
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
