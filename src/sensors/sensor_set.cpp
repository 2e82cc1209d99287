#include "sensors/sensor_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "rlecouple/error.hpp"
#include "rlecouple/quantities.hpp"
#include "sensors/model.hpp"

namespace rle::sensors {
namespace {

constexpr double kMostSpareS = 0.25;
constexpr std::array<const char*, 3> kMainColumns{"temp_c", "power_w", "util_pct"};

void take_if_empty(std::string& into, const std::string& from) {
    if (into.empty()) into = from;
}

void take_if_empty(std::optional<double>& into, const std::optional<double>& from) {
    if (!into) into = from;
}

bool same_device(const DeviceInfo& a, const DeviceInfo& b) {
    return a.name == b.name && (a.uuid.empty() || b.uuid.empty() || a.uuid == b.uuid);
}

// By its name, its UUID, or the driver's index of a GPU: "0" and "gpu0" are the only one of a machine, too.
bool is_called(const DeviceInfo& device, const std::string& name) {
    if (name == device.name || (!device.uuid.empty() && name == device.uuid)) return true;
    if (device.kind != "gpu") return false;
    return "gpu" + name == device.name || (device.name == "gpu" && (name == "0" || name == "gpu0"));
}

bool wanted(const DeviceInfo& device, const Selection& selection) {
    if (selection.mode != "both" && device.kind != selection.mode) return false;
    if (selection.devices.empty()) return true;
    return std::any_of(selection.devices.begin(), selection.devices.end(),
                       [&](const std::string& name) { return is_called(device, name); });
}

// What would provide a quantity where no source had anything to say.
Missing generic_missing(const DeviceInfo& device, const std::string& column) {
    if (device.kind == "cpu" && column == "temp_c") {
        return {device.name, column, "no hwmon chip of a CPU and no thermal zone",
                "modprobe coretemp (Intel) or k10temp (AMD); virtual machines have neither"};
    }
    if (device.kind == "cpu" && column == "power_w") {
        return {device.name, column, "no RAPL counters in /sys/class/powercap",
                "modprobe intel_rapl_msr; virtual machines have none"};
    }
    return {device.name, column, "the device's driver does not report it", ""};
}

}  // namespace

SensorSet::SensorSet(Probed probed, const Selection& selection)
    : spare_s_(std::min(kMostSpareS, 0.5 / selection.sample_hz)) {
    for (auto& source : probed.sources) adopt(std::move(source), selection);
    forget_unwanted_devices(selection);
    note_missing(probed.missing);
    add_models(selection);
    warn_of_what_nobody_gives();
    lay_out_columns();
    describe_devices(selection);
}

void SensorSet::adopt_devices(const Source& source, std::map<std::string, std::string>& names) {
    for (DeviceInfo device : source.devices()) {
        const std::string name_there = device.name;
        const auto known = std::find_if(devices_.begin(), devices_.end(),
                                        [&](const DeviceInfo& d) { return same_device(d, device); });
        if (known != devices_.end()) {
            take_if_empty(known->model, device.model);
            take_if_empty(known->driver, device.driver);
            take_if_empty(known->uuid, device.uuid);
            take_if_empty(known->rated_power_w, device.rated_power_w);
            take_if_empty(known->temp_limit_c, device.temp_limit_c);
        } else {
            const auto taken = [&](const std::string& name) {
                return std::any_of(devices_.begin(), devices_.end(),
                                   [&](const auto& d) { return d.name == name; });
            };
            for (int n = 1; taken(device.name); ++n) device.name = device.kind + std::to_string(n);
            devices_.push_back(device);
        }
        names[name_there] = device.name;
    }
}

void SensorSet::adopt(std::unique_ptr<Source> source, const Selection& selection) {
    std::map<std::string, std::string> names;
    adopt_devices(*source, names);
    first_slot_.push_back(channels_.size());
    for (Channel channel : source->channels()) {
        channel.device = names.at(channel.device);
        const bool estimated = selection.estimate == Estimate::always &&
                               (channel.column == "temp_c" || channel.column == "power_w");
        if (!estimated) slots_.try_emplace({channel.device, channel.column}, channels_.size());
        channels_.push_back(std::move(channel));
    }
    values_.resize(channels_.size(), kMissing);
    sources_.push_back(std::move(source));
}

void SensorSet::forget_unwanted_devices(const Selection& selection) {
    std::vector<std::string> known;
    for (const DeviceInfo& device : devices_) known.push_back(device.name);
    for (const std::string& name : selection.devices) {
        const bool there = std::any_of(devices_.begin(), devices_.end(),
                                       [&](const DeviceInfo& d) { return is_called(d, name); });
        if (!there)
            throw Error(ErrorKind::usage, "--device " + name, "no such device",
                        fmt::format("here there are: {}", fmt::join(known, ", ")));
    }
    std::erase_if(devices_, [&](const DeviceInfo& device) { return !wanted(device, selection); });
    if (!devices_.empty()) return;
    if (selection.mode == "gpu") {
        throw Error(ErrorKind::failed, "--mode gpu", "no GPU that can be read",
                    "see rlecouple sensors; or --mode cpu");
    }
    throw Error(ErrorKind::failed, "", "no sensor can be read on this machine", "is /proc mounted?");
}

void SensorSet::note_missing(const std::vector<Missing>& reasons) {
    for (const Missing& reason : reasons) {
        const bool here = std::any_of(devices_.begin(), devices_.end(),
                                      [&](const DeviceInfo& device) { return device.name == reason.device; });
        if (!here) missing_.push_back(reason);
    }
    for (const DeviceInfo& device : devices_) {
        for (const char* column : kMainColumns) {
            if (slot(device.name, column)) continue;
            const auto reason = std::find_if(reasons.begin(), reasons.end(), [&](const Missing& m) {
                return m.device == device.name && m.column == column;
            });
            missing_.push_back(reason != reasons.end() ? *reason : generic_missing(device, column));
            if (reason == reasons.end()) continue;
            warnings_.push_back(fmt::format("{}: {} cannot be read: {}{}{}", device.name, column,
                                            reason->reason, reason->hint.empty() ? "" : "; ", reason->hint));
        }
    }
}

// A recording without them is one that most questions cannot be put to.
void SensorSet::warn_of_what_nobody_gives() {
    const auto given = [&](const char* column) {
        return std::any_of(devices_.begin(), devices_.end(),
                           [&](const DeviceInfo& device) { return slot(device.name, column).has_value(); });
    };
    const bool temperature = given("temp_c"), power = given("power_w");
    if (temperature && power) return;
    const char* const what = temperature ? "power_w" : power ? "temp_c" : "temp_c and no source power_w";
    warnings_.push_back(
        fmt::format("no source gives {}, so there will be no RLE and no energy balance", what));
}

void SensorSet::add_models(const Selection& selection) {
    if (selection.estimate == Estimate::never) return;
    for (DeviceInfo& device : devices_) add_model(device, selection);
}

void SensorSet::add_model(DeviceInfo& device, const Selection& selection) {
    ModelPlan plan;
    plan.device = device.name;
    plan.util_slot = slot(device.name, "util_pct");
    plan.power_slot = slot(device.name, "power_w");
    plan.power = !plan.power_slot;
    plan.temperature = !slot(device.name, "temp_c");
    if (!plan.power && !plan.temperature) return;
    if (plan.power && !plan.util_slot) return;
    ModelParameters parameters;
    parameters.ambient_c = selection.ambient_c;
    parameters.rated_power_w =
        selection.rated_power_w.value_or(device.rated_power_w.value_or(parameters.rated_power_w));
    parameters.idle_power_w =
        selection.idle_power_w.value_or(std::min(parameters.idle_power_w, 0.2 * parameters.rated_power_w));
    device.rated_power_w = parameters.rated_power_w;
    const std::string what = plan.power && plan.temperature ? "power_w and temp_c are estimates"
                             : plan.power                   ? "power_w is an estimate"
                                                            : "temp_c is an estimate";
    warnings_.push_back(
        fmt::format("{}: {}, not measured (a model from {}, {:g} W idle, {:g} W rated, ambient {:g} degC)",
                    device.name, what, plan.power ? "utilisation" : "power", parameters.idle_power_w,
                    parameters.rated_power_w, parameters.ambient_c));
    first_slot_.push_back(channels_.size());
    sources_.push_back(make_model(plan, parameters));
    const auto base = plan.power ? plan.util_slot : plan.power_slot;
    for (Channel channel : sources_.back()->channels()) {
        channel.averaged_over_s = channels_[*base].averaged_over_s;
        slots_[{channel.device, channel.column}] = channels_.size();
        channels_.push_back(channel);
    }
    values_.resize(channels_.size(), kMissing);
}

void SensorSet::lay_out_columns() {
    columns_.assign(kMainColumns.begin(), kMainColumns.end());
    const auto add = [&](const std::string& column) {
        const bool here = std::any_of(devices_.begin(), devices_.end(),
                                      [&](const DeviceInfo& d) { return slot(d.name, column).has_value(); });
        if (here && std::find(columns_.begin(), columns_.end(), column) == columns_.end())
            columns_.push_back(column);
    };
    for (const Quantity& quantity : quantities()) add(std::string(quantity.name));
    for (const Channel& channel : channels_) add(channel.column);
    for (const DeviceInfo& device : devices_) {
        for (const std::string& column : columns_) grid_.push_back(slot(device.name, column));
    }
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const std::size_t end = first_slot_[i] + sources_[i]->channels().size();
        used_.push_back(std::any_of(grid_.begin(), grid_.end(), [&](const auto& cell) {
            return cell && *cell >= first_slot_[i] && *cell < end;
        }));
    }
}

void SensorSet::describe_devices(const Selection& selection) {
    for (std::size_t d = 0; d < devices_.size(); ++d) {
        DeviceInfo& device = devices_[d];
        if (selection.rated_power_w) device.rated_power_w = selection.rated_power_w;
        if (selection.temp_limit_c) device.temp_limit_c = selection.temp_limit_c;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const Channel* from = channel(d, c);
            if (from == nullptr) continue;
            device.sources[columns_[c]] = from->source;
            if (from->modelled) device.modelled.push_back(columns_[c]);
            if (const auto delay = total_delay_s(*from, selection.sample_hz))
                device.sensor_delay_s[columns_[c]] = *delay;
            if (from->delay_sd_s) device.sensor_delay_sd_s[columns_[c]] = *from->delay_sd_s;
        }
        std::sort(device.modelled.begin(), device.modelled.end());
        std::vector<std::string> replayed;
        for (const std::string& column : device.modelled) {
            if (device.sources.at(column).starts_with("replay:")) replayed.push_back(column);
        }
        if (replayed.empty()) continue;
        warnings_.push_back(fmt::format("{}: estimates, not measured, in the recording played back: {}",
                                        device.name, fmt::join(replayed, ", ")));
    }
}

std::optional<std::size_t> SensorSet::slot(const std::string& device, const std::string& column) const {
    const auto it = slots_.find({device, column});
    if (it == slots_.end()) return std::nullopt;
    return it->second;
}

void SensorSet::read(double t_s) {
    std::fill(values_.begin(), values_.end(), kMissing);
    const std::span<double> all(values_);
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (used_[i]) sources_[i]->prepare({t_s, {}, spare_s_});
    }
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (!used_[i]) continue;
        const std::size_t first = first_slot_[i];
        sources_[i]->read({t_s, all.first(first), spare_s_},
                          all.subspan(first, sources_[i]->channels().size()));
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const Quantity* quantity = find_quantity(channels_[i].column);
        if (quantity == nullptr) continue;
        if (values_[i] < quantity->physical_low || values_[i] > quantity->physical_high)
            values_[i] = kMissing;
    }
}

double SensorSet::value(std::size_t device, std::size_t column) const {
    const auto cell = grid_[device * columns_.size() + column];
    return cell ? values_[*cell] : kMissing;
}

const Channel* SensorSet::channel(std::size_t device, std::size_t column) const {
    const auto cell = grid_[device * columns_.size() + column];
    return cell ? &channels_[*cell] : nullptr;
}

bool SensorSet::any_modelled() const {
    return std::any_of(devices_.begin(), devices_.end(),
                       [](const DeviceInfo& d) { return !d.modelled.empty(); });
}

std::optional<double> SensorSet::ends_s() const {
    double last = 0.0;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const std::optional<double> end = sources_[i]->ends_s();
        if (used_[i] && !end) return std::nullopt;
        if (used_[i]) last = std::max(last, *end);
    }
    return last;
}

std::vector<std::string> SensorSet::problems() const {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const std::string problem = used_[i] ? sources_[i]->problem() : std::string{};
        if (!problem.empty()) lines.push_back(problem);
    }
    return lines;
}

}  // namespace rle::sensors
