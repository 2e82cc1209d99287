#include "rlecouple/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/calibrate/simulate.hpp"
#include "support/catch.hpp"
#include "support/families.hpp"

using namespace rle;
using test::family;

namespace {

SessionOutcome outcome(bool detected, double error, bool covered) {
    SessionOutcome o;
    o.detected = detected;
    o.manual_detected = true;
    o.lag_error_s = error;
    o.lag_exact = std::abs(error) <= 0.5;
    o.lag_covered = covered;
    return o;
}

}  // namespace

TEST_CASE("a score is the shares and errors of its outcomes") {
    const Family coupled{"c", "", FamilyKind::coupled, 90, 1.0, {}};
    const FamilyScore s = score(coupled, {outcome(true, 0.0, true), outcome(true, 0.6, false),
                                          outcome(true, 0.0, true), outcome(false, 2.0, true)});
    CHECK(s.n == 4);
    CHECK(*s.power == 0.75);
    CHECK(!s.false_positive_rate);
    CHECK(*s.manual_rate == 1.0);
    CHECK(*s.lag_exact_rate == 0.5);
    CHECK(*s.lag_rmse_s == Approx(std::sqrt(0.36 / 3.0)));  // over those detected
    CHECK(*s.ci_coverage == 0.75);
    CHECK(*s.ci_coverage_detected == Approx(2.0 / 3.0));
    CHECK(!s.k_ci_coverage);
    CHECK(!s.k_relative_bias);
}

TEST_CASE("every family has a name of its own, a line about it, and a session that the chain can take") {
    std::set<std::string> names;
    for (const Family& f : lag_families()) {
        CHECK(names.insert(f.name).second);
        CHECK(!f.about.empty());
        INFO(f.name);
        KeptSession kept;
        const SessionOutcome o = f.run(1, 0, &kept);
        CHECK(o.detected);
        CHECK(o.truth.coupled == (f.kind == FamilyKind::coupled));
        CHECK(o.lag_error_s.has_value() == (f.kind == FamilyKind::coupled));
        CHECK(kept.session.telemetry.size() > f.samples / 2);
        CHECK(kept.correlation);
    }
}

TEST_CASE("a session is the same whenever it is made, and another for another seed") {
    const Family f = family("k0.1_white_1s");
    KeptSession first, again, other;
    f.run(1, 7, &first);
    f.run(1, 8, nullptr);
    f.run(1, 7, &again);
    f.run(2, 7, &other);
    CHECK(first.session.training.grad_norm == again.session.training.grad_norm);
    CHECK(first.correlation->tested->p_value == again.correlation->tested->p_value);
    CHECK(first.session.training.grad_norm != other.session.training.grad_norm);
}

TEST_CASE("the recording carries the two series through align unharmed") {
    Random random(3);
    simulate::Pair pair{simulate::spiky(random, 60), simulate::ar1(random, 60, 0.5), {}};
    const SimulatedSession session = simulate::record(random, pair, {});
    AlignOptions options;
    options.sample_hz = 1.0;
    options.rated_power_w = session.rated_power_w;
    const Alignment a = align(session.telemetry, &session.training, options);
    REQUIRE(a.rows.size() == 60);
    for (std::size_t t = 0; t < 60; ++t) {
        CHECK(a.rows.grad_norm[t] == Approx(pair.driver[t]).margin(1e-9));
        CHECK(a.rows.rle_raw[t] - a.rows.rle_raw[0] ==
              Approx(pair.response[t] - pair.response[0]).margin(1e-9));
    }
}
