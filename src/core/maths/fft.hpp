// The discrete Fourier transform of a power of two of complex numbers, by Stockham's method in steps of four
// (Van Loan, "Computational Frameworks for the Fast Fourier Transform", 1992).
#pragma once

#include <cstddef>
#include <vector>

namespace rle {

/// A complex number whose product is the textbook's: std::complex's looks after infinities on the way.
struct Complex {
    double re = 0.0;
    double im = 0.0;
};

inline Complex operator+(Complex a, Complex b) {
    return {a.re + b.re, a.im + b.im};
}
inline Complex operator-(Complex a, Complex b) {
    return {a.re - b.re, a.im - b.im};
}
inline Complex operator*(Complex a, Complex b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
inline Complex conjugate(Complex a) {
    return {a.re, -a.im};
}

class Fourier {
  public:
    explicit Fourier(std::size_t size);  ///< a power of two

    /// X(f) = sum over t of x(t) exp(-2 pi i f t / size), in place.
    void transform(std::vector<Complex>& x);

  private:
    std::vector<Complex> turn_;  // exp(-2 pi i k / size), k < size / 2
    std::vector<Complex> other_;
};

}  // namespace rle
