// The power behind a meter that gives a mean of the past over more than a sampling interval: by hand.
#include <cmath>
#include <vector>

#include "core/thermal/power_behind.hpp"
#include "support/catch.hpp"

using namespace rle;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double kNoGap = 1e9;

// 50 W, and 200 W from `edge_s` on.
struct Step {
    double edge_s;
    double energy(double t) const { return 50.0 * t + 150.0 * std::max(t - edge_s, 0.0); }
    /// Mean over the last `window_s`; the power was 50 W before 0, too.
    double trailing(double t, double window_s) const { return (energy(t) - energy(t - window_s)) / window_s; }
    double fading(double t, double window_s) const {
        return t <= edge_s ? 50.0 : 200.0 - 150.0 * std::exp(-(t - edge_s) / window_s);
    }
    double mean(double from, double to) const { return (energy(to) - energy(from)) / (to - from); }
};

std::vector<double> times(double interval_s) {
    std::vector<double> out;
    for (int i = 0; i * interval_s < 12.0; ++i) out.push_back(i * interval_s);
    return out;
}

}  // namespace

TEST_CASE("a step of the power is found behind the ramp that a trailing mean makes of it") {
    const Step step{4.05};
    const std::vector<double> t = times(0.1);
    std::vector<double> p;
    for (const double x : t) p.push_back(step.trailing(x, 1.0));
    const std::vector<double> power = power_behind_trailing_mean(t, p, 1.0, kNoGap);
    REQUIRE(power.size() == t.size());
    // The ramp misplaces up to 1/8 of a window's 150 W (18.75 J); the answer keeps a hundredth of that.
    double joules = 0.0;
    for (std::size_t i = 0; i + 11 < t.size(); ++i) {
        joules += power[i] * 0.1;
        CHECK_THAT(joules, WithinAbs(step.energy(t[i + 1]), 0.3));
        CHECK_THAT(power[i], WithinAbs(step.mean(t[i], t[i + 1]), 2.5));
    }
}

TEST_CASE("a step of the power is found behind a meter with a time constant, wherever it lies") {
    for (const double edge_s : {4.1, 4.5, 4.95}) {
        const Step step{edge_s};
        for (const double interval_s : {0.1, 1.0}) {
            INFO("edge at " << edge_s << " s, samples each " << interval_s << " s");
            const std::vector<double> t = times(interval_s);
            std::vector<double> p;
            for (const double x : t) p.push_back(step.fading(x, 0.3));
            const std::vector<double> power = power_behind_fading_mean(t, p, 0.3, kNoGap);
            for (std::size_t i = 0; i + 1 < t.size(); ++i)
                CHECK_THAT(power[i], WithinAbs(step.mean(t[i], t[i + 1]), 1e-6));
        }
    }
}

TEST_CASE("behind a gap neither knows what was before") {
    const std::vector<double> t{0.0, 0.5, 1.0, 31.0, 31.5, 32.0, 32.5, 33.0};
    const std::vector<double> p{80.0, 80.0, 80.0, 200.0, 200.0, 200.0, 200.0, 200.0};
    for (const auto behind : {power_behind_trailing_mean, power_behind_fading_mean}) {
        const std::vector<double> power = behind(t, p, 1.0, 10.0);
        for (std::size_t i = 0; i < t.size(); ++i) CHECK_THAT(power[i], WithinAbs(p[i], 1e-9));
    }
}
