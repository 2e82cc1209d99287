#include <cmath>

#include "core/maths/series.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/correlate.hpp"

namespace rle {

bool is_trailing_mean_of(std::span<const double> mean, std::span<const double> raw, double dt_s,
                         double window_s) {
    constexpr double kLeastR = 0.97, kLeastPairs = 0.6;  // of the rows that have a mean
    const auto width = static_cast<std::size_t>(std::ceil(window_s / dt_s - 1e-9));
    std::vector<double> trailing(raw.size(), std::nan(""));
    double sum = 0.0, n = 0.0;
    const auto add = [&](double x, double sign) {
        if (!std::isfinite(x)) return;
        sum += sign * x;
        n += sign;
    };
    for (std::size_t t = 0; t < raw.size(); ++t) {
        add(raw[t], 1.0);
        if (t >= width) add(raw[t - width], -1.0);
        if (std::isfinite(raw[t])) trailing[t] = sum / n;
    }
    const LagPoint at_once = cross_correlation(trailing, mean, dt_s, 0.0).front();
    const double least = kLeastPairs * static_cast<double>(count_present(mean));
    return at_once.r && *at_once.r >= kLeastR && static_cast<double>(at_once.n) >= least;
}

}  // namespace rle
