// align.json: how the two streams came onto one clock. The rows themselves are aligned.csv.
#include "formats/documents/document_warnings.hpp"
#include "formats/documents/documents.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {

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
