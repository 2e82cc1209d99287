#include "report/spikes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace rle::report {
namespace {

constexpr std::size_t kFewestForInterval = 3;

struct Moments {
    std::size_t n = 0;
    double mean = 0.0;
    double squares = 0.0;  // of deviations (Welford 1962)

    void take(double value) {
        ++n;
        const double step = value - mean;
        mean += step / static_cast<double>(n);
        squares += step * (value - mean);
    }
    double half_width95() const {
        const auto count = static_cast<double>(n);
        return student_t975(n - 1) * std::sqrt(squares / (count - 1.0) / count);
    }
};

}  // namespace

std::vector<std::size_t> find_spikes(std::span<const double> t_s, std::span<const double> driver) {
    return alarm_rows(t_s, spike_scores(t_s, driver));
}

SpikeAverage average_around(std::span<const std::size_t> spikes, std::span<const double> response,
                            double dt_s, double before_s, double after_s) {
    SpikeAverage result;
    if (!(dt_s > 0.0)) return result;
    const auto before = static_cast<std::ptrdiff_t>(std::floor(before_s / dt_s + 1e-9));
    const auto after = static_cast<std::ptrdiff_t>(std::floor(after_s / dt_s + 1e-9));
    const auto rows = static_cast<std::ptrdiff_t>(response.size());
    std::vector<Moments> moments(static_cast<std::size_t>(before + after + 1));
    for (const std::size_t spike : spikes) {
        const auto at = static_cast<std::ptrdiff_t>(spike);
        Moments baseline;
        for (std::ptrdiff_t row = std::max<std::ptrdiff_t>(0, at - before); row < at; ++row) {
            const double value = response[static_cast<std::size_t>(row)];
            if (std::isfinite(value)) baseline.take(value);
        }
        if (baseline.n == 0) continue;
        ++result.spikes;
        for (std::ptrdiff_t k = -before; k <= after; ++k) {
            if (at + k < 0 || at + k >= rows) continue;
            const double value = response[static_cast<std::size_t>(at + k)];
            if (std::isfinite(value))
                moments[static_cast<std::size_t>(k + before)].take(value - baseline.mean);
        }
    }
    for (std::size_t i = 0; i < moments.size(); ++i) {
        const Moments& m = moments[i];
        const double half = m.n >= kFewestForInterval ? m.half_width95() : kMissing;
        const double mean = m.n > 0 ? m.mean : kMissing;
        result.offset_s.push_back((static_cast<double>(i) - static_cast<double>(before)) * dt_s);
        result.mean.push_back(mean);
        result.low.push_back(mean - half);
        result.high.push_back(mean + half);
        result.n.push_back(m.n);
    }
    return result;
}

double student_t975(std::size_t df) {
    // Exact to five digits for few degrees of freedom; then Abramowitz & Stegun 26.7.5, which errs by less
    // than 1e-4 there.
    static constexpr std::array<double, 10> kFew{12.70620, 4.30265, 3.18245, 2.77645, 2.57058,
                                                 2.44691,  2.36462, 2.30600, 2.26216, 2.22814};
    if (df == 0) return kMissing;
    if (df <= kFew.size()) return kFew[df - 1];
    const double z = 1.959964;
    const double v = static_cast<double>(df);
    const double z2 = z * z;
    const double g1 = (z2 + 1.0) * z / 4.0;
    const double g2 = ((5.0 * z2 + 16.0) * z2 + 3.0) * z / 96.0;
    const double g3 = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) * z / 384.0;
    return z + g1 / v + g2 / (v * v) + g3 / (v * v * v);
}

}  // namespace rle::report
