// The small statistics that everything else rests on, against closed forms and numbers worked out by hand.
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/lag/family_wise.hpp"
#include "core/maths/order_statistics.hpp"
#include "core/maths/series.hpp"
#include "core/maths/special_functions.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("quantiles lie on straight lines between the order statistics") {
    const std::vector<double> four{4.0, 1.0, 3.0, 2.0};
    CHECK(median(four) == 2.5);
    CHECK(quantile(four, 0.0) == 1.0);
    CHECK(quantile(four, 0.25) == 1.75);  // three quarters of the way from the first to the second
    CHECK(quantile(four, 1.0) == 4.0);
    CHECK(median({5.0, 1.0, 2.0}) == 2.0);
    CHECK(std::isnan(median({})));
}

TEST_CASE("mean and SD are those of the samples present, in any unit") {
    for (const double unit : {1.0, 1e-200, 1e200}) {
        INFO(unit);
        std::vector<double> series{2.0, 4.0, kNaN, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0};  // mean 5, squares 32 of 8
        for (double& x : series) x *= unit;
        const MeanAndSd m = mean_and_sd(series);
        CHECK(m.mean == Approx(5.0 * unit).epsilon(1e-14));
        CHECK(m.sd == Approx(2.0 * unit).epsilon(1e-14));
    }
    for (const std::vector<double>& none : {std::vector<double>{}, std::vector<double>{kNaN, kNaN}}) {
        CHECK(std::isnan(mean_and_sd(none).mean));
        CHECK(standard_deviation(none) == 0.0);
    }
}

TEST_CASE("Student's t and F are what their closed forms say") {
    // t of 1 degree of freedom is Cauchy's law; of 2 degrees P(|T| < t) = t / sqrt(2 + t^2).
    CHECK(t_critical(0.05, 1.0) == Approx(std::tan(0.475 * std::numbers::pi)).epsilon(1e-10));
    CHECK(t_critical(0.05, 2.0) == Approx(0.95 * std::sqrt(2.0 / (1.0 - 0.95 * 0.95))).epsilon(1e-10));
    for (const double t : {0.1, 1.0, 3.0, 30.0}) {
        CHECK(t_two_sided(t, 2.0) == Approx(1.0 - t / std::sqrt(2.0 + t * t)).epsilon(1e-9));
        CHECK(f_upper_tail(t * t, 1.0, 7.0) == Approx(t_two_sided(t, 7.0)).epsilon(1e-12));
        // F of 2 and n degrees: P(F > f) = (1 + 2 f / n)^(-n/2).
        CHECK(f_upper_tail(t, 2.0, 9.0) == Approx(std::pow(1.0 + 2.0 * t / 9.0, -4.5)).epsilon(1e-12));
    }
    // I_x(2, 3) = x^2 (6 - 8 x + 3 x^2)
    for (const double x : {0.01, 0.3, 0.7, 0.99})
        CHECK(incomplete_beta(2.0, 3.0, x) == Approx(x * x * (6.0 - 8.0 * x + 3.0 * x * x)).epsilon(1e-12));
}

TEST_CASE("the band of draws is the one that a p of alpha belongs to") {
    // Draws 1, 2, ..., 999. With 50 of them above, p is 51/1000; with 49, it is 0.05.
    const auto draws = [](std::size_t first, std::size_t count) {
        std::vector<double> out;
        for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<double>(first + i + 1));
        return out;
    };
    constexpr double kWork = 1e5;  // neither cheap enough for more draws than these nor too dear for them
    CHECK(judge_by_draws(950.5, kWork, 0.05, draws).p_value == Approx(0.05));
    CHECK(judge_by_draws(949.5, kWork, 0.05, draws).p_value == Approx(0.051));
    CHECK(judge_by_draws(500.0, kWork, 0.05, draws).band == 950.0);
    CHECK(judge_by_draws(500.0, kWork, 0.0, draws).band == 999.0);
}
