#include "core/thermal/power_behind.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace rle {
namespace {

constexpr double kForgotten = 0.01;    // of the energy's error, at each window
constexpr double kLeastWindow = 1e-3;  // s

// Energy of readings up to time t, each taken to reach its value along a slope; `at` moves on with t.
class SlopedEnergy {
  public:
    SlopedEnergy(std::span<const double> t_s, std::span<const double> power_w) : t_(t_s), p_(power_w) {}

    double until(double t) {
        while (at_ + 1 < t_.size() && t_[at_ + 1] <= t) {
            joules_ += 0.5 * (p_[at_] + p_[at_ + 1]) * (t_[at_ + 1] - t_[at_]);
            ++at_;
        }
        const double more = t - t_[at_];
        if (at_ + 1 == t_.size()) return joules_ + p_[at_] * more;
        const double slope = (p_[at_ + 1] - p_[at_]) / (t_[at_ + 1] - t_[at_]);
        return joules_ + (p_[at_] + 0.5 * slope * more) * more;
    }

  private:
    std::span<const double> t_;
    std::span<const double> p_;
    std::size_t at_ = 0;
    double joules_ = 0.0;
};

double mean_power(std::span<const double> t, const std::vector<double>& energy, std::size_t i) {
    return (energy[i + 1] - energy[i]) / (t[i + 1] - t[i]);
}

// One stretch without a gap.
void add_stretch(std::span<const double> t, std::span<const double> p, double window_s,
                 std::vector<double>& out) {
    window_s = std::max(window_s, kLeastWindow);
    SlopedEnergy sloped(t, p);
    const double offset = sloped.until(t.front() + 0.5 * window_s);
    std::vector<double> energy(t.size());
    std::size_t behind = 0;  // the last sample at or before t - w
    for (std::size_t i = 1; i < t.size(); ++i) {
        energy[i] = sloped.until(t[i] + 0.5 * window_s) - offset;
        const double since = t[i] - window_s;
        if (since < t.front()) continue;
        while (t[behind + 1] <= since) ++behind;
        const double watts = behind + 1 == i ? p[behind] : mean_power(t, energy, behind);
        const double before = energy[behind] + watts * (since - t[behind]);
        energy[i] += (1.0 - kForgotten) * (before + window_s * p[i] - energy[i]);
    }
    for (std::size_t i = 0; i + 1 < t.size(); ++i) out.push_back(mean_power(t, energy, i));
    out.push_back(p.back());
}

}  // namespace

std::vector<double> power_behind_trailing_mean(std::span<const double> t_s, std::span<const double> power_w,
                                               double window_s, double longest_s) {
    std::vector<double> out;
    out.reserve(t_s.size());
    for (std::size_t from = 0; from < t_s.size();) {
        std::size_t to = from + 1;
        while (to < t_s.size() && t_s[to] - t_s[to - 1] <= longest_s) ++to;
        add_stretch(t_s.subspan(from, to - from), power_w.subspan(from, to - from), window_s, out);
        from = to;
    }
    return out;
}

std::vector<double> power_behind_fading_mean(std::span<const double> t_s, std::span<const double> power_w,
                                             double window_s, double longest_s) {
    window_s = std::max(window_s, kLeastWindow);
    std::vector<double> even;  // as if the power were constant in each interval
    for (std::size_t i = 0; i + 1 < t_s.size(); ++i) {
        const double dt = t_s[i + 1] - t_s[i], reached = -std::expm1(-dt / window_s);
        const bool gap = dt > longest_s;
        even.push_back(gap ? power_w[i] : power_w[i] + (power_w[i + 1] - power_w[i]) / reached);
    }
    if (!power_w.empty()) even.push_back(power_w.back());
    std::vector<double> out = even;
    for (std::size_t i = 1; i + 2 < t_s.size(); ++i) {
        const double before = even[i - 1], after = even[i + 1], share = (even[i] - before) / (after - before);
        if (!(share > 0.0 && share < 1.0)) continue;  // no edge inside
        const double dt = t_s[i + 1] - t_s[i], reached = -std::expm1(-dt / window_s);
        const double since = std::min(-window_s * std::log1p(-share * reached) / dt, 1.0);
        out[i] = before + (after - before) * since;
    }
    return out;
}

}  // namespace rle
