// The thermal fit against known constants, against scipy, and against what no data can tell.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/maths/dual.hpp"
#include "core/thermal/thermal_interval.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "thermal_sessions.hpp"

using namespace rle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using rle::test::given;
using rle::test::mentions;
using rle::test::square_wave_session;
using rle::test::SquareWave;

namespace {

ThermalSamples read_samples(const std::string& name) {
    std::ifstream file(std::string(RLE_TEST_DATA "/thermal/") + name);
    REQUIRE(file);
    ThermalSamples out;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::replace(line.begin(), line.end(), ',', ' ');
        std::istringstream cells(line);
        cells.imbue(std::locale::classic());
        double t = 0.0, temp = 0.0, power = 0.0;
        cells >> t >> temp >> power;
        out.t_s.push_back(t);
        out.temp_c.push_back(temp);
        out.power_w.push_back(power);
    }
    return out;
}

nlohmann::json oracle() {
    return nlohmann::json::parse(test::read_file(RLE_SOURCE_DIR "/tests/oracle/thermal.json"));
}

double median(std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
}

}  // namespace

TEST_CASE("a heating step is the textbook exponential, however it is sampled") {
    ThermalConstants c;
    c.hA_still = 4.0;
    c.C_die = 40.0;  // tau = 10 s
    c.ambient_c = 20.0;
    c.start_c = 20.0;
    ThermalSamples s;
    for (const double t : {0.0, 0.3, 1.0, 2.5, 10.0, 30.0}) {
        s.t_s.push_back(t);
        s.temp_c.push_back(0.0);
        s.power_w.push_back(200.0);
    }
    const std::vector<double> model = simulate_thermal(s, c);
    for (std::size_t i = 0; i < s.size(); ++i) {
        CHECK_THAT(model[i], WithinAbs(20.0 + 50.0 * (1.0 - std::exp(-s.t_s[i] / 10.0)), 1e-12));
    }
}

TEST_CASE("a device at rest follows a warming room behind by its time constant, as the textbook has it") {
    // dT/dt = (Ta + r t - T) / tau: T = Ta + r (t - tau) + (T0 - Ta + r tau) exp(-t / tau).
    ThermalConstants c;
    c.hA_still = 2.0;
    c.C_die = 24.0;  // tau 12 s
    c.ambient_c = 20.0;
    c.start_c = 30.0;
    const double rate = 0.05, tau = 12.0;
    ThermalSamples s;
    for (int t = 0; t < 100; ++t) {
        s.t_s.push_back(t);
        s.temp_c.push_back(0.0);
        s.power_w.push_back(0.0);
        s.room.push_back(rate * t);
    }
    const std::vector<double> simulated = simulate_thermal(s, c);
    for (std::size_t i = 0; i < simulated.size(); ++i) {
        const double t = s.t_s[i];
        CHECK(simulated[i] ==
              Approx(20.0 + rate * (t - tau) + (10.0 + rate * tau) * std::exp(-t / tau)).margin(2e-3));
    }
}

TEST_CASE("two nodes settle where the two resistances put them, with the time constants of their matrix") {
    ThermalConstants c;
    c.two_nodes = true;
    c.hA_still = 2.0;
    c.coupling = 10.0;
    c.C_die = 15.0;
    c.C_sink = 200.0;
    c.ambient_c = 25.0;
    c.start_c = c.sink_start_c = 25.0;
    ThermalSamples s;
    s.t_s = {0.0, 5000.0};
    s.temp_c = {0.0, 0.0};
    s.power_w = {100.0, 100.0};
    std::vector<double> sink;
    const std::vector<double> die = simulate_thermal(s, c, &sink);
    CHECK_THAT(sink[1], WithinAbs(25.0 + 100.0 / 2.0, 1e-9));
    CHECK_THAT(die[1], WithinAbs(25.0 + 100.0 / 2.0 + 100.0 / 10.0, 1e-9));
    // trace and determinant of the matrix: sums and products of the rates
    const std::vector<double> tau = time_constants(c, 2.0);
    CHECK_THAT(1.0 / tau[0] + 1.0 / tau[1], WithinRel(10.0 / 15.0 + 12.0 / 200.0, 1e-12));
    CHECK_THAT(tau[0] * tau[1], WithinRel(15.0 * 200.0 / (10.0 * 2.0), 1e-12));
    CHECK(tau[0] > tau[1]);
}

TEST_CASE("derivatives carried along are those of finite differences") {
    const auto f = [](auto x, auto y) {
        using std::exp;
        using std::sqrt;
        return sqrt(x * x + y * 3.0) / exp(-y) - x / (y + 2.0);
    };
    const auto dual = f(Dual<2>::variable(1.3, 0), Dual<2>::variable(0.7, 1));
    const double h = 1e-6;
    CHECK_THAT(dual.v, WithinRel(f(1.3, 0.7), 1e-14));
    CHECK_THAT(dual.derivative(0), WithinRel((f(1.3 + h, 0.7) - f(1.3 - h, 0.7)) / (2 * h), 1e-8));
    CHECK_THAT(dual.derivative(1), WithinRel((f(1.3, 0.7 + h) - f(1.3, 0.7 - h)) / (2 * h), 1e-8));
}

TEST_CASE("Student's quantiles are those of the tables") {
    CHECK_THAT(thermal::student_quantile(10.0), WithinAbs(2.2281, 5e-4));
    CHECK_THAT(thermal::student_quantile(30.0), WithinAbs(2.0423, 1e-4));
    CHECK_THAT(thermal::student_quantile(4.0), WithinAbs(2.7764, 1e-2));
}

TEST_CASE("one node agrees with scipy's least_squares to four digits") {
    const ThermalResult fitted = fit_thermal(read_samples("one_node.csv"), given(oracle()["ambient_c"]));
    const auto expected = oracle()["one_node"];
    REQUIRE(fitted.fit.model == "one-node");
    CHECK_THAT(*fitted.fit.hA_w_per_c, WithinRel(expected["hA_w_per_c"].get<double>(), 1e-4));
    CHECK_THAT(*fitted.fit.C_j_per_c, WithinRel(expected["C_j_per_c"].get<double>(), 1e-4));
    CHECK_THAT(fitted.fit.tau_s.at(0), WithinRel(expected["tau_s"].get<double>(), 1e-4));
    CHECK_THAT(fitted.constants.start_c, WithinAbs(expected["start_c"].get<double>(), 1e-3));
    CHECK_THAT(*fitted.fit.rmse_c, WithinRel(expected["rmse_c"].get<double>(), 1e-4));
    CHECK(fitted.fit.adequate);
}

TEST_CASE("two nodes agree with scipy's least_squares to four digits") {
    const ThermalResult fitted = fit_thermal(read_samples("two_nodes.csv"), given(oracle()["ambient_c"]));
    const auto expected = oracle()["two_nodes"];
    REQUIRE(fitted.fit.model == "two-node");
    CHECK_THAT(*fitted.fit.hA_w_per_c, WithinRel(expected["hA_w_per_c"].get<double>(), 1e-4));
    CHECK_THAT(fitted.constants.C_die, WithinRel(expected["C_die_j_per_c"].get<double>(), 1e-4));
    CHECK_THAT(fitted.constants.C_sink, WithinRel(expected["C_sink_j_per_c"].get<double>(), 1e-4));
    CHECK_THAT(*fitted.fit.coupling_w_per_c, WithinRel(expected["coupling_w_per_c"].get<double>(), 1e-4));
    CHECK_THAT(fitted.fit.tau_s.at(0), WithinRel(expected["tau_s"][0].get<double>(), 1e-4));
    CHECK_THAT(fitted.fit.tau_s.at(1), WithinRel(expected["tau_s"][1].get<double>(), 1e-4));
    CHECK_THAT(*fitted.fit.rmse_c, WithinRel(expected["rmse_c"].get<double>(), 1e-4));
    // the truth that the session was made from
    CHECK_THAT(*fitted.fit.hA_w_per_c, WithinRel(3.0, 0.005));
    CHECK(fitted.fit.ci95.at("C_sink_j_per_c").contains(220.0));
}

// Targets of docs/method/balance.md: 2 % in the median, 95 % intervals that cover in 90 to 99 %. With 150
// sessions the count of a sound interval lies within 0.95 +- 0.05.
TEST_CASE("whole degrees and a square wave give back tau and hA, with intervals that hold", "[simulation]") {
    const auto [low, high] = GENERATE(std::pair{3.0, 8.0}, std::pair{8.0, 25.0}, std::pair{25.0, 60.0});
    test::Uniform uniform(11);
    constexpr int kSessions = 150;
    std::vector<double> tau_error, hA_error;
    int tau_covered = 0;
    int hA_covered = 0;
    for (int i = 0; i < kSessions; ++i) {
        const SquareWave w = test::random_wave(uniform, low, high);
        const ThermalResult r = fit_thermal(square_wave_session(w), given(w.ambient_c));
        REQUIRE(r.usable);
        tau_error.push_back(std::abs(r.fit.tau_s.at(0) / w.tau_s - 1.0));
        hA_error.push_back(std::abs(*r.fit.hA_w_per_c / w.hA - 1.0));
        tau_covered += r.fit.ci95.at("tau_s").contains(w.tau_s) ? 1 : 0;
        hA_covered += r.fit.ci95.at("hA_w_per_c").contains(w.hA) ? 1 : 0;
    }
    CHECK(median(tau_error) < 0.02);
    CHECK(median(hA_error) < 0.02);
    CHECK(tau_covered >= 0.90 * kSessions);
    CHECK(hA_covered >= 0.90 * kSessions);
}

TEST_CASE("a meter that averages, and edges between samples, do not move tau", "[simulation]") {
    const bool averaging = GENERATE(false, true);
    test::Uniform uniform(5);
    std::vector<double> error;
    int covered = 0;
    constexpr int kSessions = 60;
    for (int i = 0; i < kSessions; ++i) {
        SquareWave w = test::random_wave(uniform, 3.0, 20.0);
        w.half_period_s = uniform(10.0, 30.0);
        w.phase_s = uniform(0.0, w.half_period_s);
        w.average_s = averaging ? 1.0 : 0.0;
        const ThermalResult r = fit_thermal(square_wave_session(w), given(w.ambient_c));
        REQUIRE(r.usable);
        error.push_back(std::abs(r.fit.tau_s.at(0) / w.tau_s - 1.0));
        covered += r.fit.ci95.at("tau_s").contains(w.tau_s) ? 1 : 0;
    }
    CHECK(median(error) < 0.02);  // read as it stands, the power gives 10 to 20 % (docs/method/balance.md)
    CHECK(covered >= 0.88 * kSessions);
}

TEST_CASE("hA follows the fan where there is one") {
    ThermalConstants c;
    c.hA_still = 1.0;
    c.hA_fan = 5.0;
    c.C_die = 60.0;
    c.ambient_c = 24.0;
    c.start_c = 40.0;
    ThermalSamples s;
    for (int i = 0; i < 400; ++i) {
        s.t_s.push_back(i);
        s.temp_c.push_back(0.0);
        s.power_w.push_back((i / 23) % 2 == 0 ? 180.0 : 40.0);
        s.fan.push_back(0.2 + 0.2 * ((i / 60) % 4));
    }
    s.temp_c = simulate_thermal(s, c);
    for (double& t : s.temp_c) t = std::round(t);
    const ThermalResult r = fit_thermal(s, given(24.0));
    REQUIRE(r.fit.hA_fan_w_per_c);
    CHECK(r.fit.ci95.at("hA_fan_w_per_c").contains(5.0));
    CHECK_THAT(*r.fit.hA_fan_w_per_c, WithinRel(5.0, 0.05));
    CHECK_THAT(r.constants.hA(0.3), WithinRel(c.hA(0.3), 0.02));
}

TEST_CASE("a fitted ambient comes with how well it is known") {
    SquareWave w;
    w.ambient_c = 27.0;
    w.tau_s = 6.0;
    ThermalOptions options = given(21.0);
    options.fit_ambient = true;
    const ThermalResult r = fit_thermal(square_wave_session(w), options);
    REQUIRE(r.fit.ambient_c);
    CHECK(r.fit.ambient_fitted);
    CHECK(r.fit.ci95.at("ambient_c").contains(27.0));
    CHECK(r.fit.ci95.at("ambient_c").width() < 3.0);
    CHECK(mentions(r.warnings, "known to"));
}

TEST_CASE("an ambient that cannot be told from hA is not told, and hA neither") {
    SquareWave w;
    w.low_w = w.high_w = 150.0;
    w.start_rise_c = 20.0;
    w.tau_s = 8.0;
    ThermalOptions options = given(21.0);
    options.fit_ambient = true;
    const ThermalResult r = fit_thermal(square_wave_session(w), options);
    CHECK_FALSE(r.fit.ambient_c);
    CHECK_FALSE(r.fit.hA_w_per_c);
    CHECK_FALSE(r.usable);
    CHECK(r.fit.ci95.at("ambient_c").width() > 20.0);
    CHECK(mentions(r.warnings, "ambient"));
}

TEST_CASE("a state of rest has no thermal constants") {
    SquareWave w;
    w.low_w = w.high_w = 150.0;
    w.start_rise_c = 50.0;  // = P/hA
    const ThermalResult r = fit_thermal(square_wave_session(w), given(22.0));
    CHECK(r.fit.tau_s.empty());
    CHECK_FALSE(r.fit.C_j_per_c);
    CHECK_FALSE(r.fit.hA_w_per_c);
    CHECK(mentions(r.warnings, "hardly moved"));
}

TEST_CASE("what never moves has intervals without bounds, not of no width") {
    ThermalSamples s = square_wave_session(SquareWave{});
    s.power_w.assign(s.size(), 125.0);
    s.temp_c.assign(s.size(), 50.0);
    const ThermalResult r = fit_thermal(s, given(21.0));
    CHECK(r.fit.tau_s.empty());
    CHECK(r.fit.ci95.at("tau_s").high > 100.0 * r.fit.ci95.at("tau_s").low);
    CHECK(r.fit.ci95.at("C_j_per_c").high > 100.0 * r.fit.ci95.at("C_j_per_c").low);
}

TEST_CASE("a warm-up under steady power tells tau, and says what hA and C lean on") {
    SquareWave w;
    w.low_w = w.high_w = 150.0;
    const ThermalResult r = fit_thermal(square_wave_session(w), given(22.0));
    REQUIRE(r.fit.tau_s.size() == 1);
    CHECK_THAT(r.fit.tau_s[0], WithinRel(10.0, 0.05));
    CHECK(r.fit.ci95.at("tau_s").contains(10.0));
    CHECK(mentions(r.warnings, "ambient temperature being right"));
}

TEST_CASE("a session shorter than the time constant tells neither it nor hA") {
    SquareWave w;
    w.tau_s = 300.0;
    w.seconds = 60.0;
    const ThermalResult r = fit_thermal(square_wave_session(w), given(22.0));
    CHECK(r.fit.tau_s.empty());
    CHECK_FALSE(r.fit.hA_w_per_c);
    CHECK(r.fit.ci95.at("tau_s").contains(300.0));
    CHECK_FALSE(r.warnings.empty());
    CHECK(r.fit.C_j_per_c);  // the slope under power tells the heat capacity
    CHECK(r.fit.ci95.at("C_j_per_c").contains(900.0));
}

TEST_CASE("too few samples, no power, and an ambient above the temperatures are named") {
    ThermalSamples s = square_wave_session(SquareWave{});
    CHECK(mentions(fit_thermal(s.slice(0, 5), given(22.0)).warnings, "too few"));
    CHECK_FALSE(fit_thermal(s, given(90.0)).usable);
    CHECK(mentions(fit_thermal(s, given(90.0)).warnings, "--ambient"));
    s.power_w.assign(s.size(), 0.0);
    CHECK(mentions(fit_thermal(s, given(22.0)).warnings, "0 W"));
}

TEST_CASE("residuals that are plainly not noise make the fit inadequate") {
    ThermalSamples s = read_samples("two_nodes.csv");
    ThermalOptions options = given(23.0);
    options.two_nodes = false;
    CHECK_FALSE(fit_thermal(s, options).fit.adequate);
    options.two_nodes = true;
    CHECK(fit_thermal(s, options).fit.adequate);
}

TEST_CASE("a temperature that stands still under a moving power tells no constant at all") {
    ThermalSamples s;
    for (int i = 0; i < 120; ++i) {
        s.t_s.push_back(i);
        s.temp_c.push_back(50.0);
        s.power_w.push_back(i / 10 % 2 == 0 ? 50.0 : 200.0);
    }
    const ThermalResult result = fit_thermal(s, given(21.0));
    CHECK(!result.fit.hA_w_per_c);
    CHECK(!result.fit.C_j_per_c);
    CHECK(result.fit.node_C_j_per_c.empty());
    CHECK(result.fit.tau_s.empty());
    CHECK(result.fit.ci95.empty());
    CHECK(!result.fit.adequate);
    CHECK(mentions(result.warnings, "stands still"));
}
