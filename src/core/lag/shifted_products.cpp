#include "core/lag/shifted_products.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/maths/pair_of_numbers.hpp"

// What the processor can do the C library knows. __builtin_cpu_supports asks it anew before main in every
// program that has the word in it, which in a virtual machine is a trap each time. (clang cannot read the
// header as C++.)
#if defined(__GNUC__) && defined(__x86_64__)
#if __has_include(<sys/platform/x86.h>) && !defined(__clang__)
#include <sys/platform/x86.h>
#define RLE_HAS_AVX2 CPU_FEATURE_ACTIVE(AVX2)
#define RLE_HAS_AVX512 CPU_FEATURE_ACTIVE(AVX512F)
#else
#define RLE_HAS_AVX2 __builtin_cpu_supports("avx2")
#define RLE_HAS_AVX512 __builtin_cpu_supports("avx512f")
#endif
#endif

namespace rle {
namespace {

constexpr std::size_t kChunk = 1024;  // products of one shift that are added up by themselves
constexpr std::size_t kLanes = kShiftLanes;
using FourShifts = std::make_index_sequence<4>;

#if defined(__GNUC__)
using Lanes = double __attribute__((vector_size(kLanes * sizeof(double))));
#else
struct Lanes {
    double lane[kLanes] = {};
    double operator[](std::size_t i) const { return lane[i]; }
};
#endif

RLE_ALWAYS_INLINE void add_products(const Lanes& x, const Lanes& y, Lanes& sum) {
#if defined(__GNUC__)
    sum += x * y;
#else
    for (std::size_t i = 0; i < kLanes; ++i) sum.lane[i] += x.lane[i] * y.lane[i];
#endif
}

template <class Vector>
RLE_ALWAYS_INLINE void add_times(const Vector& x, double weight, Vector& sum) {
#if defined(__GNUC__)
    sum += weight * x;
#else
    for (std::size_t i = 0; i < kLanes; ++i) sum.lane[i] += weight * x.lane[i];
#endif
}

template <class Vector>
RLE_ALWAYS_INLINE void load(Vector& to, const double* from) {
    std::memcpy(&to, from, sizeof(Vector));
}

RLE_ALWAYS_INLINE double total(double a, double b, double c, double d) {
    return (a + b) + (c + d);
}

// The shifts 0 to 7: what stands from x + t + r on goes with y + t at shift r, and with the four y before
// these at shift r + 4, so that one load serves both.
template <std::size_t... R>
RLE_ALWAYS_INLINE void sum_eight(const double* x, const double* y, std::size_t n, double* sums,
                                 std::index_sequence<R...>) {
    Lanes near[4]{}, far[4]{};
    for (std::size_t t = 0; t < n + kLanes; t += kLanes) {
        Lanes now, before, at[4];
        load(now, y + t);
        load(before, y + t - kLanes);
        (load(at[R], x + t + R), ...);
        (add_products(at[R], now, near[R]), ...);
        (add_products(at[R], before, far[R]), ...);
    }
    ((sums[R] = total(near[R][0], near[R][1], near[R][2], near[R][3])), ...);
    ((sums[R + 4] = total(far[R][0], far[R][1], far[R][2], far[R][3])), ...);
}

// A block of outputs at a time, which stay in registers; no output's sum depends on how many they are.
template <class Vector, std::size_t... R>
RLE_ALWAYS_INLINE std::size_t filter_blocks(const double* x, std::span<const double> weights,
                                            std::span<double> out, std::index_sequence<R...>) {
    constexpr std::size_t kWidth = sizeof(Vector) / sizeof(double), kBlock = kWidth * sizeof...(R);
    std::size_t t = 0;
    for (; t + kBlock <= out.size(); t += kBlock) {
        Vector sum[sizeof...(R)], at[sizeof...(R)];
        (load(sum[R], out.data() + t + R * kWidth), ...);
        for (std::size_t k = 0; k < weights.size(); ++k) {
            (load(at[R], x + t + R * kWidth - k), ...);
            (add_times(at[R], weights[k], sum[R]), ...);
        }
        (std::memcpy(out.data() + t + R * kWidth, &sum[R], sizeof(Vector)), ...);
    }
    return t;
}

using EightVectors = std::make_index_sequence<8>;
using Filter = std::size_t (*)(const double* x, std::span<const double> weights, std::span<double> out);

std::size_t filter_plain(const double* x, std::span<const double> weights, std::span<double> out) {
    return filter_blocks<Lanes>(x, weights, out, FourShifts());
}

// Of a multiple of eight shifts.
using Sum = void (*)(const double* x, const double* y, std::size_t n, std::span<double> sums);

RLE_ALWAYS_INLINE void sum_by_eights(const double* x, const double* y, std::size_t n,
                                     std::span<double> sums) {
    for (std::size_t k = 0; k < sums.size(); k += 8) sum_eight(x + k, y, n, sums.data() + k, FourShifts());
}

void sum_plain(const double* x, const double* y, std::size_t n, std::span<double> sums) {
    sum_by_eights(x, y, n, sums);
}

#if defined(__GNUC__) && defined(__x86_64__)
__attribute__((target("avx2"))) void sum_avx2(const double* x, const double* y, std::size_t n,
                                              std::span<double> sums) {
    sum_by_eights(x, y, n, sums);
}

__attribute__((target("avx2"))) std::size_t filter_avx2(const double* x, std::span<const double> weights,
                                                        std::span<double> out) {
    return filter_blocks<Lanes>(x, weights, out, EightVectors());
}

// Two times four columns in a register: the four x twice, beside the eight y that they go with at two shifts.
using Wide = double __attribute__((vector_size(2 * kLanes * sizeof(double))));

RLE_ALWAYS_INLINE void load_twice(Wide& to, const double* from) {
    Lanes once;
    load(once, from);
    to = __builtin_shufflevector(once, once, 0, 1, 2, 3, 0, 1, 2, 3);
}

template <std::size_t... R>
RLE_ALWAYS_INLINE void load_four_shifts(Wide* to, const double* x, std::index_sequence<R...>) {
    (load_twice(to[R], x + R), ...);
}

// Four x of each of four shifts, beside the eight y from `from` on.
template <std::size_t... R>
RLE_ALWAYS_INLINE void add_beside(const Wide* x, const double* from, Wide* sum, std::index_sequence<R...>) {
    Wide y;
    load(y, from);
    ((sum[R] += x[R] * y), ...);
}

template <std::size_t... R>
RLE_ALWAYS_INLINE void put_eight(const Wide* sum, double* sums, std::index_sequence<R...>) {
    ((sums[R] = total(sum[R][4], sum[R][5], sum[R][6], sum[R][7])), ...);
    ((sums[R + 4] = total(sum[R][0], sum[R][1], sum[R][2], sum[R][3])), ...);
}

// Eight shifts, times as many as there are Q.
template <std::size_t... Q>
RLE_ALWAYS_INLINE void sum_eights(const double* x, const double* y, std::size_t n, double* sums,
                                  std::index_sequence<Q...>) {
    Wide sum[sizeof...(Q)][4]{};
    for (std::size_t t = 0; t < n + 8 * sizeof...(Q) - kLanes; t += kLanes) {
        Wide at[4];
        load_four_shifts(at, x + t, FourShifts());
        (add_beside(at, y + t - 8 * Q - kLanes, sum[Q], FourShifts()), ...);
    }
    (put_eight(sum[Q], sums + 8 * Q, FourShifts()), ...);
}

// What stands at x + t + r is loaded once for eight shifts, 16, or 32.
__attribute__((target("avx512f"))) void sum_avx512(const double* x, const double* y, std::size_t n,
                                                   std::span<double> sums) {
    std::size_t k = 0;
    for (; k + 32 <= sums.size(); k += 32)
        sum_eights(x + k, y, n, sums.data() + k, std::make_index_sequence<4>());
    for (; k + 16 <= sums.size(); k += 16)
        sum_eights(x + k, y, n, sums.data() + k, std::make_index_sequence<2>());
    for (; k < sums.size(); k += 8) sum_eights(x + k, y, n, sums.data() + k, std::make_index_sequence<1>());
}

__attribute__((target("avx512f"))) std::size_t filter_avx512(const double* x, std::span<const double> weights,
                                                             std::span<double> out) {
    return filter_blocks<Wide>(x, weights, out, EightVectors());
}
#endif

struct Kernels {
    Sum sum = sum_plain;
    Filter filter = filter_plain;
};

Kernels fastest() {
#if defined(__GNUC__) && defined(__x86_64__)
    if (RLE_HAS_AVX512) return {sum_avx512, filter_avx512};
    if (RLE_HAS_AVX2) return {sum_avx2, filter_avx2};
#endif
    return {};
}

const Kernels kFastest = fastest();

// A chunk of y between its margins; and of x, where there are too few shifts, with zeros behind it.
class Chunk {
  public:
    Chunk() { std::fill_n(y_.begin(), kShiftMargin, 0.0); }

    void take(const double* x, const double* y, std::size_t n, std::size_t shifts) {
        n_ = n;
        std::copy_n(y, n, y_.begin() + kShiftMargin);
        std::fill_n(y_.begin() + kShiftMargin + n, kShiftMargin, 0.0);
        x_ = x;
        if (shifts >= kShiftsAtATime) return;
        const auto end = std::copy_n(x, n + shifts - 1, few_.begin());
        std::fill_n(end, kShiftsAtATime - shifts, 0.0);
        x_ = few_.data();
    }

    // The last eight begin early enough to end with the last shift.
    void add(std::span<double> sums) const {
        std::array<double, 4 * kShiftsAtATime> some;
        for (std::size_t done = 0; done < sums.size();) {
            const std::size_t left = sums.size() - done;
            const std::size_t whole = std::min(left - left % kShiftsAtATime, some.size());
            const std::size_t count = std::max(whole, kShiftsAtATime);
            const std::size_t begin = std::min(done, std::max(sums.size(), count) - count);
            kFastest.sum(x_ + begin, y_.data() + kShiftMargin, n_, std::span(some).first(count));
            for (; done < std::min(begin + count, sums.size()); ++done) sums[done] += some[done - begin];
        }
    }

  private:
    std::size_t n_ = 0;
    const double* x_ = nullptr;
    std::array<double, kChunk + 2 * kShiftMargin> y_;
    std::array<double, kChunk + kShiftsAtATime> few_;
};

}  // namespace

void sum_shifted_products(const double* x, const double* y, std::size_t n, std::span<double> sums) {
    kFastest.sum(x, y, n, sums);
}

void add_shifted_products(const double* x, const double* y, std::size_t n, std::span<double> sums) {
    const std::size_t whole = n - n % kLanes;
    Chunk chunk;
    for (std::size_t begin = 0; begin < whole; begin += kChunk) {
        chunk.take(x + begin, y + begin, std::min(kChunk, whole - begin), sums.size());
        chunk.add(sums);
    }
    for (std::size_t k = 0; k < sums.size(); ++k) {
        for (std::size_t t = whole; t < n; ++t) sums[k] += x[t + k] * y[t];
    }
}

void add_filtered(const double* x, std::span<const double> weights, std::span<double> out) {
    for (std::size_t t = kFastest.filter(x, weights, out); t < out.size(); ++t) {
        for (std::size_t k = 0; k < weights.size(); ++k) out[t] += weights[k] * x[t - k];
    }
}

}  // namespace rle
