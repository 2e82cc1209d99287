// The measured and derived rows of the data sheet.
#include <fmt/format.h>

#include "report/sheet.hpp"
#include "report/text.hpp"

namespace rle::report {
namespace {

void add_column_rows(Sheet& sheet, const View& view, const std::string& column, const std::string& label,
                     const std::string& unit) {
    const ColumnStats stats = view.stats(column);
    RowNotes notes{.unit = unit,
                   .missing = short_reason_for(*view.input, "aligned.csv", "no " + column + " was recorded")};
    if (view.is_modelled(column)) notes.remark = "modelled, not measured";
    sheet.number(column + "_mean", label + ", mean", stats.mean, notes);
    sheet.number(column + "_min", label + ", least", stats.min, notes);
    sheet.number(column + "_max", label + ", greatest", stats.max, notes);
}

std::string tau_class_text(const std::optional<TauClass>& tau_class) {
    if (!tau_class) return {};
    switch (*tau_class) {
        case TauClass::fast:
            return "fast (< 2 s)";
        case TauClass::normal:
            return "normal (2 to 5 s)";
        case TauClass::slow:
            break;
    }
    return "slow (> 5 s)";
}

std::string eta_class_text(const std::optional<EtaPClass>& eta_class) {
    if (!eta_class) return {};
    switch (*eta_class) {
        case EtaPClass::high:
            return "high (> 0.8)";
        case EtaPClass::moderate:
            return "moderate (> 0.6)";
        case EtaPClass::low:
            break;
    }
    return "low (<= 0.6)";
}

std::string with_ci(const std::map<std::string, Interval>& ci95, const std::string& key) {
    const auto it = ci95.find(key);
    return it == ci95.end() ? std::string() : "95 % interval " + interval(it->second);
}

std::string join(const std::string& a, const std::string& b) {
    if (a.empty()) return b;
    return b.empty() ? a : a + "; " + b;
}

// Beside a constant that is left out; empty where it has no interval either.
std::string left_out(const std::string& ci) {
    return ci.empty() ? ci : "not told by the data; " + ci;
}

void add_fit_rows(Sheet& sheet, const Balance& b) {
    const ThermalFit& fit = b.thermal;
    sheet.text("thermal_model", "Thermal model", fit.model, {.remark = residual_words(fit)});
    const std::string hA_ci = with_ci(fit.ci95, "hA_w_per_c"), C_ci = with_ci(fit.ci95, "C_j_per_c");
    sheet.number("hA_w_per_c", "Heat transfer hA", fit.hA_w_per_c,
                 {.unit = "W/degC", .remark = hA_ci, .missing = left_out(hA_ci)});
    sheet.number("C_j_per_c", "Heat capacity C", fit.C_j_per_c,
                 {.unit = "J/degC", .remark = C_ci, .missing = left_out(C_ci)});
    sheet.number("fit_rmse_c", "Fit, root mean square error", fit.rmse_c, {.unit = "degC"});
    const std::string ci = b.tau_th.ci95_s ? "95 % interval " + interval(b.tau_th.ci95_s) : "";
    sheet.number("tau_th_s", "Thermal time constant, fitted", b.tau_th.value_s,
                 {.unit = "s",
                  .expected = "3 +- 1",
                  .remark = join(tau_class_text(b.tau_th.tau_class), ci),
                  .missing = left_out(ci)});
    sheet.number("tau_th_manual_s", "Thermal time constant as the manual has it", b.tau_th.manual_median_s,
                 {.unit = "s", .remark = "median of dT/(dT/dt), a time constant only while cooling"});
}

void add_energy_rows(Sheet& sheet, const Balance& b, const std::string& no_counter) {
    const Conservation& c = b.conservation;
    const HeatRate& q = b.heat_rate;
    sheet.number("q_mean_w", "Heat rate Q, mean", q.q_mean_w, {.unit = "W"});
    sheet.number("q_error", "Heat rate against power", q.relative_error,
                 {.remark = signed_percent(q.relative_error)});
    sheet.number("energy_in_j", "Energy in", c.energy_in_j, {.unit = "J"});
    sheet.number("energy_out_j", "Energy out", c.energy_out_j, {.unit = "J"});
    sheet.number("energy_stored_j", "Energy stored", c.energy_stored_j, {.unit = "J"});
    sheet.number(
        "closure", "Closure (in - out - stored) / in", c.closure,
        {.expected = "within 0.05", .remark = join(signed_percent(c.closure), "on the data of the fit")});
    sheet.number("closure_holdout", "Closure on data the fit has not seen", c.closure_holdout,
                 {.expected = "within 0.05",
                  .remark = signed_percent(c.closure_holdout),
                  .missing = "balance gives none for this session"});
    const auto counter = b.energy_counter ? std::optional(b.energy_counter->relative_error) : std::nullopt;
    sheet.number("energy_counter_error", "Integrated power against the energy counter", counter,
                 {.remark = signed_percent(counter), .missing = no_counter});
    sheet.number("eta_p", "Power efficiency eta_p", b.eta_p.value,
                 {.expected = "0.7 +- 0.1", .remark = eta_class_text(b.eta_p.eta_class)});
}

void add_granger_row(Sheet& sheet, const std::string& key, const std::string& label,
                     const std::optional<GrangerTest>& test, const std::string& missing) {
    const std::optional<double> p = test ? std::optional(test->p_value) : std::nullopt;
    std::string remark;
    if (test)
        remark = fmt::format("F({}, {}) = {}, order {}", test->df1, test->df2, number(test->f), test->order);
    sheet.shown_number(key, label, p, p_value(p), {.remark = remark, .missing = missing});
}

void add_detectable_row(Sheet& sheet, const TestedCorrelation* t, const std::string& missing) {
    const std::optional<double> half = t == nullptr ? std::nullopt : t->detectable_k_per_s;
    const std::optional<double> most = t == nullptr ? std::nullopt : t->detectable_k90_per_s;
    sheet.number("detectable_k_per_s", "k that half of such sessions would show", half,
                 {.unit = "1/s",
                  .remark = most ? "90 % of them: " + number(most) + " 1/s" : "",
                  .missing = t == nullptr ? missing : "the test does not tell it; correlate says why"});
}

std::string no_lag(const Correlation& c) {
    return c.tested && !c.tested->significant ? std::string(kNoLagToTell) : std::string();
}

void add_tested_rows(Sheet& sheet, const Correlation& c, const std::string& missing) {
    const TestedCorrelation* t = c.tested ? &*c.tested : nullptr;
    const auto value = [&](std::optional<double> TestedCorrelation::*member) {
        return t == nullptr ? std::nullopt : t->*member;
    };
    const std::string method = t == nullptr ? "" : t->method;
    sheet.number("tested_r_peak", "Peak correlation, tested", value(&TestedCorrelation::r_peak),
                 {.remark = method, .missing = missing});
    const std::string ci =
        join(no_lag(c), t != nullptr && t->t_lag_ci95_s ? "95 % interval " + interval(t->t_lag_ci95_s) : "");
    sheet.number("tested_t_lag_s", "Lag of the peak, tested", value(&TestedCorrelation::t_lag_s),
                 {.unit = "s", .expected = "-1 +- 0.5", .remark = ci, .missing = missing});
    const std::optional<double> p = value(&TestedCorrelation::p_value);
    sheet.shown_number(
        "p_value", "p over all lags searched", p, t == nullptr ? "" : p_value(*t),
        {.remark = t == nullptr ? ""
                                : fmt::format("alpha {}; {}", plain(t->alpha),
                                              t->significant ? "significant" : "not significant"),
         .missing = missing});
    sheet.text("tested_causal_order", "Order, tested",
               t == nullptr ? "" : causal_order_text(t->causal_order, c.driver, c.response),
               {.missing = missing});
    add_detectable_row(sheet, t, missing);
}

void add_coupling_rows(Sheet& sheet, const Correlation& c, const std::string& missing) {
    const std::optional<double> k = c.coupling ? std::optional(c.coupling->k_per_s) : std::nullopt;
    const std::optional<double> delay = c.coupling ? std::optional(c.coupling->delay_s) : std::nullopt;
    const std::string ci =
        c.coupling && c.coupling->k_ci95_per_s ? "95 % interval " + interval(c.coupling->k_ci95_per_s) : "";
    sheet.number("k_per_s", "Coupling constant k", k,
                 {.unit = "1/s", .expected = "0.1 +- 0.05", .remark = ci, .missing = missing});
    sheet.number("delay_s", "Delay in the coupling equation", delay,
                 {.unit = "s",
                  .remark = join(no_lag(c), "= -t_lag: positive where the driver leads"),
                  .missing = missing});
}

}  // namespace

std::string residual_words(const ThermalFit& fit) {
    if (fit.tau_s.empty() || !fit.hA_w_per_c || !fit.C_j_per_c)
        return "not judged by its residuals: the data do not tell all of its constants";
    if (fit.rmse_c && *fit.rmse_c < 1e-9) return "not judged: its residuals are all 0";
    return fit.adequate ? "the residuals look like noise"
                        : "not adequate: the residuals are plainly not noise";
}

void add_thermal_rows(Sheet& sheet, const View& view) {
    const ReportInput& input = *view.input;
    sheet.section("Thermal measurements",
                  short_reason_for(input, "balance.json", "balance could not tell it from this session"));
    add_column_rows(sheet, view, "temp_c", "Temperature", "degC");
    add_column_rows(sheet, view, "power_w", "Power", "W");
    add_column_rows(sheet, view, "util_pct", "Utilisation", "%");
    const Balance none;
    const Balance& b = input.balance ? *input.balance : none;
    add_fit_rows(sheet, b);
    add_energy_rows(sheet, b, input.balance ? "the recording has no energy counter" : "");
}

void add_optimization_rows(Sheet& sheet, const View& view) {
    const ReportInput& input = *view.input;
    sheet.section("Optimization measurements",
                  short_reason_for(input, "aligned.csv", "the recording has no training log"));
    const ColumnStats grad = view.stats("grad_norm");
    const ColumnStats loss = view.stats("loss");
    const ColumnStats step = view.stats("step");
    const ColumnStats rle = view.stats("rle");
    sheet.number("grad_norm_mean", "Gradient norm, mean", grad.mean);
    sheet.number("grad_norm_sd", "Gradient norm, SD", grad.sd);
    sheet.number("grad_norm_max", "Gradient norm, greatest", grad.max);
    sheet.number("sigma_opt", "sigma_opt = SD / mean of the gradient norm",
                 input.correlation ? input.correlation->sigma_opt : std::nullopt,
                 {.missing = short_reason_for(input, "correlation.json", "")});
    sheet.number("loss_first", "Loss, first", loss.first);
    sheet.number("loss_last", "Loss, last", loss.last);
    const bool counts = step.last && *step.last >= 0.0 && *step.last <= 0x1p53;  // else it counts no steps
    sheet.count("steps", "Last step",
                counts ? std::optional(static_cast<std::uint64_t>(*step.last)) : std::nullopt);
    const std::string no_rle = short_reason_for(input, "aligned.csv", "no RLE could be formed");
    sheet.number("rle_max", "RLE, greatest", rle.max, {.missing = no_rle});
    sheet.number("rle_min", "RLE, least", rle.min, {.missing = no_rle});
    const bool both = rle.max && rle.min;
    sheet.number("rle_delta", "RLE, range", both ? std::optional(*rle.max - *rle.min) : std::nullopt,
                 {.missing = no_rle});
}

void add_correlation_rows(Sheet& sheet, const View& view) {
    const ReportInput& input = *view.input;
    sheet.section("Correlation results", short_reason_for(input, "correlation.json",
                                                          "too few pairs, or a series that does not vary"));
    const Correlation none;
    const Correlation& c = input.correlation ? *input.correlation : none;
    const ManualCorrelation& m = c.manual;
    sheet.text("verdict", "Verdict", verdict_word(input));
    sheet.text("driver", "Driver", c.driver);
    sheet.text("response", "Response", c.response);
    sheet.number("max_lag_s", "Lags searched, up to +-",
                 input.correlation ? std::optional(c.max_lag_s) : std::nullopt, {.unit = "s", .digits = 0});
    sheet.number(
        "r_peak", "Peak correlation, as the manual has it", m.r_peak,
        {.expected = "|r| > 0.3", .remark = m.strength ? std::string(strength_text(*m.strength)) : ""});
    sheet.number(
        "t_lag_s", "Lag of the peak, as the manual has it", m.t_lag_s,
        {.unit = "s", .expected = "-1 +- 0.5", .remark = "negative: the driver leads; delay = -lag"});
    sheet.text("causal_order", "Order, as the manual has it",
               input.correlation ? causal_order_text(m.causal_order, c.driver, c.response) : "");
    add_tested_rows(sheet, c, input.correlation ? "correlate gives no test for this session" : "");
    const std::string no_granger =
        input.correlation ? "correlate gives no Granger test for this session" : "";
    add_granger_row(sheet, "granger_driver_p", "Granger: driver helps to predict response, p",
                    c.granger.driver_to_response, no_granger);
    add_granger_row(sheet, "granger_response_p", "Granger: response helps to predict driver, p",
                    c.granger.response_to_driver, no_granger);
    add_coupling_rows(sheet, c, input.correlation ? "correlate gives no coupling fit for this session" : "");
}

}  // namespace rle::report
