// Sums of shifted products against the order of additions that the header promises, to the last bit, whatever
// the processor makes of it.
#include "core/lag/shifted_products.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

// Four columns, then these.
double in_four_columns(const double* x, const double* y, std::size_t n) {
    std::array<double, 4> sum{};
    for (std::size_t t = 0; t < n; ++t) {
        volatile double product = x[t] * y[t];  // never fused with the sum
        sum[t % 4] += product;
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

}  // namespace

TEST_CASE("shifted products are added up in four columns, on every machine, and nothing else is read") {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    Random random(3);
    for (const std::size_t n : {4U, 8U, 60U, 1024U}) {
        for (const std::size_t shifts : {1U, 2U, 15U, 16U, 17U, 61U, 64U}) {
            simulate::Series x = simulate::white(random, n + shifts - 1), y = simulate::white(random, n);
            x.insert(x.end(), 20, kNone);
            y.insert(y.end(), 20, kNone);
            std::vector<double> sums(shifts, 0.0);
            add_shifted_products(x.data(), y.data(), n, sums);
            for (std::size_t k = 0; k < shifts; ++k) {
                INFO("n " << n << ", shift " << k << " of " << shifts);
                CHECK(sums[k] == in_four_columns(x.data() + k, y.data(), n));
            }
        }
    }
}

TEST_CASE("shifted products of any length are added to what is there") {
    Random random(4);
    for (const std::size_t n : {0U, 1U, 3U, 7U, 1023U, 1025U, 5001U}) {
        const simulate::Series x = simulate::white(random, n + 20), y = simulate::white(random, n);
        std::vector<double> sums(21, 5.0);
        add_shifted_products(x.data(), y.data(), n, sums);
        for (std::size_t k = 0; k < sums.size(); ++k) {
            double sum = 5.0;
            for (std::size_t t = 0; t < n; ++t) sum += x[t + k] * y[t];
            CHECK(sums[k] == Approx(sum).margin(1e-10));
        }
    }
}

TEST_CASE("weighted shifts are added one after the other, on every machine") {
    Random random(5);
    for (const std::size_t n : {1U, 15U, 31U, 64U, 300U}) {
        for (const std::size_t shifts : {0U, 1U, 7U}) {
            const simulate::Series x = simulate::white(random, n + 7),
                                   weights = simulate::white(random, shifts);
            std::vector<double> out = simulate::white(random, n), expected = out;
            for (std::size_t t = 0; t < n; ++t) {
                for (std::size_t k = 0; k < shifts; ++k) {
                    volatile double product = weights[k] * x[t + 7 - k];
                    expected[t] += product;
                }
            }
            add_filtered(x.data() + 7, weights, out);
            CHECK(out == expected);
        }
    }
}
