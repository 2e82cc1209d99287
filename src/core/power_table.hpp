// The measured power as a function of time: each reading holds until the next, the first and the last for
// ever.
//
// Means over shifted sampling intervals come from the running integral, with their derivative by the shift:
// one parameter then covers a meter that averages or lags (docs/method/balance.md).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rle {

class PowerTable {
  public:
    PowerTable(std::span<const double> t_s, std::span<const double> power_w)
        : t_(t_s), p_(power_w), energy_(t_s.size()) {
        for (std::size_t i = 0; i + 1 < t_.size(); ++i) {
            energy_[i + 1] = energy_[i] + p_[i] * (t_[i + 1] - t_[i]);
        }
    }

    struct Mean {
        double value = 0.0;  ///< W
        double slope = 0.0;  ///< by the shift, W/s
    };
    /// Where the last search ended; one serves a pass over the samples in order.
    struct Cursor {
        std::size_t at = 0;
    };

    /// Mean over [t_i + shift, t_i+1 + shift).
    Mean mean(std::size_t i, double shift_s, Cursor& cursor) const {
        if (shift_s == 0.0) {  // the common case, and the right derivative of a held reading
            const double dt = t_[i + 1] - t_[i];
            return {p_[i], (p_[i + 1] - p_[i]) / dt};
        }
        const Point from = at(t_[i] + shift_s, cursor);
        Cursor ahead = cursor;
        const Point to = at(t_[i + 1] + shift_s, ahead);
        const double dt = t_[i + 1] - t_[i];
        return {(to.energy - from.energy) / dt, (to.power - from.power) / dt};
    }

  private:
    struct Point {
        double energy;
        double power;
    };

    Point at(double t, Cursor& cursor) const {
        std::size_t& k = cursor.at;
        while (k > 0 && t_[k] > t) --k;
        while (k + 1 < t_.size() && t_[k + 1] <= t) ++k;
        return {energy_[k] + p_[k] * (t - t_[k]), p_[k]};
    }

    std::span<const double> t_;
    std::span<const double> p_;
    std::vector<double> energy_;
};

}  // namespace rle
