// calibration.json: the tool's error rates, family by family; truth.json: what is true of one simulated
// session.
#include "formats/documents/calibration.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {
namespace {

const char* name_of(FamilyKind kind) {
    switch (kind) {
        case FamilyKind::null:
            return "null";
        case FamilyKind::coupled:
            return "coupled";
        case FamilyKind::shown:
            return "shown";
    }
    return "shown";
}

Json truth_head(std::string_view family, std::uint64_t seed, std::uint64_t index) {
    Json out = document_head("truth");
    out["family"] = family;
    out["seed"] = seed;
    out["session"] = index;
    return out;
}

}  // namespace

Json to_json(const FamilyScore& score) {
    Json out;
    out["family"] = score.name;
    out["about"] = score.about;
    out["kind"] = name_of(score.kind);
    out["n"] = score.n;
    out["samples"] = score.samples;
    out["sample_hz"] = json_of(score.sample_hz);
    out["false_positive_rate"] = json_of(score.false_positive_rate);
    out["power"] = json_of(score.power);
    out["detection_rate"] = json_of(score.detection_rate);
    out["manual_rate"] = json_of(score.manual_rate);
    out["lag_exact_rate"] = json_of(score.lag_exact_rate);
    out["manual_lag_exact_rate"] = json_of(score.manual_lag_exact_rate);
    out["lag_bias_s"] = json_of(score.lag_bias_s);
    out["lag_rmse_s"] = json_of(score.lag_rmse_s);
    out["ci_coverage"] = json_of(score.ci_coverage);
    out["ci_coverage_detected"] = json_of(score.ci_coverage_detected);
    out["ci_width_s"] = json_of(score.ci_width_s);
    out["k_ci_coverage"] = json_of(score.k_ci_coverage);
    out["k_relative_bias"] = json_of(score.k_relative_bias);
    out["hA_relative_bias"] = nullptr;
    out["tau_relative_bias"] = nullptr;
    return out;
}

Json to_json(const ThermalFamily& family, const ThermalScore& score) {
    Json out;
    out["family"] = family.name;
    out["about"] = family.about;
    out["kind"] = "thermal";
    out["n"] = score.n;
    out["told"] = score.told;
    out["hA_relative_bias"] = json_of(score.hA_relative_bias);
    out["tau_relative_bias"] = json_of(score.tau_relative_bias);
    out["hA_relative_error"] = json_of(score.hA_relative_error);
    out["tau_relative_error"] = json_of(score.tau_relative_error);
    out["hA_ci_coverage"] = json_of(score.hA_ci_coverage);
    out["tau_ci_coverage"] = json_of(score.tau_ci_coverage);
    out["right_model_rate"] = json_of(score.right_model_rate);
    out["adequate_rate"] = json_of(score.adequate_rate);
    return out;
}

Json calibration_document(const CalibrationInputs& inputs, Json families) {
    Json out = document_head("calibration");
    out["seed"] = inputs.seed;
    out["sessions"] = inputs.sessions;
    out["alpha"] = json_of(inputs.alpha);
    out["families"] = std::move(families);
    set_warnings(out, {});
    return out;
}

Json truth_document(std::string_view family, std::uint64_t seed, std::uint64_t index, const Truth& truth) {
    Json out = truth_head(family, seed, index);
    out["coupled"] = truth.coupled;
    out["lag_s"] = json_of(truth.lag_s);
    out["k_per_s"] = json_of(truth.k_per_s);
    out["tau_s"] = json_of(truth.tau_s);
    set_warnings(out, {});
    return out;
}

Json truth_document(std::string_view family, std::uint64_t seed, std::uint64_t index,
                    const ThermalTruth& truth) {
    Json out = truth_head(family, seed, index);
    out["hA_w_per_c"] = json_of(truth.hA_w_per_c);
    out["C_j_per_c"] = json_of(truth.C_j_per_c);
    out["tau_s"] = json_of(truth.tau_s);
    out["ambient_c"] = json_of(truth.ambient_c);
    set_warnings(out, {});
    return out;
}

}  // namespace rle::formats
