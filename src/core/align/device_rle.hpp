// The RLE options of one device, with the limits that hold for it.
#pragma once

#include <string>
#include <vector>

#include "core/align/align_survey.hpp"
#include "rlecouple/align.hpp"
#include "rlecouple/rle.hpp"

namespace rle {

/// What a device's RLE is made with, and where that is from.
struct DeviceRle {
    RleOptions options;
    DeviceChoices choices;
};

/// The user's limits go before the device's own, and those of the options before the power limit that the
/// telemetry carries; where none is known, the largest power of the session stands for the rated power and a
/// usual limit for the temperature limit, each with a warning. Warns also where there will be no RLE. For
/// SustainTerm::constant the time constant is the user's, else fitted to `samples`; throws
/// Error{insufficient_data} where it cannot be.
DeviceRle rle_of_device(const std::string& name, const DeviceFacts& facts, const DeviceSamples& samples,
                        const AlignOptions& options, std::vector<std::string>& warnings);

}  // namespace rle
