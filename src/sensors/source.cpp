#include "sensors/source.hpp"

#include <algorithm>

namespace rle::sensors {

std::optional<double> total_delay_s(const Channel& channel, double sample_hz) {
    if (!channel.delay_s && !channel.averaged_over_s) return std::nullopt;
    // A mean over the last w seconds tells, on average, of the moment w/2 ago.
    const double mean_window =
        channel.averaged_over_s ? std::max(*channel.averaged_over_s, 1.0 / sample_hz) : 0.0;
    return channel.delay_s.value_or(0.0) + mean_window / 2.0;
}

}  // namespace rle::sensors
