#include "rlecouple/ccf.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/lag/pair_sums.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr std::size_t kFewestPairs = 3;
constexpr std::size_t kLeastPairs = 20;       // for a lag to be searched, where the session has them
constexpr std::ptrdiff_t kFewSamples = 4096;  // up to which each lag is summed up by itself, in two passes
constexpr double kLeastVariance = 1e-5;       // of the whole series'

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

// From sums over the pairs; false where too little of a variance is left in them to be told from rounding.
bool from_sums(const PairSums& s, double least_xx, double least_yy, LagPoint& point) {
    point.n = static_cast<std::size_t>(s.n);
    if (point.n < kFewestPairs) return true;
    const double sxx = s.xx - s.x * s.x / s.n, syy = s.yy - s.y * s.y / s.n, sxy = s.xy - s.x * s.y / s.n;
    if (sxx < least_xx || syy < least_yy) return false;
    point.r = std::clamp(sxy / (std::sqrt(sxx) * std::sqrt(syy)), -1.0, 1.0);
    return true;
}

// All lags at once, each as correlate_at() has it.
std::vector<LagPoint> correlate_all(std::span<const double> driver, std::span<const double> response,
                                    std::ptrdiff_t reach) {
    const std::vector<PairSums> sums = pair_sums(driver, response, static_cast<std::size_t>(reach));
    const double least_xx = kLeastVariance * static_cast<double>(count_present(driver));
    const double least_yy = kLeastVariance * static_cast<double>(count_present(response));
    std::vector<LagPoint> points(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
        if (from_sums(sums[i], least_xx, least_yy, points[i])) continue;
        points[i] = correlate_at(driver, response, static_cast<std::ptrdiff_t>(i) - reach);
    }
    return points;
}

// In s, without the last bits' noise: nine steps of 0.3 s are 2.7 s.
double lag_of(std::ptrdiff_t steps, double dt_s) {
    constexpr double kPico = 1e12, kMost = 1e3;  // s, up to which a double has picoseconds
    const double lag_s = static_cast<double>(steps) / (1.0 / dt_s);
    return std::abs(lag_s) < kMost ? std::round(lag_s * kPico) / kPico : lag_s;
}

}  // namespace

std::size_t lags_each_way(double max_lag_s, double dt_s) {
    constexpr double kRounded = 1e-3;  // of a step: one that was found in rounded times may be a little long
    return static_cast<std::size_t>(std::floor(max_lag_s / dt_s + kRounded));
}

std::vector<LagPoint> cross_correlation(std::span<const double> driver, std::span<const double> response,
                                        double dt_s, double max_lag_s) {
    const auto n = static_cast<std::ptrdiff_t>(response.size());
    const auto reach = static_cast<std::ptrdiff_t>(lags_each_way(max_lag_s, dt_s));
    const std::ptrdiff_t inner = std::min(reach, n - 1);
    std::vector<LagPoint> ccf(static_cast<std::size_t>(2 * reach + 1));
    const auto at = ccf.begin() + (reach - inner);
    if (n > kFewSamples && varies(driver) && varies(response)) {
        const std::vector<LagPoint> points = correlate_all(driver, response, inner);
        std::copy(points.begin(), points.end(), at);
    } else {
        for (std::ptrdiff_t s = -inner; s <= inner; ++s) at[s + inner] = correlate_at(driver, response, s);
    }
    for (std::ptrdiff_t s = -reach; s <= reach; ++s)
        ccf[static_cast<std::size_t>(s + reach)].lag_s = lag_of(s, dt_s);
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

std::size_t longest_told(std::span<const LagPoint> ccf, std::size_t n) {
    const std::size_t least = std::min(std::max(kLeastPairs, n / 3), 2 * n / 3);
    const std::size_t middle = ccf.size() / 2;
    std::size_t reach = middle;
    while (reach > 0 && std::min(ccf[middle - reach].n, ccf[middle + reach].n) < least) --reach;
    return reach;
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
