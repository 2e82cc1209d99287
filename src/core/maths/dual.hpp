// Numbers that carry their own first derivatives (forward-mode differentiation; Griewank & Walther 2008, ch.
// 3).
//
// Invariant: derivative(i) is the derivative of v by the i-th free parameter; a plain number has none.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>

#include "core/maths/pair_of_numbers.hpp"

namespace rle {

template <std::size_t N>
struct Dual {
    static constexpr std::size_t kPairs = (N + kPair - 1) / kPair;
    using Pairs = std::make_index_sequence<kPairs>;

    double v = 0.0;
    Pair d[kPairs]{};  ///< the derivatives, zeros behind the last

    Dual() = default;
    Dual(double value)
        : v(value) {}  // NOLINT(google-explicit-constructor): a constant is a number without derivatives
    static Dual variable(double value, std::size_t index) {
        Dual out(value);
        out.d[index / kPair][index % kPair] = 1.0;
        return out;
    }

    double derivative(std::size_t i) const { return d[i / kPair][i % kPair]; }
    /// f(v) with derivative slope * d: the chain rule.
    Dual chained(double value, double slope) const {
        Dual out(value);
        for (std::size_t b = 0; b < kPairs; ++b) out.d[b] = slope * d[b];
        return out;
    }
};

/// A number with a sum of derivatives.
template <std::size_t N>
Dual<N> combine(double value, double sa, const Dual<N>& a, double sb, const Dual<N>& b) {
    Dual<N> out = a.chained(value, sa);
    for (std::size_t k = 0; k < Dual<N>::kPairs; ++k) out.d[k] += sb * b.d[k];
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
Dual<N> expm1(const Dual<N>& a) {
    const double e = std::expm1(a.v);
    return a.chained(e, e + 1.0);
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

// Sums in place, for inner loops: with plain numbers and with Dual ones.

/// sum += a b
RLE_ALWAYS_INLINE void add_product(double& sum, const double& a, const double& b) {
    sum += a * b;
}
template <std::size_t N, std::size_t... B>
RLE_ALWAYS_INLINE void add_product(Dual<N>& sum, const Dual<N>& a, const Dual<N>& b,
                                   std::index_sequence<B...>) {
    sum.v += a.v * b.v;
    ((sum.d[B] += a.v * b.d[B]), ...);
    ((sum.d[B] += b.v * a.d[B]), ...);
}
template <std::size_t N>
RLE_ALWAYS_INLINE void add_product(Dual<N>& sum, const Dual<N>& a, const Dual<N>& b) {
    add_product(sum, a, b, typename Dual<N>::Pairs());
}

/// sum += factor x
RLE_ALWAYS_INLINE void add_times(double& sum, double factor, const double& x) {
    sum += factor * x;
}
template <std::size_t N, std::size_t... B>
RLE_ALWAYS_INLINE void add_times(Dual<N>& sum, double factor, const Dual<N>& x, std::index_sequence<B...>) {
    sum.v += factor * x.v;
    ((sum.d[B] += factor * x.d[B]), ...);
}
template <std::size_t N>
RLE_ALWAYS_INLINE void add_times(Dual<N>& sum, double factor, const Dual<N>& x) {
    add_times(sum, factor, x, typename Dual<N>::Pairs());
}

/// Derivatives alone: sum += slope x', the value as it is.
RLE_ALWAYS_INLINE void add_slope(double&, double, const double&) {}
template <std::size_t N, std::size_t... B>
RLE_ALWAYS_INLINE void add_slope(Dual<N>& sum, double slope, const Dual<N>& x, std::index_sequence<B...>) {
    ((sum.d[B] += slope * x.d[B]), ...);
}
template <std::size_t N>
RLE_ALWAYS_INLINE void add_slope(Dual<N>& sum, double slope, const Dual<N>& x) {
    add_slope(sum, slope, x, typename Dual<N>::Pairs());
}

}  // namespace rle
