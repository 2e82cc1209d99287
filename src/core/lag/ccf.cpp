#include "rlecouple/ccf.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "core/lag/pair_sums.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr std::size_t kFewestPairs = 3;
constexpr std::size_t kLeastPairs = 20;       // for a lag to be searched, where the session has them
constexpr std::ptrdiff_t kFewSamples = 4096;  // up to which each lag is summed up by itself, in two passes
constexpr double kLeastVariance = 1e-5;       // of the whole series'

std::optional<double> from_deviations(double sxx, double sxy, double syy) {
    const double scale = std::sqrt(sxx) * std::sqrt(syy);
    if (!(scale > 0.0) || !std::isfinite(scale)) return std::nullopt;
    return std::clamp(sxy / scale, -1.0, 1.0);
}

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
    point.r = from_deviations(sxx, sxy, syy);
    return point;
}

struct Stretch {
    std::ptrdiff_t begin = 0, end = 0;  // samples

    std::size_t size() const { return static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, end - begin)); }
    bool holds(std::ptrdiff_t i) const { return begin <= i && i < end; }
};

// The samples present, where none is missing between the first and the last of them.
std::optional<Stretch> unbroken(std::span<const double> series) {
    const auto present = [](double x) { return std::isfinite(x); };
    const Stretch all{std::find_if(series.begin(), series.end(), present) - series.begin(),
                      series.rend() - std::find_if(series.rbegin(), series.rend(), present)};
    return all.size() == count_present(series) ? std::optional(all) : std::nullopt;
}

// Four neighbouring shifts side by side: each one's sums are added up in the order in which correlate_at()
// does.
class FourShifts {
  public:
    FourShifts(const double* driver, const Stretch& of_driver, const double* response,
               const Stretch& of_response, std::ptrdiff_t shift)
        : x_(driver + shift), y_(response) {
        for (std::ptrdiff_t k = 0; k < 4; ++k) {
            pairs_[static_cast<std::size_t>(k)] = {std::max(of_response.begin, of_driver.begin - shift - k),
                                                   std::min(of_response.end, of_driver.end - shift - k)};
        }
    }

    void correlate(std::vector<LagPoint>::iterator points) const {
        Sums x = Sums::Zero(), y = x, xx = x, xy = x, yy = x, n;
        add_up(x, y, [&](const Sums& at_x, const Sums& at_y) { x += at_x, y += at_y; });
        for (std::size_t k = 0; k < 4; ++k)
            n[static_cast<Eigen::Index>(k)] = static_cast<double>(pairs_[k].size());
        const Sums mean_x = x / n, mean_y = y / n;
        add_up(mean_x, mean_y, [&](const Sums& at_x, const Sums& at_y) {
            const Sums dx = at_x - mean_x, dy = at_y - mean_y;
            xx += dx * dx, xy += dx * dy, yy += dy * dy;
        });
        for (std::size_t k = 0; k < 4; ++k, ++points) {
            const auto lane = static_cast<Eigen::Index>(k);
            points->n = pairs_[k].size();
            const double *from_x = x_ + pairs_[k].begin + lane, *from_y = y_ + pairs_[k].begin;
            if (points->n >= kFewestPairs && varies({from_x, points->n}) && varies({from_y, points->n}))
                points->r = from_deviations(xx[lane], xy[lane], yy[lane]);
        }
    }

  private:
    using Sums = Eigen::Array4d;

    // What has no partner at a shift counts there as `no_x` and `no_y`, which add nothing.
    template <class Add>
    void add_up(const Sums no_x, const Sums no_y, const Add& add) const {
        for (std::ptrdiff_t i = pairs_[3].begin; i < pairs_[0].end; ++i) {
            Sums x = no_x, y = no_y;
            if (pairs_[0].begin <= i && i < pairs_[3].end) {
                x = Eigen::Map<const Sums>(x_ + i);
                y = Sums::Constant(y_[i]);
            } else {
                for (std::size_t k = 0; k < 4; ++k) {
                    if (!pairs_[k].holds(i)) continue;
                    x[static_cast<Eigen::Index>(k)] = x_[i + static_cast<std::ptrdiff_t>(k)];
                    y[static_cast<Eigen::Index>(k)] = y_[i];
                }
            }
            add(x, y);
        }
    }

    const double *x_, *y_;
    std::array<Stretch, 4> pairs_;  // of samples of the response
};

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
    return static_cast<std::size_t>(std::max(0.0, std::floor(max_lag_s / dt_s + kRounded)));
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
        const std::optional<Stretch> of_x = unbroken(driver), of_y = unbroken(response);
        std::ptrdiff_t s = -inner;
        for (; of_x && of_y && s + 3 <= inner; s += 4)
            FourShifts(driver.data(), *of_x, response.data(), *of_y, s).correlate(at + (s + inner));
        for (; s <= inner; ++s) at[s + inner] = correlate_at(driver, response, s);
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
