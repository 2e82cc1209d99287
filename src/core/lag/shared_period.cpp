#include "core/lag/shared_period.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/maths/fft.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr double kFalseLines = 0.03;  // expected in noise
constexpr std::size_t kFewestPeriods = 3;
constexpr std::size_t kFiner = 8;  // than one frequency a session

double square(Complex z) {
    return z.re * z.re + z.im * z.im;
}

double sum_of_squares(std::span<const double> series) {
    double sum = 0.0;
    for (double x : series) sum += std::isfinite(x) ? x * x : 0.0;
    return sum;
}

}  // namespace

std::optional<double> shared_period(std::span<const double> a, std::span<const double> b) {
    const auto n = static_cast<double>(std::min(count_present(a), count_present(b)));
    const double power_a = sum_of_squares(a), power_b = sum_of_squares(b);
    if (!(power_a > 0.0) || !(power_b > 0.0)) return std::nullopt;
    // Both at once: one as the real part, one as the imaginary.
    const std::size_t size = std::bit_ceil(kFiner * a.size());
    std::vector<Complex> both(size);
    for (std::size_t t = 0; t < a.size(); ++t) {
        both[t] = {std::isfinite(a[t]) ? a[t] : 0.0, std::isfinite(b[t]) ? b[t] : 0.0};
    }
    Fourier(size).transform(both);
    // In noise each ordinate over its mean is exponential with mean 1.
    double best = std::log(n / kFalseLines);
    std::optional<double> period;
    for (std::size_t f = kFewestPeriods * size / a.size() + 1; f < size / 2; ++f) {
        const Complex mirrored = conjugate(both[size - f]);
        const double line_a = 0.25 * square(both[f] + mirrored) / power_a;
        const double line_b = 0.25 * square(both[f] - mirrored) / power_b;
        if (std::min(line_a, line_b) <= best) continue;
        best = std::min(line_a, line_b);
        period = static_cast<double>(size) / static_cast<double>(f);
    }
    return period;
}

}  // namespace rle
