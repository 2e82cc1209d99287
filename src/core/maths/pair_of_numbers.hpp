// Two numbers that are added and multiplied at once, as every 64-bit processor can.
//
// Invariant: each of the two comes out as it would alone.
#pragma once

#include <cstddef>

#if defined(__GNUC__)
#define RLE_ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define RLE_ALWAYS_INLINE inline
#endif

namespace rle {

inline constexpr std::size_t kPair = 2;

#if defined(__GNUC__)
using Pair = double __attribute__((vector_size(kPair * sizeof(double))));
#else
struct Pair {
    double lane[kPair] = {};
    double& operator[](std::size_t i) { return lane[i]; }
    double operator[](std::size_t i) const { return lane[i]; }
    Pair& operator+=(const Pair& x) {
        for (std::size_t i = 0; i < kPair; ++i) lane[i] += x.lane[i];
        return *this;
    }
};
inline Pair operator*(double a, Pair x) {
    for (double& lane : x.lane) lane *= a;
    return x;
}
#endif

}  // namespace rle
