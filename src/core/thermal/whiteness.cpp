#include "core/thermal/whiteness.hpp"

#include <algorithm>
#include <cmath>

namespace rle::thermal {
namespace {

// P(chi2 with `df` degrees of freedom > x), by Wilson & Hilferty (1931).
double chi_square_tail(double x, double df) {
    const double z = (std::cbrt(x / df) - (1.0 - 2.0 / (9.0 * df))) / std::sqrt(2.0 / (9.0 * df));
    return 0.5 * std::erfc(z / std::sqrt(2.0));
}

}  // namespace

void Whiteness::add(double error) {
    square_ += error * error;
    for (std::size_t k = 0; k < kLags; ++k) products_[k] += error * last_[k];
    std::copy_backward(last_.begin(), last_.end() - 1, last_.end());
    last_[0] = error;
    ++n_;
}

double Whiteness::autocorrelation(std::size_t lag) const {
    return square_ > 0.0 ? products_[lag - 1] / square_ : 0.0;
}

double Whiteness::p_value() const {
    const auto n = static_cast<double>(n_);
    const std::size_t lags = std::min(kLags, n_ / 5);
    if (lags == 0) return 1.0;
    double q = 0.0;
    for (std::size_t k = 1; k <= lags; ++k) {
        const double r = autocorrelation(k);
        q += n * (n + 2.0) * r * r / (n - static_cast<double>(k));
    }
    return chi_square_tail(q, static_cast<double>(lags));
}

}  // namespace rle::thermal
