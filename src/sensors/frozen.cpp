#include "sensors/frozen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "rlecouple/quantities.hpp"

namespace rle::sensors {
namespace {

constexpr double kBlockS = 5.0;       // a load that moves faster moves no temperature
constexpr double kLeastTempS = 60.0;  // a temperature in whole degrees may stand for a while by itself
constexpr double kLeastOtherS = 30.0;
constexpr double kTimesUsual = 20.0;     // the usual time between two changes
constexpr double kUtilMove = 30.0;       // percentage points
constexpr double kPowerMoveShare = 0.3;  // of the rated power

std::optional<std::size_t> position(const SensorSet& sensors, const char* column) {
    const auto& columns = sensors.columns();
    const auto it = std::find(columns.begin(), columns.end(), column);
    if (it == columns.end()) return std::nullopt;
    return static_cast<std::size_t>(it - columns.begin());
}

bool measured(const SensorSet& sensors, std::size_t device, std::optional<std::size_t> column) {
    const Channel* channel = column ? sensors.channel(device, *column) : nullptr;
    return channel != nullptr && !channel->modelled;
}

}  // namespace

FrozenWatch::FrozenWatch(const SensorSet& sensors) : names_(sensors.columns()) {
    const auto util = position(sensors, "util_pct");
    const auto power = position(sensors, "power_w");
    for (std::size_t device = 0; device < sensors.devices().size(); ++device) {
        const DeviceInfo& info = sensors.devices()[device];
        device_names_.push_back(info.name);
        for (const char* name : {"temp_c", "power_w", "energy_j"}) {
            const auto column = position(sensors, name);
            if (!measured(sensors, device, column)) continue;
            if (measured(sensors, device, util)) {
                watch(sensors, device, *column, *util, kUtilMove);
            } else if (column != power && measured(sensors, device, power) && info.rated_power_w) {
                watch(sensors, device, *column, *power, kPowerMoveShare * *info.rated_power_w);
            }
        }
    }
}

void FrozenWatch::watch(const SensorSet& sensors, std::size_t device, std::size_t column, std::size_t load,
                        double least_load_move) {
    Column watched;
    watched.device = device;
    watched.column = column;
    watched.load = load;
    watched.least_s = names_[column] == "temp_c" ? kLeastTempS : kLeastOtherS;
    watched.least_s = std::max(watched.least_s,
                               kTimesUsual * sensors.channel(device, column)->update_period_s.value_or(0.0));
    watched.least_load_move = least_load_move;
    watched.value = kMissing;
    columns_.push_back(watched);
}

void FrozenWatch::take(const SensorSet& sensors, double t_s) {
    for (Column& column : columns_) {
        const double value = sensors.value(column.device, column.column);
        if (std::isnan(value)) continue;  // a gap is told of as such
        if (value != column.value) {
            if (const auto frozen = verdict(column)) column.longest = frozen;
            if (!std::isnan(column.value)) {
                ++column.changes;
                column.changing_s += t_s - column.from_s;
            }
            column.value = value;
            column.from_s = column.block_from_s = t_s;
            column.block_sum = 0.0;
            column.block_n = 0;
            column.low = column.high = std::nullopt;
        }
        column.to_s = t_s;
        take(column, sensors.value(column.device, column.load), t_s);
    }
}

// The load of a stretch, as the lowest and highest mean of whole blocks.
void FrozenWatch::take(Column& column, double load, double t_s) {
    if (t_s - column.block_from_s >= kBlockS) {
        if (column.block_n > 0) {
            const double mean = column.block_sum / static_cast<double>(column.block_n);
            column.low = std::min(column.low.value_or(mean), mean);
            column.high = std::max(column.high.value_or(mean), mean);
        }
        column.block_from_s = t_s;
        column.block_sum = 0.0;
        column.block_n = 0;
    }
    if (std::isnan(load)) return;
    column.block_sum += load;
    ++column.block_n;
}

// The longer of the present stretch, where it is one to tell of, and those before.
std::optional<Frozen> FrozenWatch::verdict(const Column& column) const {
    const double lasted = column.to_s - column.from_s;
    const double usual = column.changes > 0 ? column.changing_s / static_cast<double>(column.changes) : 0.0;
    const bool moved = column.low && *column.high - *column.low >= column.least_load_move;
    if (!moved || lasted < std::max(column.least_s, kTimesUsual * usual)) return column.longest;
    if (column.longest && column.longest->to_s - column.longest->from_s >= lasted) return column.longest;
    return Frozen{
        device_names_[column.device], names_[column.column], column.value, column.from_s, column.to_s,
        names_[column.load],          *column.low,           *column.high};
}

std::vector<Frozen> FrozenWatch::found() const {
    std::vector<Frozen> all;
    for (const Column& column : columns_) {
        if (const auto frozen = verdict(column)) all.push_back(*frozen);
    }
    return all;
}

std::string words(const Frozen& frozen) {
    const Quantity* quantity = find_quantity(frozen.column);
    const std::string unit = quantity == nullptr ? std::string() : " " + std::string(quantity->unit);
    return fmt::format(
        "{}: {} stood at {:g}{} from t = {:.1f} s to {:.1f} s while {} moved between {:.3g} and {:.3g}: the "
        "sensor seems frozen",
        frozen.device, frozen.column, frozen.value, unit, frozen.from_s, frozen.to_s, frozen.load,
        frozen.load_low, frozen.load_high);
}

}  // namespace rle::sensors
