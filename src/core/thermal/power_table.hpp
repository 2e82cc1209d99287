// The power between the samples, as each way of reading a meter has it.
//
// Invariant: the energies of the intervals add up, whatever the reading, to the energy of the readings but
// for the ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "core/maths/pair_of_numbers.hpp"
#include "core/thermal/lost_rows.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {

/// Readings that are means over several intervals.
inline bool looks_behind(PowerReading reading) {
    return reading == PowerReading::trailing || reading == PowerReading::fading;
}

class PowerTable {
  public:
    /// `reading`: the only one that is asked for; late ones, held, are the only ones that take memory.
    PowerTable(std::span<const double> t_s, std::span<const double> power_w,
               PowerReading reading = PowerReading::late);
    /// For constants: of a mean over several intervals too, whose window they give.
    PowerTable(const ThermalView& samples, const ThermalConstants& constants);

    /// Readings that are trailing or fading means over about `window_s`, from which mean() may go some way.
    void look_behind(PowerReading reading, double window_s);
    double window_s() const { return window_s_; }

    /// Samples are missing in interval i, and bridge() says when the power stepped from one to the next.
    bool bridges(std::size_t i, PowerReading reading) const {
        return lost_.at(i) && reading <= PowerReading::averaged;
    }
    bool lacks_samples() const { return lost_.any(); }
    /// Variance that the missing samples leave of the mean power over interval i, W^2.
    double lost_variance(std::size_t i, PowerReading reading, double shift_s) const;

    /// Mean power over one interval.
    struct Mean {
        double value = 0.0;        ///< W
        double slope = 0.0;        ///< by the shift of a late reading, W/s
        double step_square = 0.0;  ///< W^2, of the reading's change over the interval: how far the mean may
                                   ///< be off
    };
    /// The energy and the power at a time.
    struct Point {
        double energy = 0.0;
        double power = 0.0;
    };
    /// Where the last search ended; one serves a pass over the samples in order.
    struct Cursor {
        std::size_t at = 0;
        std::size_t next = 0;  ///< the interval that begins at `end`; 0: none
        Point end;
    };
    RLE_ALWAYS_INLINE Mean mean(std::size_t i, PowerReading reading, double shift_s, Cursor& cursor) const {
        const double step = p_[i + 1] - p_[i], square = step * step;
        if (bridges(i, reading)) return {bridge(i, reading).mean(), 0.0, square};
        switch (reading) {
            case PowerReading::held:
                return {p_[i], 0.0, square};
            case PowerReading::sampled:
                return {0.5 * (p_[i] + p_[i + 1]), 0.0, square};
            case PowerReading::averaged:
                return {p_[i + 1], 0.0, square};
            case PowerReading::late_sampled:
                return late_sampled(i, shift_s, cursor);
            case PowerReading::trailing:
            case PowerReading::fading:
                return {behind_[i] + (shift_s - window_s_) * by_window_[i], by_window_[i], square};
            case PowerReading::late:
                break;
        }
        return late(i, shift_s, cursor);
    }

    /// An interval with an edge inside, as the averages of its neighbours place it.
    struct Edge {
        double before_w = 0.0;
        double after_w = 0.0;
        double share_before = 1.0;  ///< of the interval; 1: there is no edge inside

        double mean() const { return share_before * before_w + (1.0 - share_before) * after_w; }
    };
    Edge bridge(std::size_t i, PowerReading reading) const {
        const double told = reading == PowerReading::held       ? 1.0
                            : reading == PowerReading::averaged ? -1.0
                                                                : 0.0;
        return {p_[i], p_[i + 1], lost_.share_before(t_[i + 1] - t_[i], told)};
    }
    /// For averaged readings: where a reading lies between its neighbours, the power stepped from one to the
    /// other at the moment that gives this average.
    RLE_ALWAYS_INLINE Edge edge(std::size_t i) const {
        return edge(p_[i], p_[i + 1], p_[std::min(i + 2, p_.size() - 1)]);
    }
    /// The same of a mean over several intervals, from the powers of the intervals.
    RLE_ALWAYS_INLINE Edge edge_behind(std::size_t i, double window_s) const {
        const auto at = [&](std::size_t k) { return behind_[k] + (window_s - window_s_) * by_window_[k]; };
        const double mean = at(i);
        return edge(i > 0 ? at(i - 1) : mean, mean, at(std::min(i + 1, p_.size() - 2)));
    }

  private:
    void place_edges();

    RLE_ALWAYS_INLINE static Edge edge(double before, double mean, double after) {
        const bool inside = (before < mean && mean < after) || (before > mean && mean > after);
        if (!inside) return {mean, mean, 1.0};
        return {before, after, (after - mean) / (after - before)};
    }

    RLE_ALWAYS_INLINE Mean late(std::size_t i, double shift_s, Cursor& cursor) const {
        const Point from = i > 0 && cursor.next == i ? cursor.end : at(t_[i] + shift_s, cursor);
        const Point to = at(t_[i + 1] + shift_s, cursor);
        cursor.next = i + 1;
        cursor.end = to;
        const double per_s = 1.0 / (t_[i + 1] - t_[i]), step = to.power - from.power;
        return {(to.energy - from.energy) * per_s, step * per_s, step * step};
    }

    // An edge that lies anywhere between two readings is on average a slope from one to the other.
    RLE_ALWAYS_INLINE Mean late_sampled(std::size_t i, double shift_s, Cursor& cursor) const {
        const double start = t_[i] + shift_s, end = t_[i + 1] + shift_s;
        const double per_s = 1.0 / (t_[i + 1] - t_[i]);
        std::size_t k = reading_at(t_, start, cursor);
        double from = start, power = p_[k], first = power;
        Mean out;
        for (;; ++k) {
            const bool last = k + 1 == t_.size();
            const double to = last ? end : std::min(t_[k + 1], end), step = last ? 0.0 : p_[k + 1] - p_[k];
            const double slope = step != 0.0 ? step / (t_[k + 1] - t_[k]) : 0.0;
            if (from == start) first = power = p_[k] + slope * std::max(start - t_[k], 0.0);
            const double next = p_[k] + slope * std::max(to - t_[k], 0.0), share = (to - from) * per_s;
            out.value += 0.5 * (power + next) * share;
            out.step_square += step * slope * (to - from);
            from = to;
            power = next;
            if (to >= end) break;
        }
        out.slope = (power - first) * per_s;
        return out;
    }

    // The last reading at or before t, or the first.
    RLE_ALWAYS_INLINE static std::size_t reading_at(std::span<const double> times, double t, Cursor& cursor) {
        std::size_t k = cursor.at;
        while (k > 0 && times[k] > t) --k;
        while (k + 1 < times.size() && times[k + 1] <= t) ++k;
        cursor.at = k;
        return k;
    }

    RLE_ALWAYS_INLINE Point at(double t, Cursor& cursor) const {
        const std::span<const double> edges = edges_.empty() ? t_ : std::span<const double>(edges_);
        const std::size_t k = reading_at(edges, t, cursor);
        return {energy_[k] + p_[k] * (t - edges[k]), p_[k]};
    }

    std::span<const double> t_;
    std::span<const double> p_;
    LostRows lost_;
    std::vector<double> edges_;  // of readings that hold: from when, s; empty: from their samples' times on
    double window_s_ = 0.0;
    std::vector<double> behind_;     // such a mean, the power of each interval, W
    std::vector<double> by_window_;  // its derivative by the window, W/s
    std::vector<double> energy_;     // of readings that hold until the next, J since the first sample
};

}  // namespace rle
