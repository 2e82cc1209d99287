#include "core/lag_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace rle {
namespace {

constexpr std::size_t kLanes = 4;  // columns in which the products of one lag are added
constexpr std::size_t kPass = 8;   // lags that are summed in one pass over the response, as sum_pass() does

#if defined(__GNUC__)
#define RLE_ALWAYS_INLINE inline __attribute__((always_inline))
using Lanes = double __attribute__((vector_size(kLanes * sizeof(double))));
#else
#define RLE_ALWAYS_INLINE inline
struct Lanes {
    double lane[kLanes];
    double operator[](std::size_t i) const { return lane[i]; }
};
#endif

RLE_ALWAYS_INLINE void add_products(const double* driver, const Lanes& response, Lanes& sum) {
    Lanes x;
    std::memcpy(&x, driver, sizeof(Lanes));
#if defined(__GNUC__)
    sum += x * response;
#else
    for (std::size_t i = 0; i < kLanes; ++i) sum.lane[i] += x.lane[i] * response.lane[i];
#endif
}

RLE_ALWAYS_INLINE double total(const Lanes& sum) {
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// kPass lags from that of `driver` on; their sums come to lie at `sums`. Each has a name of its own, so that
// it stays in a register.
RLE_ALWAYS_INLINE void sum_pass(const double* driver, const double* response, std::size_t n, double* sums) {
    Lanes a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{};
    for (std::size_t t = 0; t < n; t += kLanes, driver += kLanes) {
        Lanes y;
        std::memcpy(&y, response + t, sizeof(Lanes));
        add_products(driver, y, a);
        add_products(driver + 1, y, b);
        add_products(driver + 2, y, c);
        add_products(driver + 3, y, d);
        add_products(driver + 4, y, e);
        add_products(driver + 5, y, f);
        add_products(driver + 6, y, g);
        add_products(driver + 7, y, h);
    }
    sums[0] = total(a);
    sums[1] = total(b);
    sums[2] = total(c);
    sums[3] = total(d);
    sums[4] = total(e);
    sums[5] = total(f);
    sums[6] = total(g);
    sums[7] = total(h);
}

using SumPass = void (*)(const double* driver, const double* response, std::size_t n, double* sums);

void sum_pass_plain(const double* driver, const double* response, std::size_t n, double* sums) {
    sum_pass(driver, response, n, sums);
}

#if defined(__GNUC__) && defined(__x86_64__)
__attribute__((target("avx2"))) void sum_pass_avx2(const double* driver, const double* response,
                                                   std::size_t n, double* sums) {
    sum_pass(driver, response, n, sums);
}

SumPass fastest() {
    return __builtin_cpu_supports("avx2") ? sum_pass_avx2 : sum_pass_plain;
}
#else
SumPass fastest() {
    return sum_pass_plain;
}
#endif

std::size_t rounded_up(std::size_t n, std::size_t to) {
    return (n + to - 1) / to * to;
}

}  // namespace

LagKernel::LagKernel(std::span<const double> response, std::span<const double> weight)
    : reach_(weight.size() / 2),
      response_(response.begin(), response.end()),
      weight_(weight.begin(), weight.end()) {
    response_.resize(rounded_up(response.size(), kLanes), 0.0);
    weight_.resize(rounded_up(weight.size(), kPass), 0.0);
    driver_cells_ = response_.size() + weight_.size();
}

double LagKernel::greatest(const Driver& driver) const {
    static const SumPass kSumPass = fastest();
    double best = 0.0;
    for (std::size_t lag = 0; lag < weight_.size(); lag += kPass) {
        double sums[kPass];
        kSumPass(driver.cells_.data() + lag, response_.data(), response_.size(), sums);
        for (std::size_t k = 0; k < kPass; ++k) best = std::max(best, std::abs(sums[k]) * weight_[lag + k]);
    }
    return best;
}

}  // namespace rle
