#include "core/maths/chi_squared.hpp"

#include <cmath>
#include <limits>

namespace rle {
namespace {

constexpr int kMostTerms = 100000;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kTiny = 1e-300;

// P(a, x), x < a + 1.
double lower_by_series(double a, double x) {
    double term = 1.0 / a, sum = term;
    for (int n = 1; n < kMostTerms && std::abs(term) > kEpsilon * std::abs(sum); ++n) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * std::exp(-x + a * std::log(x) - std::lgamma(a));
}

// Q(a, x), x >= a + 1.
double upper_by_fraction(double a, double x) {
    double b = x + 1.0 - a, c = 1.0 / kTiny, d = 1.0 / b, fraction = d;
    for (int n = 1; n < kMostTerms; ++n) {
        const double an = -n * (n - a);
        b += 2.0;
        d = an * d + b;
        if (std::abs(d) < kTiny) d = kTiny;
        c = b + an / c;
        if (std::abs(c) < kTiny) c = kTiny;
        d = 1.0 / d;
        fraction *= c * d;
        if (std::abs(c * d - 1.0) < kEpsilon) break;
    }
    return fraction * std::exp(-x + a * std::log(x) - std::lgamma(a));
}

}  // namespace

double chi_squared_upper_tail(double x, double df) {
    const double a = 0.5 * df, half = 0.5 * x;
    if (!(half > 0.0)) return 1.0;
    return half < a + 1.0 ? 1.0 - lower_by_series(a, half) : upper_by_fraction(a, half);
}

}  // namespace rle
