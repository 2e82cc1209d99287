#include "formats/documents/session_results.hpp"

#include <fmt/format.h>

#include <cmath>

#include "formats/documents/document_warnings.hpp"
#include "formats/documents/documents.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {
namespace {

class Values {
  public:
    explicit Values(SessionResult& result) : result_(result) {
        result_.values.resize(session_metrics().size());
    }
    void set(std::string_view metric, std::optional<double> value) {
        result_.values[find_metric(metric).value()] = value;
    }

  private:
    SessionResult& result_;
};

bool is_there(const Json& documents, const char* key) {
    return documents.contains(key) && !documents[key].is_null();
}

void take_correlation(const Correlation& c, SessionResult& result, Values& values) {
    if (c.verdict == Verdict::coupled) result.verdict = "coupled";
    if (c.verdict == Verdict::not_detected) result.verdict = "not_detected";
    if (c.verdict == Verdict::insufficient_data) result.verdict = "insufficient_data";
    result.n_samples = static_cast<double>(c.n_samples);
    values.set("n_samples", result.n_samples);
    values.set("r_peak", c.manual.r_peak);
    values.set("t_lag_s", c.manual.t_lag_s);
    values.set("sigma_opt", c.sigma_opt);
    if (c.coupling && std::isfinite(c.coupling->k_per_s)) values.set("k_per_s", c.coupling->k_per_s);
    if (!c.tested) return;
    values.set("r_tested", c.tested->r_peak);
    values.set("t_lag_tested_s", c.tested->t_lag_s);
    values.set("p_value", c.tested->p_value);
}

void take_balance(const Balance& b, Values& values) {
    values.set("tau_th_s", b.tau_th.value_s);
    values.set("eta_p", b.eta_p.value);
    values.set("delta_rle", b.rle.delta);
    values.set("hA_w_per_c", b.thermal.hA_w_per_c);
    values.set("C_j_per_c", b.thermal.C_j_per_c);
    values.set("rmse_c", b.thermal.rmse_c);
    values.set("closure", b.conservation.closure);
    values.set("closure_holdout", b.conservation.closure_holdout);
}

// The one sum of `inputs` that is a training log's.
std::string training_hash(const Json& documents) {
    if (!documents.contains("inputs") || !documents["inputs"].is_object()) return {};
    for (const auto& [file, hash] : documents["inputs"].items()) {
        const bool log = file.starts_with("training") || file == "trainer_state.json" ||
                         file == "metrics.csv" || file == "train.out";
        if (log && hash.is_string()) return hash.get<std::string>();
    }
    return {};
}

// As the stages say; results of before they did, as the session says of its only device.
std::vector<std::string> modelled_columns(const Json& documents) {
    const auto names = [](const Json& list) {
        std::vector<std::string> out;
        for (const Json& name : list) {
            if (name.is_string()) out.push_back(name.get<std::string>());
        }
        return out;
    };
    for (const char* stage : {"balance", "correlation"}) {
        if (is_there(documents, stage) && documents[stage].contains("modelled"))
            return names(documents[stage]["modelled"]);
    }
    if (!is_there(documents, "session") || !documents["session"].contains("devices")) return {};
    const Json& devices = documents["session"]["devices"];
    if (!devices.is_array() || devices.size() != 1 || !devices[0].contains("modelled")) return {};
    return names(devices[0]["modelled"]);
}

Json session_json(const SessionResult& session, const PooledCorrelation& without) {
    Json out{{"session", session.name}, {"verdict", text_or_null(session.verdict)}};
    for (std::size_t m = 0; m < session_metrics().size(); ++m) {
        if (session_metrics()[m].reproduced || session_metrics()[m].beside)
            out[std::string(session_metrics()[m].name)] = json_of(compared(session, m));
    }
    out["n_samples"] = session.n_samples ? Json(static_cast<std::size_t>(*session.n_samples)) : Json(nullptr);
    out["pooled_without"] = Json{{"r", json_of(without.r)}, {"i2", json_of(without.i2)}};
    return out;
}

// r_peak and t_lag_s are the manual's: `title` says so.
Json agreement_json(const Agreement& a, const Reproduction& r) {
    const Metric& metric = session_metrics()[a.metric];
    Json out{{"title", metric.title}, {"judged", !metric.beside}, {"unit", metric.unit}, {"n", a.n}};
    out["mean"] = json_of(a.mean);
    out["sd"] = json_of(a.sd);
    out["cv"] = json_of(a.cv);
    out["max_relative_deviation"] = json_of(a.max_relative_deviation);
    out["farthest"] = a.farthest ? Json(r.sessions[*a.farthest].name) : Json(nullptr);
    out["within_20pct"] = json_of(a.within_20pct);
    out["prediction90"] = json_of(a.prediction90);
    out["equivalence_p"] = json_of(a.equivalence_p);
    out["equivalent"] = json_of(a.equivalent);
    return out;
}

Json pooled_json(const PooledCorrelation& pooled) {
    Json out{{"n", pooled.n}};
    out["r"] = json_of(pooled.r);
    out["ci95"] = json_of(pooled.ci95);
    out["i2"] = json_of(pooled.i2);
    out["q"] = json_of(pooled.q);
    out["q_p_value"] = json_of(pooled.q_p_value);
    out["random_effects"] = Json{{"r", json_of(pooled.r_random)}, {"ci95", json_of(pooled.ci95_random)}};
    return out;
}

Json tolerance_json(const std::optional<Tolerance>& tolerance) {
    if (!tolerance) return nullptr;
    return Json{{"amount", json_of(tolerance->amount)}, {"relative", tolerance->relative}};
}

std::string xml_text(std::string_view text) {
    std::string out;
    for (const char c : from_cp1252(text)) {  // bytes that are no UTF-8 end a parser
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (static_cast<unsigned char>(c) >= 0x20)
            out += c;
    }
    return out;
}

std::string shown(const CheckRow& row, bool before) {
    if (!row.tolerance) return before ? row.word_before : row.word_now;
    const auto& value = before ? row.before : row.now;
    return value ? fmt::format("{:g} {}", *value, row.unit) : std::string("missing");
}

}  // namespace

SessionResult session_result_from_json(const Json& documents, const std::string& where,
                                       const std::string& name) {
    SessionResult result;
    result.name = name;
    Values values(result);
    if (is_there(documents, "correlation"))
        take_correlation(correlation_from_json(documents["correlation"], where), result, values);
    if (is_there(documents, "balance")) take_balance(balance_from_json(documents["balance"], where), values);
    if (is_there(documents, "predict")) {
        const Fields predict = Fields::of_document(documents["predict"], "predict", where);
        values.set("precision", predict.number("precision"));
        values.set("recall", predict.number("recall"));
    }
    result.training_hash = training_hash(documents);
    result.modelled = modelled_columns(documents);
    return result;
}

Json to_json(const Reproduction& r) {
    Json out = document_head("reproduce");
    out["reproducible"] = r.reproducible;
    out["explanation"] = r.explanation;
    out["n_sessions"] = r.sessions.size();
    out["metrics"] = Json::object();
    for (const Agreement& a : r.metrics) {
        out["metrics"][std::string(session_metrics()[a.metric].name)] = agreement_json(a, r);
    }
    out["pooled"] = pooled_json(r.pooled);
    out["independent"] = r.independent;
    out["same_inputs"] = Json::array();
    for (const auto& group : r.same_inputs) {
        Json names = Json::array();
        for (const std::size_t session : group) names.push_back(r.sessions[session].name);
        out["same_inputs"].push_back(std::move(names));
    }
    out["sessions"] = Json::array();
    for (std::size_t i = 0; i < r.sessions.size(); ++i)
        out["sessions"].push_back(session_json(r.sessions[i], r.without[i]));
    set_warnings(out, r.warnings);
    return out;
}

Json to_json(const CheckResult& result, const std::string& session, const std::string& baseline) {
    Json out = document_head("check");
    out["session"] = session;
    out["baseline"] = baseline;
    out["held"] = result.held();
    out["moved"] = result.moved;
    out["other_files"] = result.other_files;
    out["rows"] = Json::array();
    for (const CheckRow& row : result.rows) {
        Json line{{"name", row.name}, {"moved", row.moved}};
        line["before"] = row.tolerance ? json_of(row.before) : text_or_null(row.word_before);
        line["now"] = row.tolerance ? json_of(row.now) : text_or_null(row.word_now);
        line["unit"] = text_or_null(row.unit);
        line["change"] = json_of(row.change);
        line["relative_change"] = json_of(row.relative_change);
        line["tolerance"] = tolerance_json(row.tolerance);
        out["rows"].push_back(std::move(line));
    }
    set_warnings(out, result.warnings);
    return out;
}

std::string junit_xml(const CheckResult& result, const std::string& session) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    out += fmt::format(
        "<testsuites>\n<testsuite name=\"rlecouple check\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n",
        result.rows.size() + result.other_files.size(), result.moved + result.other_files.size());
    for (const std::string& file : result.other_files) {
        out += fmt::format(
            "<testcase classname=\"{}\" name=\"{}\"><failure message=\"not the file that the result was made "
            "of\"/></testcase>\n",
            xml_text(session), xml_text(file));
    }
    for (const CheckRow& row : result.rows) {
        out += fmt::format("<testcase classname=\"{}\" name=\"{}\"", xml_text(session), xml_text(row.name));
        if (!row.moved) {
            out += "/>\n";
            continue;
        }
        out += fmt::format("><failure message=\"{} was {}, is {}\"/></testcase>\n", xml_text(row.name),
                           xml_text(shown(row, true)), xml_text(shown(row, false)));
    }
    return out + "</testsuite>\n</testsuites>\n";
}

}  // namespace rle::formats
