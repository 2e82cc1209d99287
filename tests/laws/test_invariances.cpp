// Laws that hold whatever the numbers are: scaling, shifting, mirroring, resampling.
#include <cmath>
#include <vector>

#include "rlecouple/align.hpp"
#include "rlecouple/balance.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/correlate.hpp"
#include "rlecouple/rle.hpp"
#include "support/catch.hpp"
#include "support/sessions.hpp"

using namespace rle;
using rle::test::Noise;
using Column = std::vector<double>;

namespace {

Column random_column(std::size_t n, unsigned long long seed) {
    Noise noise(seed);
    Column out(n);
    for (double& x : out) x = noise();
    return out;
}

Column transformed(Column values, double scale, double offset) {
    for (double& v : values) v = scale * v + offset;
    return values;
}

struct Device {
    Column t, temp, power, util;
};

// A smooth session, sampled at `hz`.
Device smooth_session(double hz, double seconds) {
    Device d;
    for (double i = 0; i < seconds * hz; ++i) {
        const double t = i / hz;
        d.t.push_back(t);
        d.temp.push_back(60.0 + 10.0 * std::sin(t / 40.0));
        d.power.push_back(120.0 + 30.0 * std::cos(t / 30.0));
        d.util.push_back(70.0 + 20.0 * std::sin(t / 50.0));
    }
    return d;
}

RleOptions rle_options() {
    RleOptions options;
    options.rated_power_w = 200.0;
    return options;
}

RleSeries rle_of(const Device& d, const RleOptions& options = rle_options()) {
    return compute_rle(d.t, d.temp, d.power, d.util, options);
}

void check_equal(const Column& a, const Column& b, double tolerance = 1e-12) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]) && std::isnan(b[i])) continue;
        CHECK(a[i] == Approx(b[i]).epsilon(tolerance).margin(1e-12));
    }
}

BalanceInput heated(double scale, double shift_s) {
    BalanceInput in;
    double temp = 40.0;
    for (int i = 0; i < 240; ++i) {
        const double power = i / 30 % 2 == 0 ? 200.0 : 60.0;
        in.t_s.push_back(i + shift_s);
        in.temp_c.push_back(temp);
        in.power_w.push_back(scale * power);
        const double settled = 21.0 + power / 4.0;
        temp = settled + (temp - settled) * std::exp(-4.0 / 100.0);  // the power holds for a second
    }
    return in;
}

}  // namespace

TEST_CASE("RLE does not ask in which unit power is counted, nor when the clock started") {
    const Device d = smooth_session(1.0, 120.0);
    const RleSeries reference = rle_of(d);
    Device milliwatt = d;
    milliwatt.power = transformed(d.power, 1000.0, 0.0);
    RleOptions options = rle_options();
    options.rated_power_w *= 1000.0;
    check_equal(rle_of(milliwatt, options).rle, reference.rle);
    Device later = d;
    later.t = transformed(d.t, 1.0, 1e6);
    check_equal(rle_of(later).rle, reference.rle, 1e-7);  // a slope on a far clock loses a few digits
    Device kelvin = d;
    kelvin.temp = transformed(d.temp, 1.0, 273.15);
    options = rle_options();
    options.ambient_c += 273.15;
    options.temp_limit_c += 273.15;
    check_equal(rle_of(kelvin, options).rle, reference.rle, 1e-9);
}

TEST_CASE("RLE halves when the device draws twice its share, and doubles with its rating") {
    const Device d = smooth_session(1.0, 60.0);
    const RleSeries reference = rle_of(d);
    RleOptions options = rle_options();
    options.rated_power_w *= 2.0;
    check_equal(rle_of(d, options).rle, transformed(reference.rle, 2.0, 0.0));
}

TEST_CASE("the same session at 1 Hz and at 10 Hz has the same RLE") {
    const RleSeries slow = rle_of(smooth_session(1.0, 200.0)), fast = rle_of(smooth_session(10.0, 200.0));
    for (std::size_t i = 10; i < 200; ++i) CHECK(fast.rle[10 * i] == Approx(slow.rle[i]).epsilon(0.02));
}

TEST_CASE("r does not ask for units; a negative unit turns its sign; swapping the series mirrors the lags") {
    const Column g = random_column(80, 3), y = random_column(80, 4);
    const auto reference = cross_correlation(g, y, 1.0, 5.0);
    const auto scaled = cross_correlation(transformed(g, 250.0, 7.0), transformed(y, 0.001, -3.0), 1.0, 5.0);
    const auto turned = cross_correlation(transformed(g, -2.0, 0.0), y, 1.0, 5.0);
    const auto mirrored = cross_correlation(y, g, 1.0, 5.0);
    for (std::size_t i = 0; i < reference.size(); ++i) {
        CHECK(*scaled[i].r == Approx(*reference[i].r).margin(1e-12));
        CHECK(*turned[i].r == Approx(-*reference[i].r).margin(1e-12));
        CHECK(*mirrored[reference.size() - 1 - i].r == Approx(*reference[i].r).margin(1e-12));
    }
}

TEST_CASE("a series correlates perfectly with itself at no lag, and a shifted one at its shift") {
    const Column g = random_column(120, 9);
    CHECK(*cross_correlation(g, g, 1.0, 3.0)[3].r == Approx(1.0));
    for (int shift : {1, 2, 3}) {
        Column later(g.size(), kMissing);
        for (std::size_t i = static_cast<std::size_t>(shift); i < g.size(); ++i)
            later[i] = g[i - static_cast<std::size_t>(shift)];
        const ManualCorrelation manual = manual_correlation(g, later, 1.0, 5.0);
        CHECK(*manual.t_lag_s == -shift);
        CHECK(*manual.r_peak == Approx(1.0));
        CHECK(*manual_correlation(later, g, 1.0, 5.0).t_lag_s == shift);
    }
}

TEST_CASE("step 4 as a whole does not ask for units, either") {
    CorrelateInput input;
    input.driver = random_column(150, 21);
    input.response = random_column(150, 22);
    for (std::size_t i = 2; i < input.response.size(); ++i)
        input.response[i] = 0.3 * input.response[i] - input.driver[i - 2];
    const Correlation reference = correlate(input, {});
    input.driver = transformed(input.driver, 12.0, 40.0);
    input.response = transformed(input.response, 0.01, 0.5);
    const Correlation scaled = correlate(input, {});
    REQUIRE(reference.tested);
    REQUIRE(scaled.tested);
    CHECK(*scaled.tested->t_lag_s == Approx(*reference.tested->t_lag_s));
    CHECK(*scaled.tested->r_peak == Approx(*reference.tested->r_peak).epsilon(1e-6));
    CHECK(scaled.verdict == reference.verdict);
    CHECK(*reference.verdict == Verdict::coupled);
    CHECK(*reference.tested->t_lag_s == Approx(-2.0).margin(0.5));
    REQUIRE(reference.coupling);
    CHECK(reference.coupling->delay_s == Approx(-*reference.tested->t_lag_s).margin(1.0));
}

TEST_CASE("shifting both clocks moves t_s and nothing else; shifting one equals a clock offset") {
    Telemetry telemetry;
    telemetry.devices = {"gpu"};
    Training training;
    Noise noise(5);
    for (int i = 0; i < 60; ++i) {
        telemetry.t_s.push_back(i + 0.02 * noise());
        telemetry.wall_us.push_back(kNoTime);
        telemetry.device.push_back(0);
        telemetry.temp_c.push_back(60.0 + noise());
        telemetry.power_w.push_back(100.0 + 10.0 * noise());
        telemetry.util_pct.push_back(80.0);
        training.t_s.push_back(0.9 * i);
        training.wall_us.push_back(kNoTime);
        training.step.push_back(i);
        training.epoch.push_back(0.0);
        training.loss.push_back(noise());
        training.grad_norm.push_back(1.0 + noise());
        training.learning_rate.push_back(1e-3);
    }
    AlignOptions options;
    options.sample_hz = 1.0;
    options.rated_power_w = 200.0;
    options.temp_limit_c = 83.0;
    const Alignment reference = align(telemetry, &training, options);
    Telemetry later = telemetry;
    Training later_training = training;
    later.t_s = transformed(telemetry.t_s, 1.0, 512.0);
    later_training.t_s = transformed(training.t_s, 1.0, 512.0);
    const Alignment shifted = align(later, &later_training, options);
    check_equal(shifted.rows.grad_norm, reference.rows.grad_norm);
    check_equal(shifted.rows.rle, reference.rows.rle, 1e-9);
    check_equal(shifted.rows.t_s, transformed(reference.rows.t_s, 1.0, 512.0));
    options.clock_offset_s = -512.0;
    check_equal(align(telemetry, &later_training, options).rows.grad_norm, reference.rows.grad_norm);
}

TEST_CASE("twice the power through twice the device: hA and C double, tau and the closure stay") {
    BalanceOptions options;
    const Balance reference = balance_energy(heated(1.0, 0.0), options),
                  twice = balance_energy(heated(2.0, 0.0), options);
    REQUIRE(reference.thermal.hA_w_per_c);
    REQUIRE(twice.thermal.hA_w_per_c);
    CHECK(*twice.thermal.hA_w_per_c == Approx(2.0 * *reference.thermal.hA_w_per_c).epsilon(1e-4));
    CHECK(*twice.thermal.C_j_per_c == Approx(2.0 * *reference.thermal.C_j_per_c).epsilon(1e-4));
    CHECK(*twice.tau_th.value_s == Approx(*reference.tau_th.value_s).epsilon(1e-4));
    CHECK(*twice.conservation.closure == Approx(*reference.conservation.closure).margin(1e-4));
    CHECK(*reference.thermal.hA_w_per_c == Approx(4.0).epsilon(0.02));  // as simulated
    CHECK(*reference.tau_th.value_s == Approx(25.0).epsilon(0.01));

    const Balance later = balance_energy(heated(1.0, 4096.0), options);
    CHECK(*later.tau_th.value_s == Approx(*reference.tau_th.value_s).epsilon(1e-6));
    CHECK(*later.conservation.energy_in_j == Approx(*reference.conservation.energy_in_j).epsilon(1e-9));
}
