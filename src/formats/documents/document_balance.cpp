// balance.json: thermal constants, heat rate, conservation of energy.
#include <cmath>

#include "formats/documents/document_warnings.hpp"
#include "formats/documents/documents.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {
namespace {

constexpr NameOf<TauClass> kTauClasses[] = {
    {TauClass::fast, "fast"}, {TauClass::normal, "normal"}, {TauClass::slow, "slow"}};
constexpr NameOf<EtaPClass> kEtaPClasses[] = {
    {EtaPClass::low, "low"}, {EtaPClass::moderate, "moderate"}, {EtaPClass::high, "high"}};

Json thermal_to_json(const ThermalFit& fit) {
    Json out;
    out["model"] = text_or_null(fit.model);
    out["hA_w_per_c"] = json_of(fit.hA_w_per_c);
    out["C_j_per_c"] = json_of(fit.C_j_per_c);
    out["tau_s"] = fit.tau_s.empty() ? Json(nullptr) : json_of(fit.tau_s);
    out["ambient_c"] = json_of(fit.ambient_c);
    out["ambient_fitted"] = fit.ambient_fitted;
    out["ambient_from"] = text_or_null(fit.ambient_from);
    out["ambient_moved_c"] = json_of(fit.ambient_moved_c);
    out["hA_fan_w_per_c"] = json_of(fit.hA_fan_w_per_c);
    out["node_C_j_per_c"] = json_of(fit.node_C_j_per_c);
    out["coupling_w_per_c"] = json_of(fit.coupling_w_per_c);
    out["power_reading"] = text_or_null(fit.power_reading);
    out["power_delay_s"] = json_of(fit.power_delay_s);
    out["power_average_s"] = json_of(fit.power_average_s);
    out["rmse_c"] = json_of(fit.rmse_c);
    out["r2"] = json_of(fit.r2);
    out["ci95"] = Json::object();
    if (!fit.model.empty()) {
        for (const char* name : {"hA_w_per_c", "C_j_per_c", "tau_s"}) out["ci95"][name] = nullptr;
    }
    for (const auto& [name, interval] : fit.ci95) out["ci95"][name] = json_of(std::optional(interval));
    out["adequate"] = fit.adequate;
    out["simulated_c"] = json_of(fit.simulated_c);
    if (!fit.simulated_rows.empty()) out["simulated_rows"] = fit.simulated_rows;
    return out;
}

std::vector<std::size_t> ascending_rows(const Fields& fields, const char* key) {
    std::vector<std::size_t> rows;
    for (const double row : fields.numbers(key)) {
        const double least = rows.empty() ? 0.0 : static_cast<double>(rows.back() + 1);
        if (!(row >= least && row < 1e15 && row == std::floor(row))) fields.fail(key, "no ascending rows");
        rows.push_back(static_cast<std::size_t>(row));
    }
    return rows;
}

ThermalFit thermal_from(const Fields& fields) {
    ThermalFit fit;
    fit.model = fields.text("model");
    fit.hA_w_per_c = fields.number("hA_w_per_c");
    fit.C_j_per_c = fields.number("C_j_per_c");
    fit.tau_s = fields.numbers("tau_s");
    fit.ambient_c = fields.number("ambient_c");
    fit.ambient_fitted = fields.flag("ambient_fitted").value_or(false);
    fit.ambient_from = fields.text("ambient_from");
    fit.ambient_moved_c = fields.number("ambient_moved_c");
    fit.hA_fan_w_per_c = fields.number("hA_fan_w_per_c");
    fit.node_C_j_per_c = fields.numbers("node_C_j_per_c");
    fit.coupling_w_per_c = fields.number("coupling_w_per_c");
    fit.power_reading = fields.text("power_reading");
    fit.power_delay_s = fields.number("power_delay_s");
    fit.power_average_s = fields.number("power_average_s");
    fit.rmse_c = fields.number("rmse_c");
    fit.r2 = fields.number("r2");
    if (const auto intervals = fields.object("ci95")) {
        for (const std::string& name : intervals->keys()) {
            if (const auto interval = intervals->interval(name)) fit.ci95[name] = *interval;
        }
    }
    fit.adequate = fields.flag("adequate").value_or(false);
    fit.simulated_c = fields.numbers("simulated_c");
    fit.simulated_rows = ascending_rows(fields, "simulated_rows");
    return fit;
}

Json tau_to_json(const TauTh& tau) {
    return Json{{"value", json_of(tau.value_s)},
                {"ci95", json_of(tau.ci95_s)},
                {"manual_median", json_of(tau.manual_median_s)},
                {"class", name_of(kTauClasses, tau.tau_class)}};
}

Json heat_rate_to_json(const HeatRate& heat) {
    return Json{{"q_mean_w", json_of(heat.q_mean_w)},
                {"p_mean_w", json_of(heat.p_mean_w)},
                {"rmse_w", json_of(heat.rmse_w)},
                {"relative_error", json_of(heat.relative_error)}};
}

Json conservation_to_json(const Conservation& balance) {
    return Json{{"energy_in_j", json_of(balance.energy_in_j)},
                {"energy_out_j", json_of(balance.energy_out_j)},
                {"energy_stored_j", json_of(balance.energy_stored_j)},
                {"closure", json_of(balance.closure)},
                {"closure_holdout", json_of(balance.closure_holdout)},
                {"within_5pct", json_of(balance.within_5pct)},
                {"coolant_out_j", json_of(balance.coolant_out_j)}};
}

Json counter_to_json(const std::optional<EnergyCounter>& counter) {
    if (!counter) return nullptr;
    return Json{{"counter_j", json_of(counter->counter_j)},
                {"integrated_j", json_of(counter->integrated_j)},
                {"relative_error", json_of(counter->relative_error)}};
}

Json checks_to_json(const std::vector<RangeCheck>& checks) {
    Json out = Json::array();
    for (const RangeCheck& check : checks) {
        out.push_back(Json{{"variable", check.variable},
                           {"low", json_of(check.low)},
                           {"high", json_of(check.high)},
                           {"out_of_range", check.out_of_range}});
    }
    return out;
}

void read_results(const Fields& fields, Balance& balance) {
    if (const auto tau = fields.object("tau_th_s")) {
        balance.tau_th = {tau->number("value"), tau->interval("ci95"), tau->number("manual_median"),
                          value_of(kTauClasses, *tau, "class")};
    }
    if (const auto heat = fields.object("heat_rate")) {
        balance.heat_rate = {heat->number("q_mean_w"), heat->number("p_mean_w"), heat->number("rmse_w"),
                             heat->number("relative_error")};
    }
    if (const auto energy = fields.object("conservation")) {
        balance.conservation = {energy->number("energy_in_j"),     energy->number("energy_out_j"),
                                energy->number("energy_stored_j"), energy->number("closure"),
                                energy->number("closure_holdout"), energy->flag("within_5pct"),
                                energy->number("coolant_out_j")};
    }
    if (const auto counter = fields.object("energy_counter")) {
        balance.energy_counter = EnergyCounter{counter->number_or("counter_j", kMissing),
                                               counter->number_or("integrated_j", kMissing),
                                               counter->number_or("relative_error", kMissing)};
    }
    if (const auto rle = fields.object("rle")) {
        balance.rle = {rle->number("max"), rle->number("min"), rle->number("delta")};
    }
    if (const auto eta = fields.object("eta_p")) {
        balance.eta_p = {eta->number("value"), eta->number("idle_power_w"),
                         value_of(kEtaPClasses, *eta, "class")};
    }
}

}  // namespace

Json to_json(const Balance& balance) {
    Json out = document_head("balance");
    out["device"] = text_or_null(balance.device);
    out["n_samples"] = balance.n_samples;
    out["thermal"] = thermal_to_json(balance.thermal);
    out["tau_th_s"] = tau_to_json(balance.tau_th);
    out["heat_rate"] = heat_rate_to_json(balance.heat_rate);
    out["conservation"] = conservation_to_json(balance.conservation);
    out["energy_counter"] = counter_to_json(balance.energy_counter);
    out["rle"] = Json{{"max", json_of(balance.rle.max)},
                      {"min", json_of(balance.rle.min)},
                      {"delta", json_of(balance.rle.delta)}};
    out["eta_p"] = Json{{"value", json_of(balance.eta_p.value)},
                        {"idle_power_w", json_of(balance.eta_p.idle_power_w)},
                        {"class", name_of(kEtaPClasses, balance.eta_p.eta_class)}};
    out["range_checks"] = checks_to_json(balance.range_checks);
    out["modelled"] = balance.modelled;
    set_warnings(out, balance.warnings);
    return out;
}

Balance balance_from_json(const Json& document, const std::string& where) {
    const Fields fields = Fields::of_document(document, "balance", where);
    Balance balance;
    balance.device = fields.text("device");
    balance.n_samples = fields.count("n_samples");
    if (const auto thermal = fields.object("thermal")) balance.thermal = thermal_from(*thermal);
    read_results(fields, balance);
    for (const Fields& check : fields.objects("range_checks")) {
        balance.range_checks.push_back({check.text("variable"), check.number_or("low", kMissing),
                                        check.number_or("high", kMissing), check.count("out_of_range")});
    }
    balance.modelled = fields.texts("modelled");
    balance.warnings = warnings_of(fields);
    return balance;
}

}  // namespace rle::formats
