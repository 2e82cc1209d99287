// The free parameters of a thermal fit: which there are, on what scale they are searched, and between which
// bounds.
//
// Invariant: positive constants are searched as logarithms, temperatures and the shift of the power reading
// as they are.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include "core/thermal/power_table.hpp"
#include "core/thermal/thermal_model.hpp"
#include "rlecouple/thermal.hpp"

namespace rle::thermal {

enum Slot : std::size_t {
    kStill,
    kFan,
    kDie,
    kSink,
    kCoupling,
    kAmbient,
    kStart,
    kSinkStart,
    kShift,
    kSlots
};

/// One value a slot: logarithms for the constants, degC and s for the rest.
using Theta = std::array<double, kSlots>;

inline bool is_late(PowerReading reading) {
    return reading == PowerReading::late || reading == PowerReading::late_sampled;
}

/// Readings with a time that is fitted.
inline bool is_shifted(PowerReading reading) {
    return is_late(reading) || looks_behind(reading);
}

/// Which of the parameters a candidate model has.
struct Shape {
    bool two_nodes = false;
    bool fan = false;      ///< hA follows the fan
    bool ambient = false;  ///< fitted, not given
    PowerReading reading = PowerReading::held;
    double fan_exponent = 0.8;
    /// SD of an interval's mean power, as a share of the step of the reading over it
    double edge_share = 0.0;
    double power_sd = 0.0;  ///< SD of the error of an interval's mean power, W, whatever the readings
    /// Of a mean over several intervals, made near its window; null of other readings.
    std::shared_ptr<const PowerTable> behind = nullptr;

    void read_as(PowerReading as, double share = 0.0) {
        reading = as;
        edge_share = share;
        behind = nullptr;
    }

    std::vector<Slot> free() const {
        std::vector<Slot> slots{kStill, kDie, kStart};
        if (two_nodes) slots.insert(slots.end(), {kSink, kCoupling, kSinkStart});
        if (fan) slots.push_back(kFan);
        if (ambient) slots.push_back(kAmbient);
        if (is_shifted(reading)) slots.push_back(kShift);
        return slots;
    }
};

/// Lowest and highest value of each slot.
struct Bounds {
    Theta low;
    Theta high;
};

inline bool is_log(Slot slot) {
    return slot <= kCoupling;
}

/// The constants that `theta` stands for.
inline ThermalConstants constants_of(const Theta& theta, const Shape& shape) {
    ThermalConstants c;
    c.two_nodes = shape.two_nodes;
    c.hA_still = std::exp(theta[kStill]);
    c.hA_fan = shape.fan ? std::exp(theta[kFan]) : 0.0;
    c.C_die = std::exp(theta[kDie]);
    c.C_sink = shape.two_nodes ? std::exp(theta[kSink]) : 0.0;
    c.coupling = shape.two_nodes ? std::exp(theta[kCoupling]) : 0.0;
    c.ambient_c = theta[kAmbient];
    c.start_c = theta[kStart];
    c.sink_start_c = theta[kSinkStart];
    c.fan_exponent = shape.fan_exponent;
    c.reading = shape.reading;
    c.power_shift_s = is_shifted(shape.reading) ? theta[kShift] : 0.0;
    return c;
}

/// How the power was read, and the time that was fitted for it.
inline void note_reading(const ThermalConstants& c, ThermalFit& fit) {
    switch (c.reading) {
        case PowerReading::held:
            fit.power_reading = "held";
            break;
        case PowerReading::sampled:
            fit.power_reading = "sampled";
            break;
        case PowerReading::averaged:
        case PowerReading::trailing:
            fit.power_reading = "averaged";
            break;
        case PowerReading::fading:
            fit.power_reading = "fading";
            break;
        case PowerReading::late:
        case PowerReading::late_sampled:
            fit.power_reading = "late";
            break;
    }
    if (is_late(c.reading)) fit.power_delay_s = c.power_shift_s;
    if (looks_behind(c.reading)) fit.power_average_s = c.power_shift_s;
}

}  // namespace rle::thermal
