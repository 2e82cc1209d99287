// calibration.json and truth.json: the documents of `calibrate`.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "rlecouple/calibrate.hpp"
#include "rlecouple/calibrate_thermal.hpp"

namespace rle::formats {

/// A family of the lag test. Keys whose question the family does not ask are null.
nlohmann::ordered_json to_json(const FamilyScore& score);
nlohmann::ordered_json to_json(const ThermalFamily& family, const ThermalScore& score);

struct CalibrationInputs {
    std::uint64_t seed = 1;
    std::size_t sessions = 0;  ///< a family
    double alpha = 0.05;
};

/// `families` is an array of the objects above, in the order in which they were run.
nlohmann::ordered_json calibration_document(const CalibrationInputs& inputs, nlohmann::ordered_json families);

nlohmann::ordered_json truth_document(std::string_view family, std::uint64_t seed, std::uint64_t index,
                                      const Truth& truth);
nlohmann::ordered_json truth_document(std::string_view family, std::uint64_t seed, std::uint64_t index,
                                      const ThermalTruth& truth);

}  // namespace rle::formats
