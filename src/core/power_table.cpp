#include "core/power_table.hpp"

#include <algorithm>

namespace rle {

PowerTable::PowerTable(std::span<const double> t_s, std::span<const double> power_w)
    : t_(t_s), p_(power_w), energy_(t_s.size()) {
    for (std::size_t i = 0; i + 1 < t_.size(); ++i) energy_[i + 1] = energy_[i] + p_[i] * (t_[i + 1] - t_[i]);
}

PowerTable::Mean PowerTable::mean(std::size_t i, PowerReading reading, double shift_s, Cursor& cursor) const {
    const double step = p_[i + 1] - p_[i];
    switch (reading) {
        case PowerReading::held:
            return {p_[i], 0.0, step};
        case PowerReading::sampled:
            return {0.5 * (p_[i] + p_[i + 1]), 0.0, step};
        case PowerReading::averaged:
            return {p_[i + 1], 0.0, step};
        case PowerReading::late:
            break;
    }
    const Point from = at(t_[i] + shift_s, cursor);
    Cursor ahead = cursor;
    const Point to = at(t_[i + 1] + shift_s, ahead);
    const double dt = t_[i + 1] - t_[i];
    return {(to.energy - from.energy) / dt, (to.power - from.power) / dt, to.power - from.power};
}

PowerTable::Edge PowerTable::edge(std::size_t i) const {
    const double mean = p_[i + 1];
    const double before = p_[i];
    const double after = p_[std::min(i + 2, p_.size() - 1)];
    const bool inside = (before < mean && mean < after) || (before > mean && mean > after);
    if (!inside) return {mean, mean, 1.0};
    return {before, after, (after - mean) / (after - before)};
}

PowerTable::Point PowerTable::at(double t, Cursor& cursor) const {
    std::size_t& k = cursor.at;
    while (k > 0 && t_[k] > t) --k;
    while (k + 1 < t_.size() && t_[k + 1] <= t) ++k;
    return {energy_[k] + p_[k] * (t - t_[k]), p_[k]};
}

}  // namespace rle
