#include "core/maths/special_functions.hpp"

#include <cmath>
#include <limits>

namespace rle {
namespace {

constexpr int kMostTerms = 10000;
constexpr double kTiny = 1e-300;

double nonzero(double x) {
    return std::abs(x) < kTiny ? kTiny : x;
}

// The continued fraction of I_x(a, b), which converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
    double c = 1.0;
    double d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    double fraction = d;
    for (int m = 1; m <= kMostTerms; ++m) {
        const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        fraction *= d * c;
        if (std::abs(d * c - 1.0) < std::numeric_limits<double>::epsilon()) break;
    }
    return fraction;
}

}  // namespace

double incomplete_beta(double a, double b, double x) {
    if (std::isnan(x)) return x;
    if (x <= 0.0) return 0.0;
    if (x >= 1.0) return 1.0;
    const double log_front =
        std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
    if (x < (a + 1.0) / (a + b + 2.0)) return std::exp(log_front) * beta_fraction(a, b, x) / a;
    return 1.0 - std::exp(log_front) * beta_fraction(b, a, 1.0 - x) / b;
}

double f_upper_tail(double f, double df1, double df2) {
    if (f <= 0.0) return 1.0;
    return incomplete_beta(0.5 * df2, 0.5 * df1, df2 / (df2 + df1 * f));
}

double t_two_sided(double t, double df) {
    return incomplete_beta(0.5 * df, 0.5, df / (df + t * t));
}

double t_critical(double alpha, double df) {
    double low = 0.0, high = 1.0;
    while (t_two_sided(high, df) > alpha) high *= 2.0;
    for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
        const double middle = 0.5 * (low + high);
        (t_two_sided(middle, df) > alpha ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace rle
