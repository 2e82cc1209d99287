#include "report/guidelines.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "report/text.hpp"
#include "report/view.hpp"

namespace rle::report {
namespace {

constexpr double kRounding = 1e-9;  // a lag of half a grid step is none beyond the bound

Met judged(bool met) {
    return met ? Met::yes : Met::no;
}

Met within(const std::optional<double>& value, double low, double high,
           const std::optional<Interval>& ci = {}) {
    if (!value || !std::isfinite(*value)) return Met::not_judged;
    const auto side = [&](double x) { return x < low - kRounding ? -1 : x > high + kRounding ? 1 : 0; };
    if (ci && (side(ci->low) != side(ci->high))) return Met::cannot_tell;
    return judged(side(*value) == 0);
}

// |r| above `least`, of an r that is significant; what is not may be anything.
Met above(const std::optional<double>& r, double least, bool significant) {
    if (!r || !std::isfinite(*r)) return Met::not_judged;
    if (std::abs(*r) <= least) return Met::no;
    return significant ? Met::yes : Met::cannot_tell;
}

std::string with_unit(const std::optional<double>& value, std::string_view unit,
                      const std::string& more = {}) {
    const std::string shown = number(value);
    if (shown.empty()) return {};
    return shown + (unit.empty() ? "" : " " + std::string(unit)) + (more.empty() ? "" : ", " + more);
}

std::string in_interval(const std::optional<Interval>& ci) {
    return ci ? "95 % interval " + interval(ci) : "";
}

Guideline strength_row(const Correlation& c) {
    const TestedCorrelation* t = c.tested ? &*c.tested : nullptr;
    const std::optional<double> r = t != nullptr ? t->r_peak : std::nullopt;
    Guideline row{
        "Strength",
        "|r_peak| > 0.5 strong, > 0.3 moderate, else weak",
        with_unit(c.manual.r_peak, "",
                  c.manual.strength ? std::string(strength_text(*c.manual.strength)) : ""),
        {},
        {},
        "Two series that drift, or remember their own past, correlate by chance: of simulated sessions "
        "without any coupling the manual's rule calls 0 to 100 % coupled, by what the series are like: half "
        "where both have a memory (AR(1), phi 0.9, 90 samples), 89 to 100 % where both settle after a start. "
        "The test takes trend and memory out of both and counts every lag that was searched."};
    if (t != nullptr) {
        row.tested = with_unit(
            r, "", fmt::format("{}, {}", p_text(*t), t->significant ? "significant" : "not significant"));
        row.met = above(r, 0.3, t->significant);
        if (!t->response.empty() && t->response != c.response)
            row.why +=
                fmt::format(" It is made on {}, which {} is the trailing mean of.", t->response, c.response);
    }
    return row;
}

Guideline lag_row(const Correlation& c) {
    const TestedCorrelation* t = c.tested ? &*c.tested : nullptr;
    Guideline row{
        "Lag",
        fmt::format("-1 +- 0.5 s; negative: {} leads; delay = -lag", c.driver),
        with_unit(c.manual.t_lag_s, "s", causal_order_text(c.manual.causal_order, c.driver, c.response)),
        {},
        {},
        "Where the response integrates the driver, the raw correlation is smeared over the following lags "
        "and its peak comes late; prewhitening sharpens it."};
    if (t == nullptr || !t->t_lag_s) return row;
    row.tested = with_unit(t->t_lag_s, "s", causal_order_text(t->causal_order, c.driver, c.response));
    if (t->t_lag_ci95_s) row.tested += ", " + in_interval(t->t_lag_ci95_s) + " s";
    if (t->sensor_delay_s != 0.0)
        row.why += fmt::format(" A sensor delay of {} s was taken off.", number(t->sensor_delay_s));
    if (t->significant)
        row.met = within(t->t_lag_s, -1.5, -0.5, t->t_lag_ci95_s);
    else
        row.why += " Not judged: nothing is significant that could have a lag.";
    return row;
}

std::string granger_text(const std::optional<GrangerTest>& test) {
    if (!test) return "not tested";
    return fmt::format("{} (order {})", p_text(test->p_value), test->order);
}

Guideline direction_row(const Correlation& c) {
    Guideline row{"Direction",
                  "the sign of the lag",
                  causal_order_text(c.manual.causal_order, c.driver, c.response),
                  {},
                  {},
                  "A lag alone is no direction. Granger's test asks whether the past of one series helps to "
                  "predict the other."};
    if (c.granger.driver_to_response || c.granger.response_to_driver) {
        row.tested = fmt::format("{} to {}: {}; {} to {}: {}", c.driver, c.response,
                                 granger_text(c.granger.driver_to_response), c.response, c.driver,
                                 granger_text(c.granger.response_to_driver));
    }
    return row;
}

Guideline coupling_row(const Correlation& c) {
    Guideline row{"Coupling constant k",
                  "0.1 +- 0.05 /s",
                  {},
                  {},
                  {},
                  "The manual's equation has neither an intercept nor a relaxation, and RLE has both."};
    if (!c.coupling) return row;
    row.tested = with_unit(c.coupling->k_per_s, "/s", in_interval(c.coupling->k_ci95_per_s));
    row.met = within(c.coupling->k_per_s, 0.05, 0.15, c.coupling->k_ci95_per_s);
    return row;
}

Guideline tau_row(const Balance& b) {
    return {"Thermal time constant",
            "3 +- 1 s; < 2 s fast, <= 5 s normal, else slow",
            with_unit(b.tau_th.manual_median_s, "s", "median of dT/(dT/dt)"),
            with_unit(b.tau_th.value_s, "s", in_interval(b.tau_th.ci95_s)),
            within(b.tau_th.value_s, 2.0, 4.0, b.tau_th.ci95_s),
            "dT/(dT/dt) is the time constant only while cooling to ambient; on a heating step it grows "
            "without bound. The fit simulates the temperature through the power that was recorded."};
}

Guideline closure_row(const Balance& b) {
    const Conservation& c = b.conservation;
    const std::optional<double> closure = c.closure_holdout ? c.closure_holdout : c.closure;
    return {"Closure of the energy balance",
            "within 5 %",
            signed_percent(c.closure),
            signed_percent(c.closure_holdout),
            within(closure, -0.05, 0.05),
            "On the data that hA and C were fitted to, the balance closes almost by construction; on the "
            "other half it need not."};
}

Guideline eta_row(const Balance& b) {
    std::string klass;
    if (b.eta_p.eta_class) {
        klass = *b.eta_p.eta_class == EtaPClass::high       ? "high"
                : *b.eta_p.eta_class == EtaPClass::moderate ? "moderate"
                                                            : "low";
    }
    const std::string idle =
        b.eta_p.idle_power_w ? fmt::format("idle power {} W", number(b.eta_p.idle_power_w)) : "";
    return {"Power efficiency eta_p",
            "0.7 +- 0.1; > 0.8 high, > 0.6 moderate, else low",
            with_unit(b.eta_p.value, "", klass),
            with_unit(b.eta_p.value, "", idle),
            within(b.eta_p.value, 0.6, 0.8),
            "One definition; it is as good as the idle power that it rests on."};
}

void do_not_judge(Guideline& row, const std::string& why) {
    row.met = Met::not_judged;
    if (row.why.find("Not judged") == std::string::npos) row.why += " Not judged: " + why + ".";
}

}  // namespace

std::vector<Guideline> guidelines(const ReportInput& input) {
    std::vector<Guideline> rows;
    const std::vector<std::string> columns = modelled_columns(input);
    const std::set<std::string> modelled(columns.begin(), columns.end());
    if (input.correlation) {
        const Correlation& c = *input.correlation;
        rows.insert(rows.end(), {strength_row(c), lag_row(c), direction_row(c), coupling_row(c)});
        const bool from_rle = c.response.rfind("rle", 0) == 0 || modelled.count(c.response) != 0;
        for (Guideline& row : rows) {
            if (!modelled.empty() && from_rle)
                do_not_judge(row, c.response + " is made of modelled columns, not measured");
        }
    }
    if (input.balance) {
        const Balance& b = *input.balance;
        rows.insert(rows.end(), {tau_row(b), closure_row(b), eta_row(b)});
        for (std::size_t i = rows.size() - 3; i < rows.size() && !modelled.empty(); ++i)
            do_not_judge(rows[i], "power or temperature are modelled, not measured");
    }
    return rows;
}

}  // namespace rle::report
