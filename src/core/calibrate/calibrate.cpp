#include "rlecouple/calibrate.hpp"

#include <algorithm>
#include <cmath>

#include "core/calibrate/lag_families.hpp"
#include "core/maths/order_statistics.hpp"
#include "rlecouple/correlate.hpp"

namespace rle {
namespace {

constexpr double kManualModerate = 0.3;
constexpr double kHair = 1e-9;  // what rounding may put between a lag and the edge that it lies on

struct Chained {
    Alignment alignment;
    Correlation correlation;
};

// align and correlate, as the commands of these names do it; the response is the RLE of each sample, not its
// trailing mean, which is what the coupling equation speaks of.
Chained run_chain(const SimulatedSession& session, std::uint64_t seed) {
    AlignOptions align_options;
    align_options.sample_hz = session.sample_hz;
    align_options.rated_power_w = session.rated_power_w;
    Chained chained;
    chained.alignment = align(session.telemetry, &session.training, align_options);
    const AlignedRows& rows = chained.alignment.rows;
    CorrelateInput input;
    input.response_name = "rle_raw";
    input.device = rows.devices.empty() ? "" : rows.devices.front();
    input.dt_s = 1.0 / session.sample_hz;
    input.driver = rows.grad_norm;
    input.response = rows.rle_raw;
    input.step = rows.step;
    input.epoch = rows.epoch;
    input.pairing_p95_s = chained.alignment.pairing.p95_abs_dt_s;
    CorrelateOptions options;
    options.seed = seed;
    chained.correlation = correlate(input, options);
    return chained;
}

void score_lag(const Correlation& c, const SimulatedSession& session, SessionOutcome& outcome) {
    const double half_step = 0.5 / session.sample_hz + kHair;
    const double truth = *session.truth.lag_s;
    if (c.manual.t_lag_s) outcome.manual_lag_exact = std::abs(*c.manual.t_lag_s - truth) <= half_step;
    if (!c.tested || !c.tested->t_lag_s || !c.tested->t_lag_ci95_s) return;
    const Interval ci = *c.tested->t_lag_ci95_s;
    outcome.lag_error_s = *c.tested->t_lag_s - truth;
    outcome.lag_exact = std::abs(*outcome.lag_error_s) <= half_step;
    outcome.lag_covered = ci.low - kHair <= truth && truth <= ci.high + kHair;
    outcome.lag_ci_width_s = ci.width();
}

void score_k(const Correlation& c, const Truth& truth, SessionOutcome& outcome) {
    if (!c.coupling || !truth.k_per_s) return;
    outcome.k_relative_error = c.coupling->k_per_s / *truth.k_per_s - 1.0;
    if (c.coupling->k_ci95_per_s) outcome.k_covered = c.coupling->k_ci95_per_s->contains(*truth.k_per_s);
}

SessionOutcome run_lag_session(const simulate::LagFamily& family, std::uint64_t seed, std::uint64_t stream,
                               KeptSession* kept) {
    Random random(seed, stream);
    const simulate::Pair pair = family.make(random, family.samples);
    SimulatedSession session = simulate::record(random, pair, family.recording);
    Chained chained = run_chain(session, seed);
    SessionOutcome outcome;
    outcome.truth = session.truth;
    const Correlation& c = chained.correlation;
    if (c.manual.r_peak) outcome.manual_detected = std::abs(*c.manual.r_peak) > kManualModerate;
    if (c.tested) outcome.detected = c.tested->significant;
    if (session.truth.lag_s) score_lag(c, session, outcome);
    score_k(c, session.truth, outcome);
    if (kept != nullptr)
        *kept = {std::move(session), std::move(chained.alignment), std::move(chained.correlation)};
    return outcome;
}

// A stream of random numbers for each family by its name, so that a new family leaves the others as they were
// (FNV-1a).
std::uint64_t stream_of(std::string_view name) {
    std::uint64_t hash = 1469598103934665603ULL;
    for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

using Outcomes = std::vector<SessionOutcome>;

template <typename Member>
std::optional<double> share(const Outcomes& outcomes, Member member, bool detected_only = false) {
    double yes = 0.0, n = 0.0;
    for (const SessionOutcome& o : outcomes) {
        if (!(o.*member) || (detected_only && !o.detected.value_or(false))) continue;
        yes += *(o.*member) ? 1.0 : 0.0;
        n += 1.0;
    }
    return n > 0.0 ? std::optional(yes / n) : std::nullopt;
}

template <typename Member>
std::vector<double> values(const Outcomes& outcomes, Member member, bool detected_only = false) {
    std::vector<double> list;
    for (const SessionOutcome& o : outcomes) {
        if (o.*member && (!detected_only || o.detected.value_or(false))) list.push_back(*(o.*member));
    }
    return list;
}

std::optional<double> mean(const std::vector<double>& list) {
    if (list.empty()) return std::nullopt;
    double sum = 0.0;
    for (double x : list) sum += x;
    return sum / static_cast<double>(list.size());
}

std::optional<double> root_mean_square(std::vector<double> list) {
    for (double& x : list) x *= x;
    const std::optional<double> square = mean(list);
    return square ? std::optional(std::sqrt(*square)) : std::nullopt;
}

std::optional<double> median_of(std::vector<double> list) {
    return list.empty() ? std::nullopt : std::optional(median(std::move(list)));
}

}  // namespace

std::vector<Family> lag_families() {
    std::vector<Family> families;
    for (const simulate::LagFamily& family : simulate::lag_family_table()) {
        Family entry;
        entry.name = family.name;
        entry.about = family.about;
        entry.kind = family.kind;
        entry.samples = family.samples;
        entry.sample_hz = family.recording.sample_hz;
        entry.run = [&family](std::uint64_t seed, std::uint64_t index, KeptSession* kept) {
            return run_lag_session(family, seed, stream_of(family.name) + index, kept);
        };
        families.push_back(std::move(entry));
    }
    return families;
}

FamilyScore score(const Family& family, const std::vector<SessionOutcome>& outcomes) {
    FamilyScore s;
    s.name = family.name;
    s.about = family.about;
    s.kind = family.kind;
    s.samples = family.samples;
    s.sample_hz = family.sample_hz;
    s.n = outcomes.size();
    const std::optional<double> detected = share(outcomes, &SessionOutcome::detected);
    if (family.kind == FamilyKind::null) s.false_positive_rate = detected;
    if (family.kind == FamilyKind::coupled) s.power = detected;
    if (family.kind == FamilyKind::shown) s.detection_rate = detected;
    s.manual_rate = share(outcomes, &SessionOutcome::manual_detected);
    s.lag_exact_rate = share(outcomes, &SessionOutcome::lag_exact);
    s.manual_lag_exact_rate = share(outcomes, &SessionOutcome::manual_lag_exact);
    s.lag_bias_s = mean(values(outcomes, &SessionOutcome::lag_error_s, true));
    s.lag_rmse_s = root_mean_square(values(outcomes, &SessionOutcome::lag_error_s, true));
    s.ci_coverage = share(outcomes, &SessionOutcome::lag_covered);
    s.ci_coverage_detected = share(outcomes, &SessionOutcome::lag_covered, true);
    s.ci_width_s = mean(values(outcomes, &SessionOutcome::lag_ci_width_s, true));
    s.k_ci_coverage = share(outcomes, &SessionOutcome::k_covered);
    s.k_relative_bias = median_of(values(outcomes, &SessionOutcome::k_relative_error));
    return s;
}

}  // namespace rle
