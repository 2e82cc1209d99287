// The channels that a recording uses, out of all that the machine offers, read together.
//
// Invariant: columns() begins with temp_c, power_w, util_pct; a (device, column) pair is given by at most one
// channel, the first that offers it. What no sensor gives is estimated by a model where the selection allows
// it, and marked as such.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sensors/registry.hpp"
#include "sensors/source.hpp"

namespace rle::sensors {

enum class Estimate {
    where_missing,  ///< power and temperature that no sensor gives
    never,
    always,  ///< even where sensors give them
};

struct Selection {
    std::string mode = "both";         ///< gpu, cpu, both
    std::vector<std::string> devices;  ///< names, UUIDs or a GPU's index; empty: all
    Estimate estimate = Estimate::where_missing;
    double sample_hz = 1.0;
    double ambient_c = 21.0;
    std::optional<double> idle_power_w;
    std::optional<double> rated_power_w;
    std::optional<double> temp_limit_c;
};

class SensorSet {
  public:
    /// Throws Error{usage} where a device asked for is not there, Error{failed} where nothing at all can be
    /// read.
    SensorSet(Probed probed, const Selection& selection);

    /// Reads every channel once.
    void read(double t_s);

    const std::vector<DeviceInfo>& devices() const { return devices_; }
    const std::vector<std::string>& columns() const { return columns_; }
    /// The last reading; NaN where it is missing, or outside physics (rlecouple/quantities.hpp).
    double value(std::size_t device, std::size_t column) const;
    /// The channel behind a cell; nullptr where there is none.
    const Channel* channel(std::size_t device, std::size_t column) const;
    bool any_modelled() const;
    /// When the last of the sources has given all that it will, s; missing where one goes on.
    std::optional<double> ends_s() const;
    /// Why sources could not be read the last time, one line each.
    std::vector<std::string> problems() const;
    /// Of every device, what of temperature, power and utilisation no sensor gives; and devices that cannot
    /// be read at all.
    const std::vector<Missing>& missing() const { return missing_; }
    const std::vector<std::string>& warnings() const { return warnings_; }

  private:
    using Key = std::pair<std::string, std::string>;  // device, column

    void adopt_devices(const Source& source, std::map<std::string, std::string>& names);
    void adopt(std::unique_ptr<Source> source, const Selection& selection);
    void forget_unwanted_devices(const Selection& selection);
    void note_missing(const std::vector<Missing>& reasons);
    void warn_of_what_nobody_gives();
    void add_models(const Selection& selection);
    void add_model(DeviceInfo& device, const Selection& selection);
    void lay_out_columns();
    void describe_devices(const Selection& selection);
    std::optional<std::size_t> slot(const std::string& device, const std::string& column) const;

    double spare_s_;  // what one source may keep the others waiting
    std::vector<std::unique_ptr<Source>> sources_;
    std::vector<std::size_t> first_slot_;  // of each source
    std::vector<bool> used_;               // sources of which a channel stands in the grid
    std::vector<Channel> channels_;        // one a slot
    std::vector<double> values_;           // one a slot
    std::map<Key, std::size_t> slots_;
    std::vector<DeviceInfo> devices_;
    std::vector<std::string> columns_;
    std::vector<std::optional<std::size_t>> grid_;  // device-major: the slot of each cell
    std::vector<Missing> missing_;
    std::vector<std::string> warnings_;
};

}  // namespace rle::sensors
