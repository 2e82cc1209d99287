// What an alignment's RLE was made with: by it aligned.csv can be traced, and later stages go by the same.
//
// Invariant: each value says where it is from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rlecouple/rle.hpp"

namespace rle {

enum class ChoiceFrom {
    given,      ///< by the user, to align
    session,    ///< session.json: given to the recording, or told by the device's driver
    telemetry,  ///< a column of the telemetry
    fitted,     ///< to the device's samples
    assumed,    ///< nobody told it: a usual value, or the largest power of the session
    standard,   ///< what the option is where it is not given
};

template <class Value>
struct Choice {
    Value value{};
    ChoiceFrom from = ChoiceFrom::assumed;
};

struct DeviceChoices {
    std::string device;                           ///< its name
    std::optional<Choice<double>> rated_power_w;  ///< W; missing where no power was recorded either
    Choice<double> temp_limit_c;                  ///< degC
    std::optional<Choice<double>> tau_sustain_s;  ///< s; for SustainTerm::constant
};

struct AlignChoices {
    Choice<double> ambient_c;  ///< degC
    Choice<StabilityTerm> stability;
    Choice<SustainTerm> sustain;
    Choice<double> slope_window_s;       ///< s
    Choice<double> tolerance_s;          ///< s
    std::vector<DeviceChoices> devices;  ///< in the order of the table's

    /// Null where there is none of that name.
    const DeviceChoices* of(const std::string& device) const {
        for (const DeviceChoices& choices : devices) {
            if (choices.device == device) return &choices;
        }
        return nullptr;
    }
};

}  // namespace rle
