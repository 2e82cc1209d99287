// RLE and collapse of one device, with the limits that hold for it.
#pragma once

#include <string>
#include <vector>

#include "rlecouple/align.hpp"
#include "rlecouple/rle.hpp"

namespace rle {

/// One device's own samples, in time order.
struct DeviceSamples {
    std::string name;
    std::vector<double> t_s, temp_c, power_w, util_pct;
};

struct DeviceRle {
    RleSeries series;
    std::vector<signed char> collapse;
};

/// The user's limits go before the device's own; where neither is known, the largest power of the session
/// stands for the rated power and a usual limit for the temperature limit, each with a warning.
DeviceRle rle_of_device(const DeviceSamples& samples, const AlignOptions& options,
                        std::vector<std::string>& warnings);

}  // namespace rle
