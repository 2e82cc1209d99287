#include "rlecouple/ccf.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace rle {
namespace {

constexpr std::size_t kFewestPairs = 3;

// The pairs (driver[i + shift], response[i]) in which both are present, in two passes so that nothing
// cancels.
LagPoint correlate_at(std::span<const double> driver, std::span<const double> response,
                      std::ptrdiff_t shift) {
    const auto n = static_cast<std::ptrdiff_t>(response.size());
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, -shift);
    const std::ptrdiff_t end = std::min(n, n - shift);
    const double* x = driver.data() + shift;
    const double* y = response.data();

    LagPoint point;
    double sum_x = 0.0, sum_y = 0.0;
    std::ptrdiff_t first = -1;
    bool x_varies = false, y_varies = false;
    for (std::ptrdiff_t i = begin; i < end; ++i) {
        if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
        if (first < 0) first = i;
        x_varies = x_varies || x[i] != x[first];
        y_varies = y_varies || y[i] != y[first];
        sum_x += x[i];
        sum_y += y[i];
        ++point.n;
    }
    if (point.n < kFewestPairs || !x_varies || !y_varies) return point;

    const double mean_x = sum_x / static_cast<double>(point.n);
    const double mean_y = sum_y / static_cast<double>(point.n);
    double sxx = 0.0, sxy = 0.0, syy = 0.0;
    for (std::ptrdiff_t i = begin; i < end; ++i) {
        if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
        const double dx = x[i] - mean_x;
        const double dy = y[i] - mean_y;
        sxx += dx * dx;
        sxy += dx * dy;
        syy += dy * dy;
    }
    const double scale = std::sqrt(sxx) * std::sqrt(syy);
    if (scale > 0.0 && std::isfinite(scale)) point.r = std::clamp(sxy / scale, -1.0, 1.0);
    return point;
}

}  // namespace

std::vector<LagPoint> cross_correlation(std::span<const double> driver, std::span<const double> response,
                                        double dt_s, double max_lag_s) {
    const auto n = static_cast<std::ptrdiff_t>(response.size());
    // A lag of exactly max_lag_s belongs to the table, whatever dt_s rounds to.
    const auto reach = static_cast<std::ptrdiff_t>(std::floor(max_lag_s / dt_s + 1e-9));
    std::vector<LagPoint> ccf;
    ccf.reserve(static_cast<std::size_t>(2 * reach + 1));
    for (std::ptrdiff_t shift = -reach; shift <= reach; ++shift) {
        LagPoint point;
        if (std::abs(shift) < n) point = correlate_at(driver, response, shift);
        point.lag_s = static_cast<double>(shift) / (1.0 / dt_s);  // 3 / 10 Hz is 0.3, where 3 * 0.1 s is not
        ccf.push_back(point);
    }
    return ccf;
}

int peak_index(std::span<const LagPoint> ccf) {
    int best = -1;
    for (int i = 0; i < static_cast<int>(ccf.size()); ++i) {
        const LagPoint& point = ccf[static_cast<std::size_t>(i)];
        if (!point.r) continue;
        if (best < 0) {
            best = i;
            continue;
        }
        const LagPoint& leader = ccf[static_cast<std::size_t>(best)];
        const double gain = std::abs(*point.r) - std::abs(*leader.r);
        if (gain > 0.0 || (gain == 0.0 && std::abs(point.lag_s) < std::abs(leader.lag_s))) best = i;
    }
    return best;
}

CausalOrder causal_order_of(double lag_s) {
    if (lag_s < 0.0) return CausalOrder::driver_leads;
    if (lag_s > 0.0) return CausalOrder::response_leads;
    return CausalOrder::simultaneous;
}

Strength strength_of(double r_peak) {
    const double size = std::abs(r_peak);
    if (size > 0.5) return Strength::strong;
    return size > 0.3 ? Strength::moderate : Strength::weak;
}

ManualCorrelation manual_correlation(std::span<const double> driver, std::span<const double> response,
                                     double dt_s, double max_lag_s) {
    ManualCorrelation manual;
    manual.ccf = cross_correlation(driver, response, dt_s, max_lag_s);
    const int peak = peak_index(manual.ccf);
    if (peak < 0) return manual;
    const LagPoint& point = manual.ccf[static_cast<std::size_t>(peak)];
    manual.r_peak = point.r;
    manual.t_lag_s = point.lag_s;
    manual.strength = strength_of(*point.r);
    manual.causal_order = causal_order_of(point.lag_s);
    return manual;
}

}  // namespace rle
