// Numbers that carry their own first derivatives (forward-mode differentiation; Griewank & Walther 2008, ch.
// 3).
//
// Invariant: d[i] is the derivative of v by the i-th free parameter; a plain number has none.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace rle {

template <std::size_t N>
struct Dual {
    double v = 0.0;
    std::array<double, N> d{};

    Dual() = default;
    Dual(double value)
        : v(value) {}  // NOLINT(google-explicit-constructor): a constant is a number without derivatives
    static Dual variable(double value, std::size_t index) {
        Dual out(value);
        out.d[index] = 1.0;
        return out;
    }

    /// f(v) with derivative slope * d: the chain rule.
    Dual chained(double value, double slope) const {
        Dual out(value);
        for (std::size_t i = 0; i < N; ++i) out.d[i] = slope * d[i];
        return out;
    }
};

template <std::size_t N>
Dual<N> combine(double value, double sa, const Dual<N>& a, double sb, const Dual<N>& b) {
    Dual<N> out(value);
    for (std::size_t i = 0; i < N; ++i) out.d[i] = sa * a.d[i] + sb * b.d[i];
    return out;
}

template <std::size_t N>
Dual<N> operator+(const Dual<N>& a, const Dual<N>& b) {
    return combine(a.v + b.v, 1.0, a, 1.0, b);
}
template <std::size_t N>
Dual<N> operator-(const Dual<N>& a, const Dual<N>& b) {
    return combine(a.v - b.v, 1.0, a, -1.0, b);
}
template <std::size_t N>
Dual<N> operator*(const Dual<N>& a, const Dual<N>& b) {
    return combine(a.v * b.v, b.v, a, a.v, b);
}
template <std::size_t N>
Dual<N> operator/(const Dual<N>& a, const Dual<N>& b) {
    const double q = a.v / b.v;
    return combine(q, 1.0 / b.v, a, -q / b.v, b);
}
template <std::size_t N>
Dual<N> operator-(const Dual<N>& a) {
    return a.chained(-a.v, -1.0);
}
template <std::size_t N>
Dual<N> operator+(const Dual<N>& a, double b) {
    return a.chained(a.v + b, 1.0);
}
template <std::size_t N>
Dual<N> operator-(const Dual<N>& a, double b) {
    return a.chained(a.v - b, 1.0);
}
template <std::size_t N>
Dual<N> operator*(const Dual<N>& a, double b) {
    return a.chained(a.v * b, b);
}
template <std::size_t N>
Dual<N> operator*(double a, const Dual<N>& b) {
    return b * a;
}
template <std::size_t N>
Dual<N> operator/(const Dual<N>& a, double b) {
    return a * (1.0 / b);
}

template <std::size_t N>
Dual<N> exp(const Dual<N>& a) {
    const double e = std::exp(a.v);
    return a.chained(e, e);
}
template <std::size_t N>
Dual<N> sqrt(const Dual<N>& a) {
    const double s = std::sqrt(a.v);
    return a.chained(s, 0.5 / s);
}

inline double value_of(double x) {
    return x;
}
template <std::size_t N>
double value_of(const Dual<N>& x) {
    return x.v;
}

}  // namespace rle
