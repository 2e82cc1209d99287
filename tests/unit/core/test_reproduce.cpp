#include <algorithm>
#include <cmath>
#include <limits>

#include "core/maths/chi_squared.hpp"
#include "rlecouple/check.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/reproduce.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

SessionResult session(const std::string& name, std::optional<double> r_peak, std::optional<double> tau,
                      double n_samples = 90) {
    SessionResult result;
    result.name = name;
    result.values.resize(session_metrics().size());
    result.values[*find_metric("r_peak")] = r_peak;
    result.values[*find_metric("tau_th_s")] = tau;
    result.n_samples = n_samples;
    return result;
}

const Agreement& agreement(const Reproduction& r, const std::string& name) {
    for (const Agreement& a : r.metrics) {
        if (session_metrics()[a.metric].name == name) return a;
    }
    FAIL("no metric " << name);
    return r.metrics.front();
}

const CheckRow& row(const CheckResult& result, const std::string& name) {
    for (const CheckRow& r : result.rows) {
        if (r.name == name) return r;
    }
    FAIL("no row " << name);
    return result.rows.front();
}

}  // namespace

TEST_CASE("the constant of the model that made the temperatures is no reproducible one") {
    std::vector<SessionResult> estimates{session("a", -0.4, 8.0), session("b", -0.41, 8.0)};
    for (SessionResult& s : estimates) s.modelled = {"power_w", "temp_c"};
    const Reproduction r = reproduce(estimates);
    CHECK(agreement(r, "tau_th_s").n == 0);
    CHECK(!agreement(r, "tau_th_s").cv);
    CHECK(!agreement(r, "tau_th_s").within_20pct);
    CHECK(r.explanation.find(", tau_th_s, ") != std::string::npos);
    REQUIRE(r.warnings.size() >= 2);
    CHECK(r.warnings[0].find("tau_th_s of 2 of 2 sessions is left out") != std::string::npos);
    CHECK(r.warnings[1].find("power_w and temp_c are estimates in 2 of 2 sessions") != std::string::npos);
    // One of them measured: its constant stands alone and is compared with nothing.
    estimates[1].modelled.clear();
    CHECK(agreement(reproduce(estimates), "tau_th_s").n == 1);
    // A power that is an estimate leaves the time constant of measured temperatures.
    for (SessionResult& s : estimates) s.modelled = {"power_w"};
    CHECK(agreement(reproduce(estimates), "tau_th_s").n == 2);
    const CheckResult checked = check_against(estimates[0], estimates[1], {});
    REQUIRE(!checked.warnings.empty());
    CHECK(checked.warnings[0].find("power_w is an estimate, not measured") == 0);
}

TEST_CASE("the session that is odd shows where it is left out") {
    const Reproduction r =
        reproduce({session("a", -0.5, 3.0), session("b", -0.5, 3.0), session("c", 0.5, 4.5)});
    REQUIRE(r.without.size() == 3);
    CHECK(*r.pooled.i2 > 0.9);
    CHECK(*r.without[0].r == Approx(0.0).margin(1e-12));  // of -0.5 and 0.5, weighted alike
    CHECK(*r.without[0].i2 > 0.9);
    CHECK(*r.without[2].r == Approx(-0.5));
    CHECK(*r.without[2].i2 == 0.0);
    CHECK(r.without[2].n == 2);
    CHECK(agreement(r, "tau_th_s").farthest == 2U);  // mean 3.5
    CHECK(agreement(r, "r_peak").farthest == 2U);
    const Reproduction two = reproduce({session("a", -0.5, 3.0), session("b", -0.5, 3.0)});
    CHECK(!two.without[0].r);
    CHECK(!agreement(two, "tau_th_s").farthest);
}

TEST_CASE("a tested lag that differs is told, where the manual's hides it and the criterion does not ask") {
    std::vector<SessionResult> sessions;
    for (const char* name : {"a", "b", "c"}) {
        sessions.push_back(session(name, -0.5, 3.0));
        sessions.back().values[*find_metric("t_lag_s")] = -3.0;
        sessions.back().values[*find_metric("t_lag_tested_s")] = name[0] == 'c' ? -2.0 : -1.0;
        sessions.back().verdict = "coupled";
    }
    const Reproduction r = reproduce(sessions);
    CHECK(agreement(r, "t_lag_s").max_relative_deviation == 0.0);
    const Agreement& tested = agreement(r, "t_lag_tested_s");
    CHECK(*tested.mean == Approx(-4.0 / 3.0));
    CHECK(*tested.max_relative_deviation == Approx(0.5));
    CHECK(tested.within_20pct == false);
    CHECK(tested.farthest == 2U);
    CHECK(r.reproducible);  // by the manual's criterion
    const auto told = [](const Reproduction& all) {
        return std::any_of(all.warnings.begin(), all.warnings.end(), [](const std::string& line) {
            return line.find("t_lag_tested_s is beyond +-20 %, c farthest off") != std::string::npos;
        });
    };
    CHECK(told(r));
    // Where nothing was detected the test has no lag.
    sessions[2].verdict = "not_detected";
    const Reproduction few = reproduce(sessions);
    CHECK(agreement(few, "t_lag_tested_s").n == 2);
    CHECK(!told(few));
}

TEST_CASE("mean, SD, CV and the +-20 % criterion, by hand") {
    const Reproduction r =
        reproduce({session("a", -0.4, 3.0), session("b", -0.5, 3.3), session("c", -0.6, 2.7)});
    const Agreement& tau = agreement(r, "tau_th_s");
    CHECK(*tau.mean == Approx(3.0));
    CHECK(*tau.sd == Approx(0.3));
    CHECK(*tau.cv == Approx(0.1));
    CHECK(*tau.max_relative_deviation == Approx(0.1));
    CHECK(*tau.within_20pct);
    const Agreement& peak = agreement(r, "r_peak");
    CHECK(*peak.cv == Approx(0.2));
    CHECK(*peak.max_relative_deviation == Approx(0.2));  // exactly at the edge, which is within
    CHECK(*peak.within_20pct);
    CHECK(r.reproducible);
    CHECK(agreement(r, "k_per_s").n == 0);
    CHECK(!agreement(r, "k_per_s").within_20pct);
    CHECK(!r.warnings.empty());
}

TEST_CASE("one metric beyond 20 % is enough to refuse, and is named") {
    const Reproduction r = reproduce({session("a", -0.5, 3.0), session("b", -0.5, 4.6)});
    CHECK(!*agreement(r, "tau_th_s").within_20pct);  // 0.8 from 3.8 is 21 %
    CHECK(!r.reproducible);
    CHECK(r.explanation.find("tau_th_s") != std::string::npos);
}

TEST_CASE("equivalence is a claim about a further session") {
    // mean 10, SD 1, n = 4: spread sqrt(1.25); t = 2 / 1.118 = 1.789 with 3 degrees of freedom, p = 0.0858.
    std::vector<SessionResult> four;
    for (const double tau : {9.0, 9.5, 10.2, 11.3}) four.push_back(session("s", 0.5, tau));
    const double sd = std::sqrt((1.0 + 0.25 + 0.04 + 1.69) / 3.0);
    const Agreement a = agreement(reproduce(four), "tau_th_s");
    CHECK(*a.sd == Approx(sd));
    CHECK(*a.within_20pct);
    const double t = 2.0 / (sd * std::sqrt(1.25));
    // Student's t with 3 degrees of freedom in closed form: P(T > t) = 1/2 - (u/(1+u^2) + atan u)/pi, u =
    // t/sqrt 3.
    const double u = t / std::sqrt(3.0);
    CHECK(*a.equivalence_p == Approx(0.5 - (u / (1.0 + u * u) + std::atan(u)) / M_PI));
    CHECK(!*a.equivalent);
    // The 90 % interval and the test at 5 % say the same.
    CHECK((a.prediction90->low < 8.0 || a.prediction90->high > 12.0));
    const Agreement close = agreement(reproduce({session("a", 0.5, 10.0), session("b", 0.5, 10.1),
                                                 session("c", 0.5, 9.9), session("d", 0.5, 10.0)}),
                                      "tau_th_s");
    CHECK(*close.equivalent);
    CHECK(close.prediction90->low > 8.0);
    CHECK(close.prediction90->high < 12.0);
}

TEST_CASE("r is pooled by Fisher's z, by hand") {
    // n - 3 = 100 each: z = (atanh 0.3 + atanh 0.5) / 2, variance 1/200; Q = 100 * (difference^2) / 2.
    const Reproduction r = reproduce({session("a", 0.3, {}, 103), session("b", 0.5, {}, 103)});
    const double z1 = std::atanh(0.3), z2 = std::atanh(0.5), z = 0.5 * (z1 + z2);
    CHECK(*r.pooled.r == Approx(std::tanh(z)));
    CHECK(r.pooled.ci95->low == Approx(std::tanh(z - 1.959964 / std::sqrt(200.0))));
    const double q = 50.0 * (z2 - z1) * (z2 - z1);
    CHECK(*r.pooled.q == Approx(q));
    CHECK(*r.pooled.i2 == Approx((q - 1.0) / q));
    CHECK(*r.pooled.q_p_value == Approx(std::erfc(std::sqrt(q / 2.0))));  // one degree of freedom
    CHECK(r.pooled.ci95_random->width() > r.pooled.ci95->width());
    const Reproduction same = reproduce({session("a", 0.4, {}, 103), session("b", 0.4, {}, 53)});
    CHECK(*same.pooled.r == Approx(0.4));
    CHECK(*same.pooled.i2 == 0.0);
    CHECK(*same.pooled.r_random == Approx(0.4));
    CHECK(!reproduce({session("a", 0.4, 1.0), session("b", {}, 1.0)}).pooled.r);
}

TEST_CASE("the tail of chi-squared is that of the tables") {
    // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4: critical values at 0.05 and 0.001.
    CHECK(chi_squared_upper_tail(3.841, 1) == Approx(0.05).epsilon(1e-3));
    CHECK(chi_squared_upper_tail(18.307, 10) == Approx(0.05).epsilon(1e-3));
    CHECK(chi_squared_upper_tail(124.342, 100) == Approx(0.05).epsilon(1e-3));
    CHECK(chi_squared_upper_tail(29.588, 10) == Approx(0.001).epsilon(1e-3));
    CHECK(chi_squared_upper_tail(4.0, 2) == Approx(std::exp(-2.0)).epsilon(1e-12));
    CHECK(chi_squared_upper_tail(0.02, 2) == Approx(std::exp(-0.01)).epsilon(1e-12));
    CHECK(chi_squared_upper_tail(0.0, 3) == 1.0);
}

TEST_CASE("the same recording twice is no reproduction, whatever was trained") {
    SessionResult a = session("a", -0.5, 3.0), b = session("b", -0.5, 3.0);
    for (int i = 0; i < 40; ++i) {
        a.readings.push_back(50.0 + 0.5 * (i * 7 % 11));
        a.norms.push_back(1.0 + 0.37 * (i * 7 % 11));
        b.norms.push_back(1.5 + 0.37 * (i * 5 % 11));
    }
    b.readings = a.readings;
    b.readings.push_back(60.0);  // and goes on
    const Reproduction r = reproduce({a, b});
    CHECK(!r.independent);
    CHECK(!r.reproducible);
    REQUIRE(r.warnings.size() >= 1);
    CHECK(r.warnings[0].find("the same readings") != std::string::npos);
    b.readings[7] += 1e-9;
    CHECK(reproduce({a, b}).independent);
    a.readings = b.readings = std::vector<double>(40, 45.0);  // at rest, in whole degrees: says nothing
    CHECK(reproduce({a, b}).independent);
    a.readings = b.readings = std::vector<double>(40, std::numeric_limits<double>::quiet_NaN());
    CHECK(reproduce({a, b}).independent);
}

TEST_CASE("what no two sessions have is named beside the claim") {
    SessionResult a = session("a", -0.5, 3.0), b = session("b", -0.5, 3.0);
    a.values[*find_metric("r_peak")].reset();
    b.values[*find_metric("r_peak")].reset();
    const Reproduction r = reproduce({a, b});
    CHECK(r.reproducible);
    CHECK(r.explanation.find("says nothing of r_peak") != std::string::npos);
}

TEST_CASE("the same training twice is no reproduction") {
    SessionResult a = session("a", -0.5, 3.0), b = session("b", -0.5, 3.0), c = session("c", -0.5, 3.0);
    for (int i = 0; i < 40; ++i) {
        a.norm_steps.push_back(i);
        a.norms.push_back(1.0 + 0.37 * (i * 7 % 11));
        if (i < 5) continue;  // b begins later, and has lost a norm
        b.norm_steps.push_back(i);
        b.norms.push_back(i == 20 ? std::numeric_limits<double>::quiet_NaN() : a.norms.back());
    }
    c.norm_steps = a.norm_steps;
    c.norms = a.norms;
    c.norms[30] += 1e-9;
    const Reproduction r = reproduce({a, c, b});
    CHECK(!r.independent);
    REQUIRE(r.same_inputs.size() == 1);
    CHECK(r.same_inputs[0] == std::vector<std::size_t>{0, 2});
    CHECK(!r.reproducible);
    CHECK(r.explanation.find("not independent") != std::string::npos);
    CHECK(reproduce({a, c}).reproducible);
    SessionResult constant = session("d", -0.5, 3.0), flat = session("e", -0.5, 3.0);
    constant.norms = flat.norms = std::vector<double>(40, 1.0);  // clipped norms say nothing
    CHECK(reproduce({constant, flat}).independent);
    constant.training_hash = flat.training_hash = "6b86b2";
    CHECK(!reproduce({constant, flat}).independent);
}

TEST_CASE("where nothing can be compared nothing is claimed") {
    const Reproduction r = reproduce({session("a", {}, {}), session("b", {}, {})});
    CHECK(!r.told);
    CHECK(!r.reproducible);
    const Reproduction zero = reproduce({session("a", 0.0, {}), session("b", 0.0, {})});
    CHECK(*agreement(zero, "r_peak").within_20pct);
    CHECK(!agreement(zero, "r_peak").cv);
    const Reproduction opposite = reproduce({session("a", 0.3, {}), session("b", -0.3, {})});
    CHECK(!agreement(opposite, "r_peak").max_relative_deviation);
    CHECK(!opposite.reproducible);
}

TEST_CASE("law: the order of the sessions changes nothing, a factor changes no share") {
    const Reproduction a =
        reproduce({session("a", 0.3, 2.0), session("b", 0.4, 2.5), session("c", 0.5, 2.1)});
    const Reproduction b =
        reproduce({session("c", 0.5, 21.0), session("a", 0.3, 20.0), session("b", 0.4, 25.0)});
    CHECK(*agreement(a, "tau_th_s").cv == Approx(*agreement(b, "tau_th_s").cv));
    CHECK(*agreement(a, "tau_th_s").equivalence_p == Approx(*agreement(b, "tau_th_s").equivalence_p));
    CHECK(*a.pooled.r == Approx(*b.pooled.r));
    CHECK(*a.pooled.i2 == Approx(*b.pooled.i2).margin(1e-12));
}

TEST_CASE("check: what moved, what did not, what is there on one side alone") {
    SessionResult before = session("before", -0.5, 3.0), now = session("now", -0.55, 3.7);
    before.verdict = now.verdict = "coupled";
    const CheckResult result = check_against(before, now, {});
    CHECK(!row(result, "verdict").moved);
    CHECK(!row(result, "r_peak").moved);
    CHECK(*row(result, "r_peak").relative_change == Approx(-0.1));
    CHECK(row(result, "tau_th_s").moved);  // 23 %
    CHECK(result.moved == 1);
    CHECK(result.rows.size() == 3);  // nothing for what neither has

    CheckOptions strict;
    strict.metrics["r_peak"] = {0.10, true};  // exactly at the edge
    strict.metrics["tau_th_s"] = {0.7, false};
    CHECK(check_against(before, now, strict).moved == 0);
    strict.metrics["tau_th_s"] = {0.69, false};
    CHECK(check_against(before, now, strict).moved == 1);

    now.verdict = "not_detected";
    now.values[*find_metric("tau_th_s")] = {};
    const CheckResult worse = check_against(before, now, {});
    CHECK(row(worse, "verdict").moved);
    CHECK(row(worse, "tau_th_s").moved);
    CHECK(!row(worse, "tau_th_s").change);

    CheckOptions unknown;
    unknown.metrics["tau"] = {0.1, true};
    CHECK_THROWS_AS(check_against(before, now, unknown), Error);
    CHECK_THROWS_AS(check_against(session("a", {}, {}), session("b", {}, {}), {}), Error);
}
