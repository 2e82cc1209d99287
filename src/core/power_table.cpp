#include "core/power_table.hpp"

namespace rle {

PowerTable::PowerTable(std::span<const double> t_s, std::span<const double> power_w, PowerReading reading)
    : t_(t_s), p_(power_w) {
    if (reading != PowerReading::late) return;
    energy_.resize(t_.size());
    for (std::size_t i = 0; i + 1 < t_.size(); ++i) energy_[i + 1] = energy_[i] + p_[i] * (t_[i + 1] - t_[i]);
}

}  // namespace rle
