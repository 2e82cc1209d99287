#include "rlecouple/reproduce.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/maths/chi_squared.hpp"
#include "core/maths/special_functions.hpp"

namespace rle {
namespace {

constexpr double kRounding = 1e-12;  // 1.2 / 1.0 - 1 is not above 0.2
constexpr double kEquivalenceLevel = 0.05;
constexpr std::size_t kFewestShared = 10;
constexpr std::size_t kFewestDistinct = 5;

std::vector<std::optional<double>> values_of(const std::vector<SessionResult>& sessions, std::size_t metric) {
    std::vector<std::optional<double>> values;
    for (const SessionResult& session : sessions) values.push_back(compared(session, metric));
    return values;
}

// Would a further session lie within +-20 % of the mean? Two one-sided t tests (Schuirmann 1987) on the
// prediction of one more value; both have the same p, since the interval is symmetric.
void test_equivalence(Agreement& a) {
    const auto n = static_cast<double>(a.n);
    const double spread = *a.sd * std::sqrt(1.0 + 1.0 / n), margin = kManualShare * std::abs(*a.mean);
    const double half = t_critical(2.0 * kEquivalenceLevel, n - 1.0) * spread;
    a.prediction90 = Interval{*a.mean - half, *a.mean + half};
    if (spread > 0.0) {
        a.equivalence_p = 0.5 * t_two_sided(margin / spread, n - 1.0);
    } else {
        a.equivalence_p = 0.0;
    }
    a.equivalent = *a.equivalence_p < kEquivalenceLevel;
}

Agreement agreement_in(std::size_t metric, const std::vector<std::optional<double>>& values) {
    Agreement a;
    a.metric = metric;
    double sum = 0.0, squares = 0.0, farthest = 0.0;
    for (const auto& value : values) {
        sum += value.value_or(0.0);
        a.n += value ? 1 : 0;
    }
    if (a.n == 0) return a;
    a.mean = sum / static_cast<double>(a.n);
    if (a.n < 2) return a;
    std::optional<double> first;
    bool all_equal = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i]) continue;
        const double off = *values[i] - *a.mean;
        squares += off * off;
        if (std::abs(off) > farthest) a.farthest = i;
        farthest = std::max(farthest, std::abs(off));
        if (!first) first = values[i];
        all_equal = all_equal && *values[i] == *first;
    }
    if (all_equal) {  // what the mean rounds to is no deviation
        squares = farthest = 0.0;
    }
    if (all_equal || a.n == 2) a.farthest.reset();  // two are equally far from their mean
    a.sd = std::sqrt(squares / static_cast<double>(a.n - 1));
    if (*a.mean != 0.0) {
        a.cv = *a.sd / std::abs(*a.mean);
        a.max_relative_deviation = farthest / std::abs(*a.mean);
    } else if (all_equal) {
        a.max_relative_deviation = 0.0;
    }
    a.within_20pct = a.max_relative_deviation.value_or(1.0) <= kManualShare + kRounding;
    test_equivalence(a);
    return a;
}

struct WeightedZ {
    double z = 0.0;
    double weight = 0.0;  // 1 / variance
};

struct PooledZ {
    double z = 0.0, weight = 0.0, q = 0.0;
};

PooledZ pool_z(const std::vector<WeightedZ>& all, double between) {
    PooledZ pooled;
    for (const WeightedZ& one : all) {
        const double weight = 1.0 / (1.0 / one.weight + between);
        pooled.weight += weight;
        pooled.z += weight * one.z;
    }
    pooled.z /= pooled.weight;
    for (const WeightedZ& one : all) pooled.q += one.weight * (one.z - pooled.z) * (one.z - pooled.z);
    return pooled;
}

Interval back(const PooledZ& pooled) {
    const double half = kNormal975 / std::sqrt(pooled.weight);
    return {std::tanh(pooled.z - half), std::tanh(pooled.z + half)};
}

// Of each session; weight 0 where it has none.
std::vector<WeightedZ> weighted_z(const std::vector<SessionResult>& sessions) {
    const std::size_t r_peak = *find_metric("r_peak");
    std::vector<WeightedZ> all;
    for (const SessionResult& s : sessions) {
        const bool has_z =
            s.values[r_peak] && std::abs(*s.values[r_peak]) < 1.0 && s.n_samples.value_or(0.0) > 3.0;
        all.push_back(has_z ? WeightedZ{std::atanh(*s.values[r_peak]), *s.n_samples - 3.0} : WeightedZ{});
    }
    return all;
}

// Fisher 1921; heterogeneity after Higgins & Thompson 2002.
PooledCorrelation pool(std::vector<WeightedZ> all) {
    std::erase_if(all, [](const WeightedZ& one) { return one.weight <= 0.0; });
    double weights = 0.0, squared = 0.0;
    for (const WeightedZ& one : all) {
        weights += one.weight;
        squared += one.weight * one.weight;
    }
    PooledCorrelation out;
    out.n = all.size();
    if (all.size() < 2) return out;
    const auto df = static_cast<double>(all.size() - 1);
    const PooledZ fixed = pool_z(all, 0.0);
    out.r = std::tanh(fixed.z);
    out.ci95 = back(fixed);
    out.q = fixed.q;
    out.q_p_value = chi_squared_upper_tail(fixed.q, df);
    out.i2 = fixed.q > df ? (fixed.q - df) / fixed.q : 0.0;
    const double between = std::max(0.0, (fixed.q - df) / (weights - squared / weights));
    const PooledZ random = pool_z(all, between);
    out.r_random = std::tanh(random.z);
    out.ci95_random = back(random);
    return out;
}

// Groups of sessions that share their gradient norms or their readings with the first of the group.
std::vector<std::vector<std::size_t>> group_same(const std::vector<SessionResult>& sessions) {
    std::vector<std::vector<std::size_t>> groups;
    std::vector<bool> taken(sessions.size(), false);
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        if (taken[i]) continue;
        std::vector<std::size_t> group{i};
        for (std::size_t j = i + 1; j < sessions.size(); ++j) {
            const bool same = same_norms(sessions[i], sessions[j]) || same_readings(sessions[i], sessions[j]);
            if (taken[j] || !same) continue;
            group.push_back(j);
            taken[j] = true;
        }
        if (group.size() > 1) groups.push_back(std::move(group));
    }
    return groups;
}

void warn(Reproduction& r) {
    for (const auto& group : r.same_inputs) {
        const bool norms = same_norms(r.sessions[group[0]], r.sessions[group[1]]);
        r.warnings.push_back(fmt::format(
            "{} and {}{} hold exactly the same {}: they are one {}, not {}", r.sessions[group[0]].name,
            r.sessions[group[1]].name, group.size() > 2 ? fmt::format(" and {} more", group.size() - 2) : "",
            norms ? "gradient norms" : "readings of temperature and power", norms ? "training" : "recording",
            group.size()));
    }
    for (const Agreement& a : r.metrics) {
        const Metric& metric = session_metrics()[a.metric];
        if (a.n < r.sessions.size()) {
            r.warnings.push_back(fmt::format("{}: {} of {} sessions {}{}", metric.name, a.n,
                                             r.sessions.size(), metric.beside ? "are coupled" : "have it",
                                             a.n < 2 ? ", which cannot be compared" : ""));
        }
        if (metric.beside && a.within_20pct == false) {
            r.warnings.push_back(fmt::format(
                "{} is beyond +-20 %{}; the criterion goes by the manual's raw lag, which a response that "
                "integrates its driver blurs",
                metric.name,
                a.farthest ? fmt::format(", {} farthest off", r.sessions[*a.farthest].name) : ""));
        }
    }
    std::size_t unknown = 0;
    for (const SessionResult& s : r.sessions) unknown += s.norms.empty() && s.training_hash.empty() ? 1 : 0;
    if (unknown > 0) {
        r.warnings.push_back(
            fmt::format("{} of {} sessions have no gradient norms at hand: whether they are "
                        "independent of the others was not looked at",
                        unknown, r.sessions.size()));
    }
}

// A constant that was put in comes back the same each time: that tells nothing of the machine.
void leave_out_constants_of_estimates(Reproduction& r) {
    std::size_t left_out = 0;
    for (SessionResult& session : r.sessions) {
        if (!temperature_is_modelled(session)) continue;
        ++left_out;
        for (std::size_t m = 0; m < session_metrics().size(); ++m) {
            if (session_metrics()[m].thermal) session.values[m].reset();
        }
    }
    if (left_out == 0) return;
    r.warnings.push_back(fmt::format(
        "tau_th_s of {} of {} sessions is left out: it is the constant of the model that made temp_c, "
        "the same each time by its making",
        left_out, r.sessions.size()));
}

void decide(Reproduction& r) {
    std::string apart, untold;
    for (const Agreement& a : r.metrics) {
        if (session_metrics()[a.metric].beside) continue;
        if (!a.within_20pct) {
            untold += (untold.empty() ? "" : ", ") + std::string(session_metrics()[a.metric].name);
            continue;
        }
        r.told = true;
        if (!*a.within_20pct)
            apart += (apart.empty() ? "" : ", ") + std::string(session_metrics()[a.metric].name);
    }
    r.reproducible = r.told && apart.empty() && r.independent;
    if (!r.independent) {
        r.explanation =
            "No claim of reproducibility: sessions with exactly the same gradient norms or readings are not "
            "independent.";
    } else if (!r.told) {
        r.explanation = "Nothing can be compared: no metric is known of two sessions.";
    } else if (!apart.empty()) {
        r.explanation = fmt::format("Not reproducible: {} beyond +-20 % of the mean.", apart);
    } else {
        r.explanation = fmt::format(
            "Reproducible by the manual's criterion: {} sessions within +-20 % of their mean in every "
            "metric that could be compared{}.",
            r.sessions.size(), untold.empty() ? "" : "; that says nothing of " + untold);
    }
}

}  // namespace

std::optional<double> compared(const SessionResult& session, std::size_t metric) {
    const bool counts = !session_metrics()[metric].beside || session.verdict == "coupled";
    return counts ? session.values[metric] : std::nullopt;
}

bool temperature_is_modelled(const SessionResult& session) {
    return std::find(session.modelled.begin(), session.modelled.end(), "temp_c") != session.modelled.end();
}

std::string words_on_estimates(const std::vector<SessionResult>& sessions) {
    std::set<std::string> columns;
    std::size_t n = 0;
    for (const SessionResult& session : sessions) {
        std::size_t own = 0;
        for (const char* column : {"power_w", "temp_c"}) {
            if (std::find(session.modelled.begin(), session.modelled.end(), column) == session.modelled.end())
                continue;
            columns.insert(column);
            ++own;
        }
        n += own > 0 ? 1 : 0;
    }
    if (n == 0) return {};
    const std::string where =
        sessions.size() > 1 ? fmt::format(" in {} of {} sessions", n, sessions.size()) : std::string();
    return fmt::format("{} {}{}, not measured: RLE and whatever else is made of {} is a model's",
                       fmt::join(columns, " and "), columns.size() > 1 ? "are estimates" : "is an estimate",
                       where, columns.size() > 1 ? "them" : "it");
}

bool same_norms(const SessionResult& a, const SessionResult& b) {
    if (!a.training_hash.empty() && a.training_hash == b.training_hash) return true;
    const bool by_step = !a.norm_steps.empty() && !b.norm_steps.empty();
    std::size_t shared = 0;
    std::set<double> distinct;
    std::size_t i = 0, j = 0;
    while (i < a.norms.size() && j < b.norms.size()) {
        if (by_step && a.norm_steps[i] != b.norm_steps[j]) {
            ++(a.norm_steps[i] < b.norm_steps[j] ? i : j);
            continue;
        }
        const double x = a.norms[i++], y = b.norms[j++];
        if (!std::isfinite(x) || !std::isfinite(y)) continue;
        if (x != y) return false;
        ++shared;
        if (distinct.size() < kFewestDistinct) distinct.insert(x);
    }
    return shared >= kFewestShared && distinct.size() >= kFewestDistinct;
}

bool same_readings(const SessionResult& a, const SessionResult& b) {
    std::size_t shared = 0;
    std::set<double> distinct;
    for (std::size_t i = 0; i < std::min(a.readings.size(), b.readings.size()); ++i) {
        const double x = a.readings[i], y = b.readings[i];
        if (std::isfinite(x) != std::isfinite(y)) return false;
        if (!std::isfinite(x)) continue;
        if (x != y) return false;
        ++shared;
        if (distinct.size() < kFewestDistinct) distinct.insert(x);
    }
    return shared >= kFewestShared && distinct.size() >= kFewestDistinct;
}

Reproduction reproduce(std::vector<SessionResult> sessions) {
    Reproduction result;
    result.sessions = std::move(sessions);
    leave_out_constants_of_estimates(result);
    if (std::string words = words_on_estimates(result.sessions); !words.empty())
        result.warnings.push_back(std::move(words));
    for (std::size_t m = 0; m < session_metrics().size(); ++m) {
        if (!session_metrics()[m].reproduced && !session_metrics()[m].beside) continue;
        Agreement agreement = agreement_in(m, values_of(result.sessions, m));
        if (session_metrics()[m].reproduced || agreement.n > 0)
            result.metrics.push_back(std::move(agreement));
    }
    const std::vector<WeightedZ> all = weighted_z(result.sessions);
    result.pooled = pool(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::vector<WeightedZ> others = all;
        others[i].weight = 0.0;
        result.without.push_back(pool(std::move(others)));
    }
    result.same_inputs = group_same(result.sessions);
    result.independent = result.same_inputs.empty();
    warn(result);
    decide(result);
    return result;
}

}  // namespace rle
