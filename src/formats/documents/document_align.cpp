// align.json: how the two streams came onto one clock. The rows themselves are aligned.csv.
#include "formats/documents/document_warnings.hpp"
#include "formats/documents/documents.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {
namespace {

constexpr NameOf<ChoiceFrom> kFrom[] = {
    {ChoiceFrom::given, "given"},         {ChoiceFrom::session, "session.json"},
    {ChoiceFrom::telemetry, "telemetry"}, {ChoiceFrom::fitted, "fitted"},
    {ChoiceFrom::assumed, "assumed"},     {ChoiceFrom::standard, "default"}};
constexpr NameOf<StabilityTerm> kStability[] = {
    {StabilityTerm::ha, "ha"}, {StabilityTerm::util, "util"}, {StabilityTerm::headroom, "headroom"}};
constexpr NameOf<SustainTerm> kSustain[] = {{SustainTerm::limit, "limit"},
                                            {SustainTerm::constant, "constant"}};

Json from_of(ChoiceFrom from) {
    return name_of(kFrom, std::optional(from));
}

Json choice_json(const Choice<double>& choice) {
    return Json{{"value", json_of(choice.value)}, {"from", from_of(choice.from)}};
}

template <class Enum, std::size_t N>
Json choice_json(const NameOf<Enum> (&names)[N], const Choice<Enum>& choice) {
    return Json{{"value", name_of(names, std::optional(choice.value))}, {"from", from_of(choice.from)}};
}

Json options_of(const AlignChoices& choices) {
    Json out;
    out["ambient_c"] = choice_json(choices.ambient_c);
    out["stability"] = choice_json(kStability, choices.stability);
    out["sustain"] = choice_json(kSustain, choices.sustain);
    out["slope_window_s"] = choice_json(choices.slope_window_s);
    out["tolerance_s"] = choice_json(choices.tolerance_s);
    out["devices"] = Json::array();
    for (const DeviceChoices& device : choices.devices) {
        Json& of_device = out["devices"].emplace_back(Json{{"device", device.device}});
        of_device["rated_power_w"] = device.rated_power_w ? choice_json(*device.rated_power_w) : Json();
        of_device["temp_limit_c"] = choice_json(device.temp_limit_c);
        if (device.tau_sustain_s) of_device["tau_sustain_s"] = choice_json(*device.tau_sustain_s);
    }
    return out;
}

// Missing where the document does not have it, or has no number there.
std::optional<Choice<double>> number_from(const Fields& fields, std::string_view key) {
    const auto inner = fields.object(key);
    const auto value = inner ? inner->number("value") : std::nullopt;
    if (!value) return std::nullopt;
    return Choice<double>{*value, value_of(kFrom, *inner, "from").value_or(ChoiceFrom::assumed)};
}

template <class Enum, std::size_t N>
Choice<Enum> word_from(const NameOf<Enum> (&names)[N], const Fields& fields, std::string_view key) {
    const auto inner = fields.object(key);
    if (!inner) return {};
    return {value_of(names, *inner, "value").value_or(Enum{}),
            value_of(kFrom, *inner, "from").value_or(ChoiceFrom::assumed)};
}

std::optional<AlignChoices> choices_from(const std::optional<Fields>& fields) {
    const auto ambient = fields ? number_from(*fields, "ambient_c") : std::nullopt;
    if (!ambient) return std::nullopt;
    AlignChoices choices;
    choices.ambient_c = *ambient;
    choices.stability = word_from(kStability, *fields, "stability");
    choices.sustain = word_from(kSustain, *fields, "sustain");
    choices.slope_window_s = number_from(*fields, "slope_window_s").value_or(Choice<double>{});
    choices.tolerance_s = number_from(*fields, "tolerance_s").value_or(Choice<double>{});
    for (const Fields& device : fields->objects("devices")) {
        const auto limit = number_from(device, "temp_limit_c");
        if (!limit) continue;
        choices.devices.push_back({device.text("device"), number_from(device, "rated_power_w"), *limit,
                                   number_from(device, "tau_sustain_s")});
    }
    return choices;
}

}  // namespace

Json to_json(const Alignment& alignment) {
    Json out = document_head("align");
    out["n_telemetry"] = alignment.n_telemetry;
    out["n_training"] = alignment.n_training;
    out["n_samples"] = alignment.n_samples;
    out["n_samples_by_device"] = alignment.n_samples_by_device;
    out["sample_hz"] = json_of(alignment.sample_hz);
    out["tolerance_s"] = json_of(alignment.tolerance_s);
    out["overlap_s"] = json_of(alignment.overlap_s);
    out["clock"] = text_or_null(alignment.clock);
    out["clock_offset_s"] = json_of(alignment.clock_offset_s);
    if (alignment.choices) out["options"] = options_of(*alignment.choices);
    out["pairing"]["median_abs_dt_s"] = json_of(alignment.pairing.median_abs_dt_s);
    out["pairing"]["p95_abs_dt_s"] = json_of(alignment.pairing.p95_abs_dt_s);
    out["pairing"]["max_abs_dt_s"] = json_of(alignment.pairing.max_abs_dt_s);
    out["gaps"] = Json::array();
    for (const Gap& gap : alignment.gaps) {
        out["gaps"].push_back(Json{{"start_s", json_of(gap.start_s)},
                                   {"length_s", json_of(gap.length_s)},
                                   {"device", text_or_null(gap.device)}});
    }
    out["dropped"] = alignment.dropped;
    out["reordered"] = alignment.reordered;
    out["suggested_shift_s"] = json_of(alignment.suggested_shift_s);
    set_warnings(out, alignment.warnings);
    return out;
}

Alignment alignment_from_json(const Json& document, const std::string& where) {
    const Fields fields = Fields::of_document(document, "align", where);
    Alignment alignment;
    alignment.n_telemetry = fields.count("n_telemetry");
    alignment.n_training = fields.count("n_training");
    alignment.n_samples = fields.count("n_samples");
    alignment.n_samples_by_device = fields.counts("n_samples_by_device");
    alignment.sample_hz = fields.number_or("sample_hz", 0.0);
    alignment.tolerance_s = fields.number_or("tolerance_s", alignment.tolerance_s);
    alignment.overlap_s = fields.number_or("overlap_s", 0.0);
    alignment.clock = fields.text("clock");
    alignment.clock_offset_s = fields.number_or("clock_offset_s", 0.0);
    alignment.choices = choices_from(fields.object("options"));
    if (const auto pairing = fields.object("pairing")) {
        alignment.pairing = {pairing->number("median_abs_dt_s"), pairing->number("p95_abs_dt_s"),
                             pairing->number("max_abs_dt_s")};
    }
    for (const Fields& gap : fields.objects("gaps")) {
        alignment.gaps.push_back(
            {gap.number_or("start_s", kMissing), gap.number_or("length_s", kMissing), gap.text("device")});
    }
    alignment.dropped = fields.counts("dropped");
    alignment.reordered = fields.counts("reordered");
    alignment.suggested_shift_s = fields.number("suggested_shift_s");
    alignment.warnings = warnings_of(fields);
    return alignment;
}

}  // namespace rle::formats
