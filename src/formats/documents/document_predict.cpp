// predict.json: how well alarms on the gradient norm warned of trouble, and what rivals would have done.
#include "formats/documents/document_warnings.hpp"
#include "formats/documents/documents.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {
namespace {

constexpr NameOf<WarningVerdict> kVerdicts[] = {
    {WarningVerdict::better_than_baselines, "better_than_baselines"},
    {WarningVerdict::better_than_chance, "better_than_chance"},
    {WarningVerdict::no_better_than_chance, "no_better_than_chance"},
    {WarningVerdict::cannot_tell, "cannot_tell"}};

Json lead_to_json(const LeadTime& lead) {
    return Json{
        {"median", json_of(lead.median_s)}, {"p10", json_of(lead.p10_s)}, {"p90", json_of(lead.p90_s)}};
}

void add_score(Json& out, const WarningScore& score) {
    out["precision"] = json_of(score.precision);
    out["recall"] = json_of(score.recall);
    out["f1"] = json_of(score.f1);
    out["false_alarms_per_h"] = json_of(score.false_alarms_per_h);
    out["lead_time_s"] = lead_to_json(score.lead);
}

Json rival_to_json(const Rival& rival) {
    Json out{{"name", rival.name}, {"rule", rival.rule}};
    add_score(out, rival.score);
    out["f1_difference"] = json_of(rival.f1_difference);
    out["f1_difference_ci95"] = json_of(rival.f1_difference_ci95);
    return out;
}

Json alarm_to_json(const Prediction& p) {
    return Json{{"window_s", json_of(p.alarm.window_s)},
                {"fewest_before", p.alarm.fewest_before},
                {"threshold", json_of(p.alarm.threshold)},
                {"threshold_chosen", p.threshold_chosen},
                {"debounce", p.alarm.debounce},
                {"min_interval_s", json_of(p.alarm.min_interval_s)}};
}

Json raised_to_json(const std::vector<RaisedAlarm>& raised) {
    Json out = Json::array();
    for (const RaisedAlarm& alarm : raised) {
        out.push_back(
            Json{{"t_s", json_of(alarm.t_s)}, {"z", json_of(alarm.z)}, {"lead_s", json_of(alarm.lead_s)}});
    }
    return out;
}

LeadTime lead_from(const std::optional<Fields>& fields) {
    if (!fields) return {};
    return {fields->number("median"), fields->number("p10"), fields->number("p90")};
}

WarningScore score_from(const Fields& fields) {
    return {fields.number("precision"), fields.number("recall"), fields.number("f1"),
            fields.number("false_alarms_per_h"), lead_from(fields.object("lead_time_s"))};
}

Rival rival_from(const Fields& fields) {
    return {fields.text("name"), fields.text("rule"), score_from(fields), fields.number("f1_difference"),
            fields.interval("f1_difference_ci95")};
}

AlarmOptions alarm_from(const Fields& fields) {
    AlarmOptions alarm;
    alarm.window_s = fields.number_or("window_s", alarm.window_s);
    alarm.fewest_before = fields.count("fewest_before");
    alarm.threshold = fields.number_or("threshold", alarm.threshold);
    alarm.debounce = fields.count("debounce");
    alarm.min_interval_s = fields.number_or("min_interval_s", alarm.min_interval_s);
    return alarm;
}

}  // namespace

Json to_json(const Prediction& p) {
    Json out = document_head("predict");
    out["driver"] = p.driver;
    out["device"] = text_or_null(p.device);
    out["horizon_s"] = json_of(p.horizon_s);
    out["event"] = p.event;
    out["events"] = p.flag_known ? Json(p.events) : Json(nullptr);
    out["alarms"] = p.alarms;
    add_score(out, p.score);
    out["precision_ci95"] = json_of(p.precision_ci95);
    out["recall_ci95"] = json_of(p.recall_ci95);
    out["manual_horizon"] = Json{{"horizon_s", kManualHorizon_s}};
    add_score(out["manual_horizon"], p.manual_score);
    out["baselines"] = Json::array();
    for (const Rival& rival : p.rivals) out["baselines"].push_back(rival_to_json(rival));
    out["beats_baselines"] = p.beats_baselines;
    out["verdict"] = name_of(kVerdicts, std::optional(p.verdict));
    out["explanation"] = p.explanation;
    out["alarm"] = alarm_to_json(p);
    out["scored_from_s"] = json_of(p.scored_from_s);
    out["scored_s"] = json_of(p.scored_s);
    out["events_before"] = p.events_before;
    out["alarms_undecided"] = p.alarms_undecided;
    out["alarms_during_event"] = p.alarms_during_event;
    out["resolution_s"] = json_of(p.resolution_s);
    out["event_times_s"] = json_of(p.event_times_s);
    out["raised"] = raised_to_json(p.raised);
    out["modelled"] = p.modelled;
    set_warnings(out, p.warnings);
    return out;
}

Prediction prediction_from_json(const Json& document, const std::string& where) {
    const Fields fields = Fields::of_document(document, "predict", where);
    Prediction p;
    p.driver = fields.text("driver");
    p.device = fields.text("device");
    p.event = fields.text("event");
    p.horizon_s = fields.number_or("horizon_s", p.horizon_s);
    p.flag_known = fields.number("events").has_value();
    p.events = fields.count("events");
    p.events_before = fields.count("events_before");
    p.alarms = fields.count("alarms");
    p.alarms_undecided = fields.count("alarms_undecided");
    p.alarms_during_event = fields.count("alarms_during_event");
    p.score = score_from(fields);
    p.precision_ci95 = fields.interval("precision_ci95");
    p.recall_ci95 = fields.interval("recall_ci95");
    if (const auto manual = fields.object("manual_horizon")) p.manual_score = score_from(*manual);
    for (const Fields& rival : fields.objects("baselines")) p.rivals.push_back(rival_from(rival));
    p.beats_baselines = fields.flag("beats_baselines").value_or(false);
    p.verdict = value_of(kVerdicts, fields, "verdict").value_or(p.verdict);
    p.explanation = fields.text("explanation");
    if (const auto alarm = fields.object("alarm")) {
        p.alarm = alarm_from(*alarm);
        p.threshold_chosen = alarm->flag("threshold_chosen").value_or(false);
    }
    p.scored_from_s = fields.number("scored_from_s");
    p.scored_s = fields.number("scored_s");
    p.resolution_s = fields.number("resolution_s");
    p.event_times_s = fields.numbers("event_times_s");
    for (const Fields& raised : fields.objects("raised")) {
        p.raised.push_back(
            {raised.number_or("t_s", kMissing), raised.number_or("z", kMissing), raised.number("lead_s")});
    }
    p.modelled = fields.texts("modelled");
    p.warnings = warnings_of(fields);
    return p;
}

}  // namespace rle::formats
