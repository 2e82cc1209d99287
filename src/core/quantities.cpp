#include "rlecouple/quantities.hpp"

#include <algorithm>
#include <array>

namespace rle {
namespace {

constexpr double kInf = 1e300;

// GPU temperatures of 345 or 82505 degC and loads of 131 % are what drivers print when they have no reading.
// A gradient norm is never negative, but a table of a standardised or simulated one is still a table.
constexpr std::array kQuantities{
    Quantity{"temp_c", "degC", "temperature", -40.0, 150.0, Aggregate::mean},
    Quantity{"power_w", "W", "power", 0.0, 20000.0, Aggregate::mean},
    Quantity{"util_pct", "%", "utilisation", 0.0, 100.0, Aggregate::mean},
    Quantity{"system_power_w", "W", "power of the whole machine", 0.0, 20000.0, Aggregate::mean},
    Quantity{"fan_pct", "%", "fan speed", 0.0, 150.0, Aggregate::mean},
    Quantity{"energy_j", "J", "energy counter", 0.0, 1e15, Aggregate::last},
    Quantity{"clock_mhz", "MHz", "clock", 0.0, 20000.0, Aggregate::mean},
    Quantity{"mem_used_mib", "MiB", "memory in use", 0.0, 1e9, Aggregate::mean},
    Quantity{"coolant_flow_kg_s", "kg/s", "coolant flow", 0.0, 1000.0, Aggregate::mean},
    Quantity{"coolant_in_c", "degC", "coolant inlet temperature", -40.0, 150.0, Aggregate::mean},
    Quantity{"coolant_out_c", "degC", "coolant outlet temperature", -40.0, 150.0, Aggregate::mean},
    Quantity{"grad_norm", "1", "gradient norm", -kInf, kInf, Aggregate::mean},
    Quantity{"loss", "1", "loss", -kInf, kInf, Aggregate::mean},
    Quantity{"learning_rate", "1", "learning rate", 0.0, kInf, Aggregate::mean},
    Quantity{"step", "1", "step", 0.0, kInf, Aggregate::last},
    Quantity{"epoch", "1", "epoch", 0.0, kInf, Aggregate::last},
    Quantity{"step_time_s", "s", "time a step takes", 0.0, kInf, Aggregate::mean},
};

constexpr std::array kManualRanges{
    ManualRange{"rle", 0.0, 1.0},       ManualRange{"grad_norm", 0.0, 50.0},
    ManualRange{"q_w", 0.0, 300.0},     ManualRange{"temp_rise_c", 0.0, 50.0},
    ManualRange{"tau_th_s", 1.0, 10.0},
};

}  // namespace

std::span<const Quantity> quantities() {
    return kQuantities;
}

const Quantity* find_quantity(std::string_view name) {
    const auto it =
        std::find_if(kQuantities.begin(), kQuantities.end(), [&](const auto& q) { return q.name == name; });
    return it == kQuantities.end() ? nullptr : &*it;
}

bool tells_of_steps(std::string_view name) {
    return name == "grad_norm" || name == "loss" || name == "learning_rate";
}

bool told_by_training(std::string_view name) {
    constexpr std::array<std::string_view, 6> kTold{"grad_norm", "loss",  "learning_rate",
                                                    "step",      "epoch", "step_time_s"};
    return std::find(kTold.begin(), kTold.end(), name) != kTold.end();
}

std::span<const ManualRange> manual_ranges() {
    return kManualRanges;
}

}  // namespace rle
