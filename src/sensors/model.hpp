// Estimates where nothing can be measured: power from utilisation, temperature from power by a one-node
// thermal model.
//
// Power: P = P_idle + (P_rated - P_idle) util / 100. Temperature: C dT/dt = P - hA (T - T_ambient), solved
// exactly over each sampling interval with P held. hA is such that the rated power settles 50 degC above
// ambient, C such that the time constant is 8 s. These are assumptions, marked as modelled wherever the
// numbers go; they are not measurements.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sensors/source.hpp"

namespace rle::sensors {

struct ModelParameters {
    double idle_power_w = 10.0;
    double rated_power_w = 65.0;
    double ambient_c = 21.0;
};

inline constexpr double kModelRiseC = 50.0;  ///< above ambient, settled at rated power
inline constexpr double kModelTauS = 8.0;

/// What to estimate, and where in Instant::earlier the model finds what it starts from.
struct ModelPlan {
    std::string device;
    std::optional<std::size_t> util_slot;   ///< needed where power is modelled
    std::optional<std::size_t> power_slot;  ///< measured power, where there is one
    bool power = false;                     ///< estimate power_w
    bool temperature = false;               ///< estimate temp_c
};

std::unique_ptr<Source> make_model(const ModelPlan& plan, const ModelParameters& parameters);

}  // namespace rle::sensors
