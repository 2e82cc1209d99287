#include "core/maths/fft.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rle {
namespace {

// One step: `n` numbers at a distance of `stride` become four times n / 4. `turn` has stride as its unit.
void step_of_four(std::size_t n, std::size_t stride, const Complex* turn, const Complex* x, Complex* y) {
    const std::size_t quarter = n / 4;
    for (std::size_t p = 0; p < quarter; ++p) {
        const Complex w1 = turn[p * stride], w2 = turn[2 * p * stride], w3 = w1 * w2;
        const Complex* from = x + stride * p;
        Complex* to = y + stride * 4 * p;
        for (std::size_t q = 0; q < stride; ++q) {
            const Complex a = from[q], b = from[q + stride * quarter];
            const Complex c = from[q + stride * 2 * quarter], d = from[q + stride * 3 * quarter];
            const Complex sum_ac = a + c, sum_bd = b + d, dif_ac = a - c;
            const Complex dif_bd{d.im - b.im, b.re - d.re};  // i (b - d)
            to[q] = sum_ac + sum_bd;
            to[q + stride] = w1 * (dif_ac - dif_bd);
            to[q + stride * 2] = w2 * (sum_ac - sum_bd);
            to[q + stride * 3] = w3 * (dif_ac + dif_bd);
        }
    }
}

void step_of_two(std::size_t stride, const Complex* x, Complex* y) {
    for (std::size_t q = 0; q < stride; ++q) {
        y[q] = x[q] + x[q + stride];
        y[q + stride] = x[q] - x[q + stride];
    }
}

}  // namespace

// The first quarter; the second is the first, turned by a right angle, and no step asks for more.
Fourier::Fourier(std::size_t size) : turn_(std::max<std::size_t>(size / 2, 1)), other_(size) {
    turn_[0] = {1.0, 0.0};
    const std::size_t quarter = size / 4;
    for (std::size_t k = 0; k < quarter; ++k) {
        const double angle = -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size);
        turn_[k] = {std::cos(angle), std::sin(angle)};
        turn_[k + quarter] = {turn_[k].im, -turn_[k].re};
    }
}

void Fourier::transform(std::vector<Complex>& x) {
    std::size_t n = x.size(), stride = 1;
    for (; n >= 4; n /= 4, stride *= 4) {
        step_of_four(n, stride, turn_.data(), x.data(), other_.data());
        x.swap(other_);
    }
    if (n == 2) {
        step_of_two(stride, x.data(), other_.data());
        x.swap(other_);
    }
}

}  // namespace rle
