// The verdict in a sentence, and the five numbers below it.
#include <fmt/format.h>

#include <cmath>

#include "report/headline.hpp"
#include "report/sheet.hpp"
#include "report/text.hpp"
#include "report/view.hpp"

namespace rle::report {
namespace {

std::string untested_sentence(const Correlation& c) {
    const ManualCorrelation& m = c.manual;
    if (!m.r_peak || !m.t_lag_s) {
        return fmt::format(
            "{} and {} have no correlation at any lag (too few pairs, or a series that does not "
            "vary).",
            c.driver, c.response);
    }
    return fmt::format(
        "Read as the manual has it, {} and {} correlate by r = {} ({}) at a lag of {} s ({}), "
        "which allows for neither trend nor chance.",
        c.driver, c.response, number(*m.r_peak), m.strength ? strength_text(*m.strength) : "no class",
        number(*m.t_lag_s), causal_order_text(m.causal_order, c.driver, c.response));
}

std::string tested_sentence(const Correlation& c) {
    const TestedCorrelation* t = c.tested ? &*c.tested : nullptr;
    const std::string p = t == nullptr || !t->p_value ? "" : fmt::format(" ({} over all lags)", p_text(*t));
    switch (*c.verdict) {
        case Verdict::coupled:
            return fmt::format("{} and {} are coupled{}.", c.driver, c.response, p);
        case Verdict::not_detected:
            return fmt::format("No coupling of {} and {} was detected{}.", c.driver, c.response, p);
        case Verdict::insufficient_data:
            break;
    }
    return fmt::format("The data cannot tell whether {} and {} are coupled.", c.driver, c.response);
}

Headline lag_headline(const Correlation& c) {
    const bool tested = c.tested && c.tested->t_lag_s;
    const std::optional<double> lag = tested ? c.tested->t_lag_s : c.manual.t_lag_s;
    Headline headline{"t_lag_s", "t_lag", number(lag), "s", "", ""};
    if (!lag) return headline;
    headline.told = tested && c.tested->significant;
    if (!headline.told) {
        headline.note = tested ? "not significant: there is no lag to tell" : "untested: tells no order";
    } else {
        headline.note = causal_order_text(c.tested->causal_order, c.driver, c.response) +
                        "; negative: " + c.driver + " leads; delay " + number(*lag == 0.0 ? 0.0 : -*lag) +
                        " s";
    }
    const std::string ci = tested ? interval(c.tested->t_lag_ci95_s) : "";
    headline.source =
        tested ? "tested" + (ci.empty() ? "" : ", 95 % " + ci + " s") : "as the manual has it, untested";
    if (tested && c.manual.t_lag_s) headline.source += fmt::format("; manual {} s", number(c.manual.t_lag_s));
    return headline;
}

Headline r_headline(const Correlation& c) {
    const bool tested = c.tested && c.tested->r_peak;
    const std::optional<double> r = tested ? c.tested->r_peak : c.manual.r_peak;
    Headline headline{"r_peak", "r_peak", number(r), "", "", ""};
    if (!r) return headline;
    if (tested && c.tested->significant) {
        headline.note = *r < 0 ? c.response + " falls as " + c.driver + " rises"
                               : c.response + " rises with " + c.driver +
                                     (is_of_the_manual(c) ? ": the sense opposite to the manual's" : "");
    } else {
        headline.note = tested ? "not significant: tells no direction" : "untested: tells no direction";
    }
    headline.source = tested ? "tested" : "as the manual has it, untested";
    if (tested && c.manual.r_peak) headline.source += fmt::format("; manual {}", number(c.manual.r_peak));
    return headline;
}

Headline p_headline(const Correlation& c) {
    Headline headline{"p_value", "p", c.tested ? p_value(*c.tested) : "", "", "", ""};
    if (headline.value.empty()) {
        headline.missing = "correlate gives no test for this session";
        return headline;
    }
    headline.note = fmt::format("{} at {}", c.tested->significant ? "significant" : "not significant",
                                plain(c.tested->alpha));
    headline.source = "family-wise, over all lags searched";
    return headline;
}

Headline tau_headline(const Balance& b) {
    Headline headline{"tau_th_s", "tau_th", number(b.tau_th.value_s), "s", "", ""};
    if (headline.value.empty()) return headline;
    headline.note = b.thermal.model + (b.thermal.adequate ? "" : ", not adequate");
    headline.source = "fitted";
    if (b.tau_th.ci95_s) headline.source += ", 95 % " + interval(b.tau_th.ci95_s) + " s";
    if (b.tau_th.manual_median_s)
        headline.source += fmt::format("; manual {} s", number(b.tau_th.manual_median_s));
    return headline;
}

Headline closure_headline(const Balance& b) {
    const Conservation& c = b.conservation;
    const bool holdout = c.closure_holdout.has_value();
    const std::optional<double> closure = holdout ? c.closure_holdout : c.closure;
    Headline headline{"closure", "closure", signed_percent(closure), "", "", ""};
    if (!closure) return headline;
    headline.note = std::abs(*closure) <= 0.05 ? "within 5 %" : "not within 5 %";
    headline.source = holdout ? "fitted on the first half, balanced on the second" : "on the data of the fit";
    if (holdout && c.closure)
        headline.source += fmt::format("; on the data of the fit {}", signed_percent(c.closure));
    return headline;
}

}  // namespace

std::string verdict_word(const ReportInput& input) {
    if (!input.correlation) return "No verdict";
    if (!input.correlation->verdict) return input.correlation->manual.r_peak ? "Not tested" : "No verdict";
    switch (*input.correlation->verdict) {
        case Verdict::coupled:
            return "Coupled";
        case Verdict::not_detected:
            return "Not detected";
        case Verdict::insufficient_data:
            break;
    }
    return "Cannot tell";
}

std::string verdict_sentence(const ReportInput& input) {
    if (!input.correlation && input.alignment && input.alignment->n_training == 0 && input.left_out.empty() &&
        input.alignment->dropped.count("grad_norm_non_finite") == 0) {
        return "The session has no training log, so there is nothing to correlate with its telemetry.";
    }
    if (!input.correlation) {
        return "The session was not correlated: " + reason_for(input, "correlation.json", "") + ".";
    }
    const Correlation& c = *input.correlation;
    if (!c.verdict) return clean(untested_sentence(c));
    return clean(c.explanation.empty() ? tested_sentence(c) : c.explanation);
}

std::vector<Headline> headlines(const ReportInput& input) {
    const std::string no_correlation =
        short_reason_for(input, "correlation.json", "too few pairs, or a series that does not vary");
    const std::string no_balance =
        short_reason_for(input, "balance.json", "balance could not tell it from this session");
    const Correlation correlation = input.correlation.value_or(Correlation{});
    const Balance balance = input.balance.value_or(Balance{});
    std::vector<Headline> five{r_headline(correlation), lag_headline(correlation), p_headline(correlation),
                               tau_headline(balance), closure_headline(balance)};
    const bool modelled = !modelled_columns(input).empty();
    const bool from_rle = correlation.response.rfind("rle", 0) == 0;
    for (std::size_t i = 0; i < five.size(); ++i) {
        if (!five[i].value.empty()) {
            if (modelled && (i >= 3 || from_rle)) five[i].note += "; of modelled columns, not measured";
            continue;
        }
        const bool stage_there = i < 3 ? input.correlation.has_value() : input.balance.has_value();
        if (five[i].missing.empty() || !stage_there) five[i].missing = i < 3 ? no_correlation : no_balance;
    }
    return five;
}

}  // namespace rle::report
