#include "rlecouple/rle.hpp"

#include <algorithm>
#include <cmath>

#include "core/trailing_window.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kLongestSustain = 600.0;  // s
constexpr double kShortestSustain = 1.0;   // s
constexpr double kOneSecond = 1.0;         // the 1 in 1 / tau_sustain

struct Moments {
    double mean = kMissing;
    double population_sd = kMissing;
};

// Over the numbers present in values[begin, end); NaN where there are none.
Moments moments(std::span<const double> values, std::size_t begin, std::size_t end) {
    double sum = 0.0;
    std::size_t n = 0;
    for (std::size_t i = begin; i < end; ++i) {
        if (std::isnan(values[i])) continue;
        sum += values[i];
        ++n;
    }
    if (n == 0) return {};
    const double mean = sum / static_cast<double>(n);
    double squares = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
        if (!std::isnan(values[i])) squares += (values[i] - mean) * (values[i] - mean);
    }
    return {mean, std::sqrt(squares / static_cast<double>(n))};
}

// Least-squares slope of the numbers present in y[begin, end); NaN with fewer than two.
double slope(std::span<const double> t, std::span<const double> y, std::size_t begin, std::size_t end) {
    double sum_t = 0.0, sum_y = 0.0;
    std::size_t n = 0;
    for (std::size_t i = begin; i < end; ++i) {
        if (std::isnan(y[i])) continue;
        sum_t += t[i] - t[begin];
        sum_y += y[i];
        ++n;
    }
    if (n < 2) return kMissing;
    const double mean_t = sum_t / static_cast<double>(n), mean_y = sum_y / static_cast<double>(n);
    double tt = 0.0, ty = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
        if (std::isnan(y[i])) continue;
        const double dt = t[i] - t[begin] - mean_t;
        tt += dt * dt;
        ty += dt * (y[i] - mean_y);
    }
    return ty / tt;
}

// The trailing slope; a window that holds fewer than two readings reaches back to the one before.
std::vector<double> trailing_slope(std::span<const double> t, std::span<const double> y, double width_s) {
    std::vector<double> out(t.size(), kMissing);
    TrailingWindow window(t, width_s);
    std::ptrdiff_t last_reading = -1, reading_before = -1;  // the two newest readings up to i
    for (std::size_t i = 0; i < t.size(); ++i) {
        const std::size_t begin = window.begin(i);
        if (std::isnan(y[i])) continue;
        reading_before = last_reading;
        last_reading = static_cast<std::ptrdiff_t>(i);
        if (reading_before < 0) continue;
        out[i] = slope(t, y, std::min(begin, static_cast<std::size_t>(reading_before)), i + 1);
    }
    return out;
}

std::vector<double> stability_of_ha(std::span<const double> t, std::span<const double> temp,
                                    std::span<const double> power, const RleOptions& options) {
    std::vector<double> ha(t.size(), kMissing);
    for (std::size_t i = 0; i < t.size(); ++i) {
        const double rise = temp[i] - options.ambient_c;
        if (rise > 0.0) ha[i] = power[i] / rise;
    }
    std::vector<double> out(t.size(), kMissing);
    TrailingWindow window(t, options.ha_window_s);
    for (std::size_t i = 0; i < t.size(); ++i) {
        const Moments m = moments(ha, window.begin(i), i + 1);
        if (m.mean > 0.0) out[i] = 1.0 / (1.0 + m.population_sd / m.mean);
    }
    return out;
}

std::vector<double> stability_of_util(std::span<const double> t, std::span<const double> util,
                                      double width_s) {
    std::vector<double> out(t.size(), kMissing);
    TrailingWindow window(t, width_s);
    for (std::size_t i = 0; i < t.size(); ++i)
        out[i] = 1.0 / (1.0 + moments(util, window.begin(i), i + 1).population_sd);
    return out;
}

std::vector<double> headroom(std::span<const double> temp, double limit_c) {
    std::vector<double> out(temp.size(), kMissing);
    for (std::size_t i = 0; i < temp.size(); ++i) {
        if (!std::isnan(temp[i])) out[i] = std::clamp((limit_c - temp[i]) / limit_c, 0.0, 1.0);
    }
    return out;
}

std::vector<double> stability(std::span<const double> t, std::span<const double> temp,
                              std::span<const double> power, std::span<const double> util,
                              const RleOptions& options) {
    switch (options.stability) {
        case StabilityTerm::util:
            return stability_of_util(t, util, options.util_window_s);
        case StabilityTerm::headroom:
            return headroom(temp, options.temp_limit_c);
        case StabilityTerm::ha:
            break;
    }
    return stability_of_ha(t, temp, power, options);
}

double time_to_limit(double temp_c, double heating_c_per_s, double limit_c) {
    if (std::isnan(temp_c)) return kMissing;
    if (!(heating_c_per_s > 0.0)) return kLongestSustain;  // cooling, steady, or one reading alone
    return std::clamp((limit_c - temp_c) / heating_c_per_s, kShortestSustain, kLongestSustain);
}

std::vector<double> trailing_mean(std::span<const double> t, std::span<const double> y, double width_s) {
    std::vector<double> out(t.size(), kMissing);
    TrailingWindow window(t, width_s);
    for (std::size_t i = 0; i < t.size(); ++i) {
        const std::size_t begin = window.begin(i);
        if (!std::isnan(y[i])) out[i] = moments(y, begin, i + 1).mean;
    }
    return out;
}

}  // namespace

RleSeries compute_rle(std::span<const double> t_s, std::span<const double> temp_c,
                      std::span<const double> power_w, std::span<const double> util_pct,
                      const RleOptions& options) {
    if (!(options.rated_power_w > 0.0)) throw Error(ErrorKind::usage, "--rated-power", "must be above 0 W");
    const std::size_t n = t_s.size();
    RleSeries out;
    out.heating_c_per_s = trailing_slope(t_s, temp_c, options.slope_window_s);
    out.eta_stability = stability(t_s, temp_c, power_w, util_pct, options);
    out.eta_util.assign(n, kMissing);
    out.a_load.assign(n, kMissing);
    out.tau_sustain_s.assign(n, options.constant_tau_s);
    out.rle_raw.assign(n, kMissing);
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isnan(util_pct[i])) out.eta_util[i] = std::clamp(util_pct[i] / 100.0, 0.0, 1.0);
        out.a_load[i] = power_w[i] / options.rated_power_w;
        if (options.sustain == SustainTerm::limit) {
            out.tau_sustain_s[i] = time_to_limit(temp_c[i], out.heating_c_per_s[i], options.temp_limit_c);
        }
        if (!(out.a_load[i] > 0.0)) continue;
        out.rle_raw[i] = out.eta_util[i] * out.eta_stability[i] /
                         (out.a_load[i] * (1.0 + kOneSecond / out.tau_sustain_s[i]));
    }
    out.rle = trailing_mean(t_s, out.rle_raw, options.smoothing_s);
    return out;
}

}  // namespace rle
