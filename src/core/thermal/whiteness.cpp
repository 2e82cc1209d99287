#include "core/thermal/whiteness.hpp"

#include <algorithm>

#include "core/maths/chi_squared.hpp"

namespace rle::thermal {

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
    return chi_squared_upper_tail(q, static_cast<double>(lags));
}

}  // namespace rle::thermal
