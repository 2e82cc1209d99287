// The steps of the thermal network: alike ones made once, and the derivatives that the fit goes by.
#include <cmath>

#include "core/thermal/power_table.hpp"
#include "core/thermal/thermal_simulate.hpp"
#include "support/catch.hpp"

using namespace rle;
using namespace rle::thermal;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

ThermalSamples session(std::size_t n, double dt_s) {
    ThermalSamples s;
    for (std::size_t i = 0; i < n; ++i) {
        const auto k = static_cast<double>(i);
        s.t_s.push_back(dt_s * k);
        s.power_w.push_back(120.0 + 60.0 * std::sin(0.7 * k) + (i / 9 % 2 == 0 ? 40.0 : 0.0));
        s.temp_c.push_back(45.0 + 5.0 * std::sin(0.2 * k));
    }
    return s;
}

Theta some_theta() {
    Theta theta{};
    theta[kStill] = std::log(3.0);
    theta[kFan] = std::log(5.0);
    theta[kDie] = std::log(12.0);
    theta[kSink] = std::log(180.0);
    theta[kCoupling] = std::log(9.0);
    theta[kAmbient] = 23.0;
    theta[kStart] = 44.0;
    theta[kSinkStart] = 38.0;
    theta[kShift] = 0.37;
    return theta;
}

// The prediction at the last sample.
template <bool kTwoNodes>
Dual<10> last_of(const ThermalSamples& s, const Shape& shape, const Theta& theta, const Gains& gains) {
    const ThermalView view = s;
    const PowerTable power(view.t_s, view.power_w);
    const AlikeSteps alike(view, shape.fan);
    Dual<10> last;
    simulate<kTwoNodes, 10>(view, power, alike, shape, theta, shape.free(), gains,
                            [&](std::size_t, const Dual<10>& t) { last = t; });
    return last;
}

template <bool kTwoNodes>
void check_derivatives(const ThermalSamples& s, Shape shape, const Gains& gains) {
    shape.two_nodes = kTwoNodes;
    shape.ambient = true;
    const Theta theta = some_theta();
    const Dual<10> at = last_of<kTwoNodes>(s, shape, theta, gains);
    const std::vector<Slot> free = shape.free();
    for (std::size_t i = 0; i < free.size(); ++i) {
        constexpr double kStep = 1e-5;
        Theta up = theta, down = theta;
        up[free[i]] += kStep;
        down[free[i]] -= kStep;
        const double slope =
            (last_of<kTwoNodes>(s, shape, up, gains).v - last_of<kTwoNodes>(s, shape, down, gains).v) /
            (2.0 * kStep);
        INFO("slot " << free[i] << ", reading " << static_cast<int>(shape.reading));
        CHECK_THAT(at.derivative(i), WithinAbs(slope, 1e-6 * std::max(1.0, std::abs(slope))));
    }
}

}  // namespace

TEST_CASE("the derivatives of a prediction are those of finite differences, however the power is read") {
    ThermalSamples regular = session(60, 1.0), fanned = regular;
    for (std::size_t i = 0; i < 60; ++i) {
        fanned.fan.push_back(i / 10 % 2 == 0 ? 0.3 : 0.7);
        fanned.room.push_back(0.05 * static_cast<double>(i));
    }
    Gains gains;
    for (std::size_t i = 0; i < 60; ++i) {
        gains.die.push_back(i % 3 == 0 ? 0.2 : 0.0);
        gains.sink.push_back(0.05);
        gains.relative.push_back(1.0);
    }
    for (const PowerReading reading : {PowerReading::held, PowerReading::sampled, PowerReading::averaged,
                                       PowerReading::late, PowerReading::late_sampled}) {
        Shape shape;
        shape.reading = reading;
        check_derivatives<false>(regular, shape, {});
        check_derivatives<true>(regular, shape, gains);
        shape.fan = true;
        check_derivatives<false>(fanned, shape, gains);
        check_derivatives<true>(fanned, shape, {});
    }
}

TEST_CASE("a power that steps within an interval is two shorter steps") {
    const Network<double> net{true, 2.5, 0.0, 14.0, 160.0, 8.0, 21.0};
    const Modes<double> modes = Modes<double>::of(net, 0.0);
    NodeState<double> once{50.0, 40.0}, twice = once;
    advance<true>(Step<double>::of(net, modes, 1.0), 80.0, 0.0, once);
    add_late_watts<true>(modes, 0.3, 120.0, once);
    advance<true>(Step<double>::of(net, modes, 0.7), 80.0, 0.0, twice);
    advance<true>(Step<double>::of(net, modes, 0.3), 200.0, 0.0, twice);
    CHECK_THAT(once.die, WithinRel(twice.die, 1e-13));
    CHECK_THAT(once.sink, WithinRel(twice.sink, 1e-13));
}

TEST_CASE("an even grid has one kind of step, whatever the rounding of its times") {
    ThermalSamples s = session(2000, 0.1);
    for (double& t : s.t_s) t += 12345.6;
    const AlikeSteps even(s, false);
    REQUIRE(even.kinds().size() == 1);
    CHECK_THAT(even.kinds()[0].dt_s, WithinRel(0.1, 1e-12));
    s.fan.assign(2000, 0.4);
    s.fan[777] = 0.5;
    CHECK(AlikeSteps(s, false).kinds().size() == 1);
    const AlikeSteps by_fan(s, true);
    REQUIRE(by_fan.kinds().size() == 2);
    CHECK(by_fan.kinds()[by_fan.of(777)].fan == 0.5);
    CHECK(by_fan.of(776) == by_fan.of(778));
}

TEST_CASE("steps of which hardly two are alike give what alike ones do") {
    ThermalSamples s = session(400, 0.5), jittered = s;
    for (std::size_t i = 0; i < 400; ++i) jittered.t_s[i] += 1e-7 * std::sin(static_cast<double>(i * i));
    CHECK(AlikeSteps(s, false).any());
    CHECK_FALSE(AlikeSteps(jittered, false).any());
    ThermalConstants c;
    c.two_nodes = true;
    c.C_die = 10.0;
    c.C_sink = 150.0;
    c.coupling = 7.0;
    c.hA_still = 2.0;
    c.start_c = 50.0;
    c.sink_start_c = 40.0;
    for (const PowerReading reading : {PowerReading::held, PowerReading::averaged}) {
        c.reading = reading;
        const std::vector<double> even = simulate_thermal(s, c), uneven = simulate_thermal(jittered, c);
        for (std::size_t i = 0; i < 400; ++i) CHECK_THAT(uneven[i], WithinAbs(even[i], 1e-4));
    }
}

TEST_CASE("a late meter of instants is one of instants where it is not late, and its energies add up") {
    const std::vector<double> t{0.0, 1.0, 2.5, 3.0, 5.0, 6.0}, p{60.0, 60.0, 240.0, 90.0, 150.0, 150.0};
    const PowerTable power(t, p);
    PowerTable::Cursor cursor;
    double joules = 0.0;
    for (std::size_t i = 0; i + 1 < t.size(); ++i) {
        const double dt = t[i + 1] - t[i];
        const PowerTable::Mean now = power.mean(i, PowerReading::late_sampled, 0.0, cursor);
        CHECK_THAT(now.value, WithinRel(power.mean(i, PowerReading::sampled, 0.0, cursor).value, 1e-12));
        CHECK_THAT(now.step_square, WithinAbs((p[i + 1] - p[i]) * (p[i + 1] - p[i]), 1e-9));
        joules += dt * power.mean(i, PowerReading::late_sampled, 0.4, cursor).value;
    }
    // From 0.4 to 6.4 s: 0.6 s of 60 W, 1.5 s of 150 W on average, 0.5 s of 165 W, 2 s of 120 W, 1.4 s of 150
    // W.
    CHECK_THAT(joules, WithinRel(36.0 + 225.0 + 82.5 + 240.0 + 210.0, 1e-12));
}
