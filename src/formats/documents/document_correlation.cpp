// correlation.json: the manual's cross-correlation as written, and the tests that can be relied on.
#include "formats/documents/document_warnings.hpp"
#include "formats/documents/documents.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {
namespace {

constexpr NameOf<CausalOrder> kCausalOrders[] = {{CausalOrder::driver_leads, "driver_leads"},
                                                 {CausalOrder::response_leads, "response_leads"},
                                                 {CausalOrder::simultaneous, "simultaneous"},
                                                 {CausalOrder::undetermined, "undetermined"}};
constexpr NameOf<Strength> kStrengths[] = {
    {Strength::weak, "weak"}, {Strength::moderate, "moderate"}, {Strength::strong, "strong"}};
constexpr NameOf<Verdict> kVerdicts[] = {{Verdict::coupled, "coupled"},
                                         {Verdict::not_detected, "not_detected"},
                                         {Verdict::insufficient_data, "insufficient_data"}};

Json ccf_to_json(const std::vector<LagPoint>& ccf) {
    Json out = Json::array();
    for (const LagPoint& point : ccf) {
        out.push_back(Json{{"lag_s", json_of(point.lag_s)}, {"r", json_of(point.r)}, {"n", point.n}});
    }
    return out;
}

std::vector<LagPoint> ccf_from(const Fields& fields) {
    std::vector<LagPoint> ccf;
    for (const Fields& point : fields.objects("ccf")) {
        ccf.push_back({point.number_or("lag_s", kMissing), point.number("r"), point.count("n")});
    }
    return ccf;
}

CausalOrder causal_order_from(const Fields& fields) {
    return value_of(kCausalOrders, fields, "causal_order").value_or(CausalOrder::undetermined);
}

Json manual_to_json(const ManualCorrelation& manual) {
    Json out;
    out["r_peak"] = json_of(manual.r_peak);
    out["t_lag_s"] = json_of(manual.t_lag_s);
    out["strength"] = name_of(kStrengths, manual.strength);
    out["causal_order"] = name_of(kCausalOrders, std::optional(manual.causal_order));
    out["ccf"] = ccf_to_json(manual.ccf);
    return out;
}

ManualCorrelation manual_from(const Fields& fields) {
    ManualCorrelation manual;
    manual.ccf = ccf_from(fields);
    manual.r_peak = fields.number("r_peak");
    manual.t_lag_s = fields.number("t_lag_s");
    manual.strength = value_of(kStrengths, fields, "strength");
    manual.causal_order = causal_order_from(fields);
    return manual;
}

Json tested_to_json(const TestedCorrelation& tested) {
    Json out;
    out["method"] = tested.method;
    out["response"] = tested.response;
    out["r_peak"] = json_of(tested.r_peak);
    out["t_lag_s"] = json_of(tested.t_lag_s);
    out["t_lag_ci95_s"] = json_of(tested.t_lag_ci95_s);
    out["p_value"] = json_of(tested.p_value);
    out["p_at_most"] = tested.p_at_most;
    out["alpha"] = json_of(tested.alpha);
    out["significant"] = tested.significant;
    out["causal_order"] = name_of(kCausalOrders, std::optional(tested.causal_order));
    out["band"] = json_of(tested.band);
    out["detectable_k_per_s"] = json_of(tested.detectable_k_per_s);
    out["detectable_k90_per_s"] = json_of(tested.detectable_k90_per_s);
    out["trend_order"] = tested.trend_order;
    out["driver_ar_order"] = tested.driver_ar_order;
    out["response_ar_order"] = tested.response_ar_order;
    out["sensor_delay_s"] = json_of(tested.sensor_delay_s);
    out["ccf"] = ccf_to_json(tested.ccf);
    out["warnings"] = tested.warnings;
    return out;
}

TestedCorrelation tested_from(const Fields& fields) {
    TestedCorrelation tested;
    tested.method = fields.text("method");
    tested.response = fields.text("response");
    tested.ccf = ccf_from(fields);
    tested.band = fields.number("band");
    tested.detectable_k_per_s = fields.number("detectable_k_per_s");
    tested.detectable_k90_per_s = fields.number("detectable_k90_per_s");
    tested.r_peak = fields.number("r_peak");
    tested.t_lag_s = fields.number("t_lag_s");
    tested.t_lag_ci95_s = fields.interval("t_lag_ci95_s");
    tested.p_value = fields.number("p_value");
    tested.p_at_most = fields.flag("p_at_most").value_or(false);
    tested.alpha = fields.number_or("alpha", tested.alpha);
    tested.significant = fields.flag("significant").value_or(false);
    tested.causal_order = causal_order_from(fields);
    tested.trend_order = static_cast<int>(fields.whole("trend_order").value_or(0));
    tested.driver_ar_order = static_cast<int>(fields.whole("driver_ar_order").value_or(0));
    tested.response_ar_order = static_cast<int>(fields.whole("response_ar_order").value_or(0));
    tested.sensor_delay_s = fields.number_or("sensor_delay_s", 0.0);
    tested.warnings = fields.texts("warnings");
    return tested;
}

Json granger_to_json(const std::optional<GrangerTest>& test) {
    if (!test) return nullptr;
    return Json{{"order", test->order},
                {"f", json_of(test->f)},
                {"df1", test->df1},
                {"df2", test->df2},
                {"p_value", json_of(test->p_value)}};
}

std::optional<GrangerTest> granger_from(const std::optional<Fields>& fields) {
    if (!fields) return std::nullopt;
    GrangerTest test;
    test.order = static_cast<int>(fields->whole("order").value_or(0));
    test.f = fields->number_or("f", kMissing);
    test.df1 = static_cast<int>(fields->whole("df1").value_or(0));
    test.df2 = static_cast<int>(fields->whole("df2").value_or(0));
    test.p_value = fields->number_or("p_value", kMissing);
    return test;
}

Json coupling_to_json(const std::optional<CouplingFit>& fit) {
    if (!fit) return nullptr;
    return Json{{"k_per_s", json_of(fit->k_per_s)},
                {"k_ci95_per_s", json_of(fit->k_ci95_per_s)},
                {"delay_s", json_of(fit->delay_s)},
                {"r2", json_of(fit->r2)},
                {"relaxation_s", json_of(fit->relaxation_s)}};
}

std::optional<CouplingFit> coupling_from(const std::optional<Fields>& fields) {
    if (!fields) return std::nullopt;
    CouplingFit fit;
    fit.k_per_s = fields->number_or("k_per_s", kMissing);
    fit.k_ci95_per_s = fields->interval("k_ci95_per_s");
    fit.delay_s = fields->number_or("delay_s", kMissing);
    fit.r2 = fields->number_or("r2", kMissing);
    fit.relaxation_s = fields->number("relaxation_s");
    return fit;
}

}  // namespace

Json to_json(const Correlation& correlation) {
    Json out = document_head("correlation");
    out["driver"] = correlation.driver;
    out["response"] = correlation.response;
    out["device"] = text_or_null(correlation.device);
    out["n_samples"] = correlation.n_samples;
    out["sample_hz"] = json_of(correlation.sample_hz);
    out["max_lag_s"] = json_of(correlation.max_lag_s);
    out["verdict"] = name_of(kVerdicts, correlation.verdict);
    out["explanation"] = text_or_null(correlation.explanation);
    out["manual"] = manual_to_json(correlation.manual);
    out["tested"] = correlation.tested ? tested_to_json(*correlation.tested) : Json(nullptr);
    out["granger"]["driver_to_response"] = granger_to_json(correlation.granger.driver_to_response);
    out["granger"]["response_to_driver"] = granger_to_json(correlation.granger.response_to_driver);
    out["coupling"] = coupling_to_json(correlation.coupling);
    out["sigma_opt"] = json_of(correlation.sigma_opt);
    out["modelled"] = correlation.modelled;
    set_warnings(out, correlation.warnings);
    return out;
}

Correlation correlation_from_json(const Json& document, const std::string& where) {
    const Fields fields = Fields::of_document(document, "correlation", where);
    Correlation correlation;
    correlation.driver = fields.text("driver");
    correlation.response = fields.text("response");
    correlation.device = fields.text("device");
    correlation.n_samples = fields.count("n_samples");
    correlation.sample_hz = fields.number_or("sample_hz", 0.0);
    correlation.max_lag_s = fields.number_or("max_lag_s", correlation.max_lag_s);
    correlation.verdict = value_of(kVerdicts, fields, "verdict");
    correlation.explanation = fields.text("explanation");
    if (const auto manual = fields.object("manual")) correlation.manual = manual_from(*manual);
    if (const auto tested = fields.object("tested")) correlation.tested = tested_from(*tested);
    if (const auto granger = fields.object("granger")) {
        correlation.granger.driver_to_response = granger_from(granger->object("driver_to_response"));
        correlation.granger.response_to_driver = granger_from(granger->object("response_to_driver"));
    }
    correlation.coupling = coupling_from(fields.object("coupling"));
    correlation.sigma_opt = fields.number("sigma_opt");
    correlation.modelled = fields.texts("modelled");
    correlation.warnings = warnings_of(fields);
    return correlation;
}

}  // namespace rle::formats
