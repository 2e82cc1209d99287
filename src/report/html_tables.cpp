#include "report/html_tables.hpp"

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "report/guidelines.hpp"
#include "report/headline.hpp"
#include "report/sheet.hpp"
#include "report/text.hpp"
#include "rlecouple/version.hpp"

namespace rle::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string absent(const std::string& what, const std::string& why) {
    return fmt::format("<p class=\"absent\"><strong>{}</strong>: not available: {}.</p>\n", escape_html(what),
                       escape_html(why));
}

std::string head_row(const std::vector<std::string_view>& titles) {
    std::string out = "<thead><tr>";
    for (const std::string_view title : titles)
        fmt::format_to(Out(out), "<th scope=\"col\">{}</th>", escape_html(title));
    return out + "</tr></thead>";
}

// A value, or "not available: why".
std::string value_or_why(const std::string& value, const std::string& why) {
    if (!value.empty()) return escape_html(value);
    return "<span class=\"none\">not available" + (why.empty() ? "" : ": " + escape_html(why)) + "</span>";
}

std::string or_dash(const std::string& value) {
    return value.empty() ? "<span class=\"none\">not available</span>" : escape_html(value);
}

std::string with_unit(const std::string& value, const std::string& unit) {
    return value.empty() || unit.empty() ? value : value + " " + unit;
}

std::string_view met_text(Met met) {
    switch (met) {
        case Met::yes:
            return "<span class=\"yes\">yes</span>";
        case Met::no:
            return "<span class=\"no\">no</span>";
        case Met::cannot_tell:
            return "<span class=\"none\">cannot tell</span>";
        case Met::not_judged:
            break;
    }
    return "<span class=\"none\">not judged</span>";
}

void definition(std::string& out, std::string_view term, const std::string& value, const std::string& why) {
    fmt::format_to(Out(out), "<dt>{}</dt><dd>{}</dd>", term, value_or_why(value, why));
}

}  // namespace

std::string headline_section(const ReportInput& input) {
    std::string out = "<ul class=\"five\">\n";
    for (const Headline& five : headlines(input)) {
        if (five.value.empty()) {
            fmt::format_to(Out(out),
                           "<li><span class=\"label\">{}</span><span class=\"value none\">not "
                           "available</span><span>{}</span></li>\n",
                           escape_html(five.label), escape_html(five.missing));
            continue;
        }
        fmt::format_to(Out(out),
                       "<li><span class=\"label\">{}</span><span "
                       "class=\"value\">{}</span><span>{}</span><span class=\"source\">{}</span></li>\n",
                       escape_html(five.label), escape_html(with_unit(five.value, five.unit)),
                       escape_html(five.note), escape_html(five.source));
    }
    return out + "</ul>\n";
}

std::string notices(const View& view) {
    std::string out;
    const std::vector<std::string> modelled = view.modelled();
    if (!modelled.empty()) {
        std::string columns;
        for (const std::string& column : modelled) columns += (columns.empty() ? "" : ", ") + column;
        fmt::format_to(Out(out),
                       "<p class=\"notice\"><strong>Modelled, not measured:</strong> {} of {}. This machine "
                       "did not let them be read; they are estimates, and so is all that rests on them (RLE, "
                       "thermal constants, energy "
                       "balance). A balance of modelled columns tests the model, not the machine.</p>\n",
                       escape_html(columns), escape_html(view.device));
    }
    for (const std::string& line : view.input->stale)
        fmt::format_to(Out(out), "<p class=\"notice\"><strong>Not of one recording:</strong> {}.</p>\n",
                       escape_html(line));
    std::string lines;
    for (const MissingStage& stage : missing_stages(*view.input)) {
        if (stage.stage == "collect" && stage.why.empty())
            continue;  // recorded elsewhere: nothing to be done
        const std::string fault =
            stage.why.empty() ? "is not there" : "could not be used (" + escape_html(stage.why) + ")";
        fmt::format_to(Out(lines), "<li>{} {}: lacks {}. ", escape_html(stage.file), fault,
                       escape_html(stage.lost));
        if (!stage.reason.empty()) {
            fmt::format_to(Out(lines), "Why: {}</li>", escape_html(stage.reason));
        } else if (!stage.command.empty()) {
            fmt::format_to(Out(lines), "Make it with <code>{}</code></li>", escape_html(stage.command));
        } else {
            lines += "</li>";
        }
    }
    if (lines.empty()) return out;
    return out + "<div class=\"notice\"><strong>This report is not complete.</strong><ul>" + lines +
           "</ul></div>\n";
}

std::string lag_sign_note(const Correlation& c) {
    return fmt::format(
        "<p class=\"note\">Sign of every lag: r(l) correlates {}(t) with {}(t + l), so a negative lag means "
        "that {} leads. The manual's coupling equation counts the same delay with the other sign: delay "
        "= -t_lag.</p>\n",
        escape_html(c.response), escape_html(c.driver), escape_html(c.driver));
}

std::string manual_and_tested_table(const ReportInput& input) {
    if (!input.correlation) return absent("Manual and tested", reason_for(input, "correlation.json", ""));
    const Correlation& c = *input.correlation;
    const ManualCorrelation& m = c.manual;
    const TestedCorrelation* t = c.tested ? &*c.tested : nullptr;
    std::string out = "<table><caption>The manual's step 4 as written, and the test</caption>" +
                      head_row({"", "As the manual has it", "Tested"}) + "<tbody>";
    const std::string why = "correlate gives no test for this session";
    const auto row = [&](std::string_view name, const std::string& manual, const std::string& tested) {
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n", name,
                       or_dash(manual), value_or_why(tested, t == nullptr ? why : ""));
    };
    const auto lag_text = [](const std::optional<double>& lag, bool as_delay) {
        if (!lag) return std::string();
        return number(as_delay && *lag != 0.0 ? -*lag : *lag) + " s";
    };
    row("r_peak", number(m.r_peak), t == nullptr ? "" : number(t->r_peak));
    row("t_lag (negative: the driver leads)", lag_text(m.t_lag_s, false),
        t == nullptr || !t->t_lag_s
            ? ""
            : lag_text(t->t_lag_s, false) + (t->significant ? "" : ", not significant"));
    const bool told = t != nullptr && t->significant;
    row("delay in the coupling equation (= -t_lag)", lag_text(m.t_lag_s, true),
        told           ? lag_text(t->t_lag_s, true)
        : t == nullptr ? ""
                       : "none to tell: not significant");
    row("95 % interval of t_lag", "none: the manual gives none",
        t == nullptr ? "" : with_unit(interval(t->t_lag_ci95_s), "s"));
    row("p, over all lags searched", "none: the manual gives none", t == nullptr ? "" : p_value(*t));
    row("reading", m.strength ? std::string(strength_text(*m.strength)) : "",
        t == nullptr
            ? ""
            : fmt::format("{} at {}", t->significant ? "significant" : "not significant", plain(t->alpha)));
    row("order", causal_order_text(m.causal_order, c.driver, c.response),
        t == nullptr ? "" : causal_order_text(t->causal_order, c.driver, c.response));
    row("method",
        fmt::format("Pearson on the raw columns {} and {}, lags +-{} s", c.driver, c.response,
                    plain(c.max_lag_s)),
        t == nullptr ? "" : t->method);
    out += "</tbody></table>\n";
    return out + lag_sign_note(c);
}

std::string energy_table(const ReportInput& input) {
    if (!input.balance) return absent("Energy balance", reason_for(input, "balance.json", ""));
    const Conservation& c = input.balance->conservation;
    const std::string why = "balance could not tell it from this session";
    std::string out = "<table><caption>Conservation of energy over the session</caption>" +
                      head_row({"", "Energy (J)", "Share of what went in"}) + "<tbody>";
    const bool whole = c.energy_in_j && *c.energy_in_j != 0.0;
    const auto row = [&](std::string_view name, const std::optional<double>& joules) {
        const std::string share =
            whole && joules ? fmt::format("{:.1f} %", 100.0 * *joules / *c.energy_in_j) : "";
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n", name,
                       value_or_why(number(joules, 4), why), or_dash(share));
    };
    row("in: int P dt", c.energy_in_j);
    row("out: int hA (T - T_ambient) dt", c.energy_out_j);
    row("stored: C (T_end - T_start)", c.energy_stored_j);
    const bool all = c.energy_in_j && c.energy_out_j && c.energy_stored_j;
    row("unaccounted for",
        all ? std::optional(*c.energy_in_j - *c.energy_out_j - *c.energy_stored_j) : std::nullopt);
    if (c.coolant_out_j) row("carried off by the coolant: int flow cp (T_out - T_in) dt", c.coolant_out_j);
    out += "</tbody></table>\n<dl>";
    definition(out, "closure, on the data of the fit", signed_percent(c.closure), why);
    definition(out, "closure_holdout: fitted on the first half, balanced on the second",
               signed_percent(c.closure_holdout), "balance gives none for this session");
    if (input.balance->energy_counter) {
        const EnergyCounter& counter = *input.balance->energy_counter;
        definition(out, "int P dt against the device's energy counter",
                   fmt::format("{} J against {} J, {}", number(counter.integrated_j, 4),
                               number(counter.counter_j, 4), signed_percent(counter.relative_error)),
                   "");
    } else {
        definition(out, "int P dt against the device's energy counter", "",
                   "the recording has no energy counter");
    }
    return out + "</dl>\n";
}

std::string alarm_table(const ReportInput& input) {
    const Prediction& p = *input.prediction;
    std::string out = fmt::format(
        "<p>{}</p>\n<table><caption>Alarms where the robust z-score of {} exceeds {}, as warnings of {} "
        "within {} s</caption>{}<tbody>",
        escape_html(p.explanation), escape_html(p.driver), plain(p.alarm.threshold), escape_html(p.event),
        plain(p.horizon_s),
        head_row({"", "Precision", "Recall", "F1", "False alarms an hour", "Lead time, median (s)",
                  "F1 less the rival's (95 %)"}));
    const auto row = [&](const std::string& name, const WarningScore& score, const std::string& difference) {
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th>", escape_html(name));
        for (const auto& value :
             {score.precision, score.recall, score.f1, score.false_alarms_per_h, score.lead.median_s})
            fmt::format_to(Out(out), "<td>{}</td>", or_dash(number(value, 2)));
        fmt::format_to(Out(out), "<td>{}</td></tr>\n", difference);
    };
    row("gradient norm", p.score, "");
    row("the same, within 1 s", p.manual_score, "");
    for (const Rival& rival : p.rivals)
        row(rival.name, rival.score, or_dash(interval(rival.f1_difference_ci95, 2)));
    return out + "</tbody></table>\n";
}

std::string interpretation_table(const ReportInput& input) {
    const std::vector<Guideline> rows = guidelines(input);
    if (rows.empty()) return absent("Interpretation", "neither correlation.json nor balance.json is there");
    std::string out =
        "<table class=\"guide\"><caption>The manual's guidelines beside what can be relied on</caption>" +
        head_row(
            {"Quantity", "Guideline", "As the manual has it", "Tested or fitted", "Met", "Why they differ"}) +
        "<tbody>";
    for (const Guideline& row : rows) {
        fmt::format_to(
            Out(out),
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escape_html(row.quantity), escape_html(row.rule), or_dash(row.manual), or_dash(row.tested),
            met_text(row.met), escape_html(row.why));
    }
    return out +
           "</tbody></table>\n<p class=\"note\">Met: the manual's expectation of a good session, judged by "
           "the tested or fitted value; cannot tell where its 95 % interval reaches to both sides of a "
           "bound, "
           "or where an r that would meet it is not significant.</p>\n";
}

std::string range_check_table(const ReportInput& input) {
    if (!input.balance) return absent("Range checks", reason_for(input, "balance.json", ""));
    if (input.balance->range_checks.empty()) return absent("Range checks", "balance checked no variable");
    std::string out =
        "<table><caption>The manual's table of ranges: checked and flagged, never clamped</caption>" +
        head_row({"Variable", "From", "To", "Samples outside"}) + "<tbody>";
    for (const RangeCheck& check : input.balance->range_checks) {
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td{}>{}</td></tr>\n",
                       escape_html(check.variable), number(check.low), number(check.high),
                       check.out_of_range > 0 ? " class=\"no\"" : "", check.out_of_range);
    }
    return out + "</tbody></table>\n";
}

std::string alignment_table(const ReportInput& input) {
    if (!input.alignment) return absent("Alignment", reason_for(input, "align.json", ""));
    const Alignment& a = *input.alignment;
    std::string out = "<dl>";
    definition(
        out, "rows with both streams",
        fmt::format("{} of {} telemetry and {} training rows", a.n_samples, a.n_telemetry, a.n_training), "");
    definition(out, "both streams cover", with_unit(number(a.overlap_s, 4), "s"), "");
    const std::string no_pairs = "no row has both streams";
    definition(out, "pairing |dt|, median", with_unit(number(a.pairing.median_abs_dt_s), "s"), no_pairs);
    definition(out, "pairing |dt|, greatest", with_unit(number(a.pairing.max_abs_dt_s), "s"), no_pairs);
    double longest = 0.0;
    for (const Gap& gap : a.gaps) longest = std::max(longest, gap.length_s);
    definition(out, "gaps in the telemetry",
               a.gaps.empty() ? "none" : fmt::format("{}, the longest {} s", a.gaps.size(), number(longest)),
               "");
    std::string dropped;
    for (const auto& [reason, count] : a.dropped) {
        if (count > 0) dropped += fmt::format("{}{}: {}", dropped.empty() ? "" : ", ", reason, count);
    }
    definition(out, "dropped", dropped.empty() ? "nothing" : dropped, "");
    return out + "</dl>\n";
}

std::string warning_list(const ReportInput& input) {
    const std::vector<std::string> warnings = all_warnings(input);
    if (warnings.empty()) return "<p>None.</p>\n";
    std::string out = "<ul class=\"warnings\">\n";
    for (const std::string& warning : warnings)
        fmt::format_to(Out(out), "<li>{}</li>\n", escape_html(warning));
    return out + "</ul>\n";
}

std::string data_sheet_tables(const View& view) {
    std::string out, section;
    for (const DataSheetRow& row : data_sheet(view)) {
        if (row.section != section) {
            if (!section.empty()) out += "</tbody></table>\n";
            section = row.section;
            fmt::format_to(Out(out), "<table class=\"sheet\"><caption>{}</caption>{}<tbody>\n",
                           escape_html(section), head_row({"", "Value", "Expected", "Remark"}));
        }
        const bool there = !row.value.empty();
        fmt::format_to(
            Out(out), "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escape_html(row.label),
            there ? escape_html(with_unit(row.value, row.unit)) : "<span class=\"none\">not available</span>",
            escape_html(row.expected), escape_html(row.remark));
    }
    return section.empty() ? out : out + "</tbody></table>\n";
}

std::string sign_off() {
    std::string out = "<table class=\"sign\"><caption>Sign-off</caption>" +
                      head_row({"", "Name", "Date", "Signature"}) + "<tbody>";
    for (const std::string_view role : {"Prepared", "Reviewed", "Approved"}) {
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th><td></td><td></td><td></td></tr>\n", role);
    }
    return out + "</tbody></table>\n";
}

std::string provenance(const ReportInput& input) {
    std::string out = "<dl>";
    definition(out, "made by", std::string("rlecouple ") + kVersion, "");
    definition(out, "with", shell_line(input.command), "not called from a command line");
    definition(out, "recorded by", input.session ? with_unit("rlecouple", input.session->tool_version) : "",
               reason_for(input, "session.json", ""));
    definition(out, "recorded with", input.session ? shell_line(input.session->command) : "",
               reason_for(input, "session.json", "session.json names no command"));
    out += "</dl>\n";
    if (input.input_hashes.empty()) return out;
    out += "<table class=\"hashes\"><caption>The files that this report was made from</caption>" +
           head_row({"File", "SHA-256"}) + "<tbody>";
    for (const auto& [file, hash] : input.input_hashes) {
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>\n",
                       escape_html(file), escape_html(hash));
    }
    return out + "</tbody></table>\n";
}

}  // namespace rle::report
